import { describe, expect, it } from "vitest";
import { boxView, inside, shareOf, type View, valueAt, zoomed, zoomedRange } from "./plane";

const full: View = { x: { min: 0, max: 100 }, y: { min: 0, max: 10 } };
const frame = { left: 50, top: 10, width: 200, height: 100 };

describe("places along a range", () => {
  it("go both ways, also in decades", () => {
    expect(shareOf(25, full.x)).toBe(0.25);
    expect(valueAt(0.25, full.x)).toBe(25);
    expect(shareOf(10, { min: 1, max: 100 }, "log")).toBeCloseTo(0.5, 12);
    expect(valueAt(0.5, { min: 1, max: 100 }, "log")).toBeCloseTo(10, 12);
  });
});

describe("zoomedRange", () => {
  it("keeps what is under the pointer where it is", () => {
    const next = zoomedRange(full.x, full.x, 0.25, 0.5, "linear");
    expect(next).toEqual({ min: 12.5, max: 62.5 });
    expect(valueAt(0.25, next)).toBe(25);
  });

  it("never leaves what there is to see", () => {
    expect(zoomedRange({ min: 10, max: 60 }, full.x, 0.9, 4, "linear")).toEqual({ min: 0, max: 100 });
    expect(zoomedRange({ min: 0, max: 20 }, full.x, 1, 2, "linear")).toEqual({ min: 0, max: 40 });
  });

  it("counts in decades on a logarithmic scale", () => {
    const next = zoomedRange({ min: 1, max: 10_000 }, { min: 1, max: 10_000 }, 0.5, 0.5, "log");
    expect(next.min).toBeCloseTo(10, 9);
    expect(next.max).toBeCloseTo(1000, 9);
  });
});

describe("zoomed", () => {
  it("ends with everything, and not among the digits", () => {
    const near = zoomed(full, full, { x: 0.5, y: 0.5 }, 0.5, "linear");
    expect(near).toEqual({ x: { min: 25, max: 75 }, y: { min: 2.5, max: 7.5 } });
    expect(near && zoomed(near, full, { x: 0, y: 0 }, 2, "linear")).toBeNull();
    let view = full;
    for (let turn = 0; turn < 50; turn += 1) {
      view = zoomed(view, full, { x: 0.5, y: 0.5 }, 0.5, "linear") ?? full;
    }
    expect(view.x.max - view.x.min).toBeGreaterThan(0.24);
  });
});

describe("boxView", () => {
  it("shows what was drawn around, whatever corner it began at", () => {
    const expected = { x: { min: 25, max: 50 }, y: { min: 5, max: 7.5 } };
    expect(boxView({ x1: 100, y1: 35, x2: 150, y2: 60 }, frame, full, "linear")).toEqual(expected);
    expect(boxView({ x1: 150, y1: 60, x2: 100, y2: 35 }, frame, full, "linear")).toEqual(expected);
  });

  it("ends at the plot, and is nothing for a click", () => {
    expect(boxView({ x1: -9, y1: -9, x2: 999, y2: 999 }, frame, full, "linear")).toEqual(full);
    expect(boxView({ x1: 100, y1: 35, x2: 103, y2: 60 }, frame, full, "linear")).toBeNull();
  });
});

describe("inside", () => {
  it("is the plot, without the axes", () => {
    expect(inside(60, 50, frame)).toBe(true);
    expect(inside(20, 50, frame)).toBe(false);
  });
});
