import { describe, expect, it } from "vitest";
import type { ProjectReading } from "../../api/types";
import { summary } from "./summary";

const known = {
  source: "guessed",
  complete: true,
  missing: [],
  yaml: "",
  guesses: [
    { field: "preprocessing.mean", reason: "stands in the model" },
    { field: "decoding", reason: "one output of 10 values" },
  ],
  reading: {
    task: "classification",
    preprocessing: {
      resize: "crop",
      crop_fraction: 0.875,
      color: "RGB",
      mean: [123.675],
      scale: null,
      pad_value: 114,
      interpolation: "linear",
    },
    image_input: null,
    decoding: { family: "classification", output: "prob", activation: "none" },
    classes: { label_set: "imagenet_1000", match_by: "name", background: true },
  },
} as unknown as ProjectReading;

describe("a reading in a few words", () => {
  it("says what there is, and why", () => {
    const lines = summary(known);
    expect(lines.map(({ text }) => text)).toEqual([
      "classification",
      "cropped to 0.875 · RGB · − 123.675",
      "a score for each class · prob",
      "ImageNet, 1,000 · by name · class 0 is a background",
    ]);
    expect(lines.map(({ reasons }) => reasons)).toEqual([
      [],
      ["stands in the model"],
      ["one output of 10 values"],
      [],
    ]);
  });

  it("leaves labels out where there are none", () => {
    const points = { ...known.reading, task: "facial_landmark_detection", decoding: { family: "points" } };
    const lines = summary({ ...known, reading: points as unknown as ProjectReading["reading"] });
    expect(lines.map(({ title }) => title)).toEqual(["Task", "Picture", "Outputs"]);
  });
});
