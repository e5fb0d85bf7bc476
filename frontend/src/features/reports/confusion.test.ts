import { describe, expect, it } from "vitest";
import { confusedMost, labelsFor, matrixOf, strength } from "./confusion";

const confusion = {
  labels: ["cat", "dog", "cow"],
  cells: [
    [0, 0, 8],
    [0, 1, 2],
    [1, 0, 1],
    [1, 1, 3],
    [3, 1, 5],
  ],
};

describe("a confusion matrix", () => {
  it("has a background only where something was counted there", () => {
    expect(matrixOf(confusion).names).toEqual(["cat", "dog", "cow", "nothing"]);
    const without = { ...confusion, cells: confusion.cells.slice(0, 4) };
    expect(matrixOf(without).names).toEqual(["cat", "dog", "cow"]);
  });

  it("keeps the shares of the whole when only some labels are shown", () => {
    const { counts, rowSums, names } = matrixOf(confusion, [0, 2]);
    expect(names).toEqual(["cat", "cow"]);
    expect([...counts]).toEqual([8, 0, 0, 0]);
    expect([...rowSums]).toEqual([10, 0]);
  });

  it("lists what is confused most", () => {
    expect(confusedMost(confusion).map(({ names, count }) => [...names, count])).toEqual([
      ["nothing", "dog", 5],
      ["cat", "dog", 2],
      ["dog", "cat", 1],
    ]);
    expect(confusedMost(confusion)[1]?.share).toBeCloseTo(0.2);
    expect(confusedMost(confusion, "CAT")).toHaveLength(2);
  });

  it("finds labels with what they are confused with", () => {
    expect(labelsFor(confusion, "cat")).toEqual([0, 1]);
    expect(labelsFor(confusion, "cow")).toEqual([2]);
    expect(labelsFor(confusion, " ")).toBeNull();
  });

  it("draws a little as more than nothing", () => {
    expect(strength(0, 100)).toBe(0);
    expect(strength(1, 10_000)).toBeGreaterThan(0.1);
    expect(strength(10, 10)).toBe(1);
  });
});
