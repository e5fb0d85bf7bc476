import { describe, expect, it } from "vitest";
import { binsOf, growing, type Measure, sentence } from "./histogram";

describe("histograms", () => {
  it("become rows with shares", () => {
    expect(binsOf({ edges: [0, 10, 20], counts: [1, 3] })).toEqual([
      { from: 0, to: 10, count: 1, share: 0.25 },
      { from: 10, to: 20, count: 3, share: 0.75 },
    ]);
    expect(binsOf({ edges: [0, 1], counts: [0] })[0]?.share).toBe(0);
  });

  it("are drawn on a logarithmic axis where their bins grow", () => {
    expect(growing(binsOf({ edges: [1, 2, 4, 8, 16], counts: [1, 1, 1, 1] }))).toBe(true);
    expect(growing(binsOf({ edges: [0, 2, 4, 8, 16], counts: [1, 1, 1, 1] }))).toBe(false);
    expect(growing(binsOf({ edges: [10, 20, 30, 40], counts: [1, 1, 1] }))).toBe(false);
  });

  it("can be said", () => {
    const measure = { unit: "px", of: ["box", "boxes"] } as unknown as Measure;
    expect(sentence({ from: 8, to: 16, count: 1, share: 0.5 }, measure)).toBe(
      "8.000 to 16.00 px: 1 box, 50.0\u00a0%",
    );
  });
});
