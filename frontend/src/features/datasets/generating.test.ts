import { describe, expect, it } from "vitest";
import { augmentationsOf, NO_AUGMENTATIONS } from "./augmentations";
import {
  generateBody,
  NEW_GENERATE,
  noiseProblem,
  ownCount,
  pictureFiles,
  previewBody,
  sourceProblem,
} from "./generating";

const file = (path: string) => ({ path, file: new File([], path) });
const flipped = augmentationsOf({ ...NO_AUGMENTATIONS, flipHorizontal: true, seed: 3 });

describe("what a dataset is generated from", () => {
  it("leaves out what is no picture", () => {
    const files = [file("a.JPG"), file("notes.txt"), file("b/c.png")];
    expect(pictureFiles(files).map(({ path }) => path)).toEqual(["a.JPG", "b/c.png"]);
    expect(ownCount({ ...NEW_GENERATE, files }, flipped)).toEqual({ originals: 2, total: 4 });
  });

  it("says what is missing", () => {
    expect(sourceProblem(NEW_GENERATE)).toMatch(/pictures/);
    expect(sourceProblem({ ...NEW_GENERATE, from: "dataset" })).toMatch(/dataset/);
    expect(sourceProblem({ ...NEW_GENERATE, from: "sample_set" })).toBeNull();
    expect(noiseProblem({ ...NEW_GENERATE.synthetic, width: 9000 })).toMatch(/8192/);
    expect(noiseProblem({ ...NEW_GENERATE.synthetic, count: 10_001 })).toMatch(/10,000/);
  });

  it("names exactly one source", () => {
    const body = generateBody({ ...NEW_GENERATE, from: "dataset", dataset: "d" }, flipped, " x ");
    expect(body).toMatchObject({ name: "x", dataset: "d", sample_set: null, synthetic: null });
    expect(body.augmentations.flip_horizontal).toBe(true);
  });

  it("does not augment noise", () => {
    const body = generateBody({ ...NEW_GENERATE, from: "synthetic" }, flipped, "");
    expect(body.synthetic).toMatchObject({ count: 100, width: 224 });
    expect(body.augmentations.flip_horizontal).toBe(false);
  });

  it("previews an upload only when it is there", () => {
    expect(previewBody(NEW_GENERATE, flipped, undefined, 0)).toBeNull();
    expect(previewBody(NEW_GENERATE, flipped, "u1", 4)).toMatchObject({ upload: "u1", sample: 0 });
    expect(previewBody({ ...NEW_GENERATE, from: "sample_set" }, flipped, "u1", 4)).toMatchObject({
      upload: null,
      sample_set: "shapes",
      sample: 4,
    });
  });
});
