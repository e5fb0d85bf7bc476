import { describe, expect, it } from "vitest";
import { classesOf, type DrawnBox, inSight } from "./drawn";

const box = (name: string | null, score: number | null, more: Partial<DrawnBox> = {}): DrawnBox => ({
  label: 3,
  name,
  score,
  bbox: [0, 0, 1, 1],
  difficult: false,
  crowd: false,
  ...more,
});
const boxes = [box("cat", 0.9), box("dog", 0.5), box("cat", 0.2), box(null, null)];

describe("what is in sight", () => {
  it("goes by score and class; what has no score was annotated", () => {
    expect(inSight(boxes, 0.5, new Set()).map(({ name }) => name)).toEqual(["cat", "dog", null]);
    expect(inSight(boxes, 0, new Set(["cat"])).map(({ name }) => name)).toEqual(["dog", null]);
    expect(inSight(boxes, 0, new Set(["class 3"]))).toHaveLength(3);
  });

  it("counts the classes of all answers", () => {
    const masked = box("dog", 0.7, { segmentation: [[0, 0, 1, 0, 1, 1]] });
    expect(classesOf([{ boxes }, { boxes: [masked] }], 0.3)).toEqual([
      { name: "dog", label: 3, count: 2, filled: true },
      { name: "cat", label: 3, count: 1, filled: false },
      { name: "class 3", label: 3, count: 1, filled: false },
    ]);
    expect(classesOf([{}], 0.3)).toEqual([]);
  });
});
