import { describe, expect, it } from "vitest";
import { bones, polygonsOf } from "./layers";

describe("bones", () => {
  const points = [
    [1, 1, 2],
    [2, 2, 1],
    [0, 0, 0],
  ];

  it("join what is seen, hidden points too", () => {
    expect(
      bones(points, [
        [0, 1],
        [1, 2],
        [0, 7],
      ]),
    ).toEqual([[points[0], points[1]]]);
    expect(bones(points, null)).toEqual([]);
  });
});

describe("polygonsOf", () => {
  it("takes rings and nothing else", () => {
    expect(polygonsOf([[0, 0, 4, 0, 4, 4]])).toEqual(["0 0 4 0 4 4"]);
    expect(polygonsOf([[0, 0, 1, 1]])).toEqual([]);
    expect(polygonsOf({ size: [1, 1], counts: "0" })).toEqual([]);
  });
});
