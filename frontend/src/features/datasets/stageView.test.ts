import { describe, expect, it } from "vitest";
import { FIT, moved, zoomedAt } from "./stageView";

describe("the view of a picture", () => {
  it("keeps what is below the pointer", () => {
    const at = { x: 0.25, y: 0.8 };
    const before = zoomedAt(FIT, at, 2);
    const after = zoomedAt(before, at, 1.7);
    const under = ({ zoom, x, y }: typeof FIT) => [(at.x - x) / zoom, (at.y - y) / zoom];
    expect(under(before)[0]).toBeCloseTo(0.25);
    expect(under(after)[0]).toBeCloseTo(0.25);
    expect(under(after)[1]).toBeCloseTo(0.8);
  });

  it("never shows more than the picture", () => {
    expect(zoomedAt(FIT, { x: 0.5, y: 0.5 }, 0.2)).toEqual(FIT);
    expect(moved(FIT, { x: 0.3, y: -0.3 })).toEqual(FIT);
    expect(moved({ zoom: 2, x: -0.5, y: -0.5 }, { x: 5, y: -5 })).toEqual({ zoom: 2, x: 0, y: -1 });
    expect(zoomedAt({ zoom: 30, x: -10, y: -10 }, { x: 0, y: 0 }, 9).zoom).toBe(40);
  });
});
