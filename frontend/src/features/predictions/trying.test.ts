import { describe, expect, it } from "vitest";
import {
  importanceOf,
  importanceProblem,
  NO_PICTURE,
  type Picture,
  pictureProblem,
  predictionBody,
  RISE,
  type Subject,
} from "./trying";

const file: Picture = { ...NO_PICTURE, file: { path: "a.jpg", file: new File([], "a.jpg") } };
const sample: Picture = { from: "sample", file: null, dataset: "d", sample: 3 };
const project: Subject = { kind: "project", id: "p", task: "classification", hasParent: true };
const wish = {
  subject: project,
  pictures: [file],
  uploads: ["u1"],
  mask: null,
  place: { target: "t", device: "GPU.0" },
  withParent: true,
  importance: null,
  reading: null,
};

describe("predictionBody", () => {
  it("leaves machine and device to a project", () => {
    expect(predictionBody(wish)).toMatchObject({
      project: "p",
      model: null,
      target: null,
      device: "CPU",
      uploads: ["u1"],
      dataset: null,
      sample: null,
      with_parent: true,
    });
  });

  it("names machine and device of a model alone, and no parent where there is none", () => {
    const subject: Subject = { kind: "model", id: "m", task: null, hasParent: false };
    expect(predictionBody({ ...wish, subject })).toMatchObject({
      project: null,
      model: "m",
      target: "t",
      device: "GPU.0",
      with_parent: false,
    });
  });

  it("takes a pair of samples", () => {
    const pictures = [sample, { ...sample, sample: 8 }];
    expect(predictionBody({ ...wish, pictures, uploads: [] })).toMatchObject({
      dataset: "d",
      sample: 3,
      second_sample: 8,
      uploads: [],
    });
  });
});

describe("pictureProblem", () => {
  it("wants every picture, of one kind", () => {
    expect(pictureProblem([NO_PICTURE])).toMatch(/a picture/);
    expect(pictureProblem([file, NO_PICTURE])).toMatch(/both/);
    expect(pictureProblem([file, sample])).toMatch(/files/);
    expect(pictureProblem([sample, { ...sample, dataset: "e" }])).toMatch(/same dataset/);
    expect(pictureProblem([file, file])).toBeNull();
    expect(pictureProblem([{ ...sample, sample: 0 }])).toBeNull();
  });
});

describe("the importance map", () => {
  it("has the defaults of its paper's authors", () => {
    expect(importanceOf(RISE)).toEqual({ masks: 2000, grid: 8, probability: 0.5, seed: 0, classes: 5 });
    expect(importanceProblem(RISE)).toBeNull();
  });

  it("says what is out of range", () => {
    expect(importanceProblem({ ...RISE, probability: 1 })).toMatch(/between/);
    expect(importanceProblem({ ...RISE, grid: 33 })).toMatch(/32/);
    expect(importanceProblem({ ...RISE, masks: "" })).toMatch(/masks/);
  });
});
