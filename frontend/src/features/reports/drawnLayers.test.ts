import { describe, expect, it } from "vitest";
import type { ReportSample } from "../../api/types";
import { layersOf, objectColor, objectFate, objectsOf } from "./drawnLayers";
import { truthOf } from "./truth";

const box = (more: object) => ({
  label: 1,
  name: "cat",
  bbox: [0, 0, 4, 4],
  difficult: false,
  crowd: false,
  ...more,
});
const sample = {
  row: {},
  image: "/i",
  width: 10,
  height: 10,
  annotation: { boxes: [box({ matched: false }), box({ matched: true })] },
  prediction: {
    boxes: [box({ score: 0.4, matched: false }), box({ score: 0.9, matched: true })],
    mask: "/m",
    points: [[1, 2]],
  },
} as unknown as ReportSample;

describe("what is drawn over a sample", () => {
  it("has annotations always and predictions from the threshold on", () => {
    const ids = (threshold: number) => objectsOf(sample, threshold).map(({ id }) => id);
    expect(ids(0)).toEqual(["annotation-0", "annotation-1", "prediction-1", "prediction-0"]);
    expect(ids(0.5)).toEqual(["annotation-0", "annotation-1", "prediction-1"]);
    expect(ids(0.9)).toContain("prediction-1");
  });

  it("tells what became of each", () => {
    const objects = objectsOf(sample, 0);
    expect(objects.map(objectFate)).toEqual(["missed", "found", "right", "false"]);
    expect(new Set(objects.map(objectColor)).size).toBe(4);
  });

  it("is a layer for each side and kind", () => {
    const layers = layersOf(sample, objectsOf(sample, 0.5), truthOf({ kind: "annotations" }));
    expect(layers.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "mask prediction-mask",
      "boxes annotation",
      "boxes prediction",
      "points prediction-points",
    ]);
  });
});
