import { describe, expect, it } from "vitest";
import { classCounts } from "./classCounts";

describe("classCounts", () => {
  it("has the most frequent first and keeps classes that never occur", () => {
    expect(classCounts({ labels: ["cat", "dog", "bird"], class_counts: { "1": 7, "0": 2 } })).toEqual([
      { label: 1, name: "dog", count: 7 },
      { label: 0, name: "cat", count: 2 },
      { label: 2, name: "bird", count: 0 },
    ]);
  });

  it("names what has no name", () => {
    expect(classCounts({ labels: null, class_counts: { "4": 1 } })).toEqual([
      { label: 4, name: "class 4", count: 1 },
    ]);
  });
});
