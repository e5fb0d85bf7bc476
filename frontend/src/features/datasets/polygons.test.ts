import { describe, expect, it } from "vitest";
import { polygonsOf } from "./polygons";

describe("polygonsOf", () => {
  it("takes each ring", () => {
    expect(
      polygonsOf([
        [0, 0, 4, 0, 4, 4],
        [9, 9, 9, 12, 12, 9, 10, 8],
      ]),
    ).toEqual(["0 0 4 0 4 4", "9 9 9 12 12 9 10 8"]);
  });

  it("takes nothing else", () => {
    expect(polygonsOf({ size: [1, 1], counts: "0" })).toEqual([]);
    expect(polygonsOf([[0, 0, 1, 1]])).toEqual([]);
    expect(polygonsOf([["x", 0, 4, 0, 4, 4], null])).toEqual([]);
    expect(polygonsOf(undefined)).toEqual([]);
  });
});
