import { describe, expect, it } from "vitest";
import { boundShare, draggedBound, draggedLimit, handleShare, keyedBound, keyedLimit, stepOf } from "./limit";

const range = { min: 0, max: 40 };

describe("stepOf", () => {
  it.each([
    [40, 0.5],
    [100, 1],
    [3, 0.05],
    [12_000, 200],
  ])("of a range of %d is %d", (max, step) => {
    expect(stepOf({ min: 0, max })).toBeCloseTo(step, 12);
  });
});

describe("a dragged limit", () => {
  it("is a round number under the pointer", () => {
    expect(draggedLimit(0.3, range)).toBe(12);
    expect(draggedLimit(0.308, range)).toBe(12.5);
    expect(draggedLimit(0.123456, { min: 0, max: 1 })).toBe(0.12);
  });

  it("is none beyond the axis, and never 0 or less", () => {
    expect(draggedLimit(1, range)).toBeUndefined();
    expect(draggedLimit(1.4, range)).toBeUndefined();
    expect(draggedLimit(-0.2, range)).toBe(0.5);
  });

  it("follows a zoomed axis", () => {
    expect(draggedLimit(0.5, { min: 10, max: 20 })).toBe(15);
  });
});

describe("keys", () => {
  it("move it by one step, or ten", () => {
    expect(keyedLimit(12, "ArrowRight", false, range)).toEqual({ limit: 12.5 });
    expect(keyedLimit(12, "ArrowDown", false, range)).toEqual({ limit: 11.5 });
    expect(keyedLimit(12, "PageUp", false, range)).toEqual({ limit: 15 });
    expect(keyedLimit(15, "ArrowLeft", true, range)).toEqual({ limit: 10 });
  });

  it("bring one in from the end, and take it away there", () => {
    expect(keyedLimit(undefined, "ArrowLeft", false, range)).toEqual({ limit: 39.5 });
    expect(keyedLimit(40, "ArrowRight", false, range)).toEqual({ limit: undefined });
    expect(keyedLimit(12, "Delete", false, range)).toEqual({ limit: undefined });
    expect(keyedLimit(12, "Home", false, range)).toEqual({ limit: 0.5 });
  });

  it("that mean nothing are left to the page", () => {
    expect(keyedLimit(12, "Tab", false, range)).toBeNull();
  });
});

describe("handleShare", () => {
  it("stays on the axis", () => {
    expect(handleShare(12, range)).toBe(0.3);
    expect(handleShare(undefined, range)).toBe(1);
    expect(handleShare(99, range)).toBe(1);
    expect(handleShare(5, { min: 10, max: 20 })).toBe(0);
  });
});

describe("a bound", () => {
  const shares = { min: 70, max: 80 };

  it("has no value at its open end, on either side", () => {
    expect(draggedBound(1, shares, "most")).toBeUndefined();
    expect(draggedBound(0, shares, "least")).toBeUndefined();
    expect(draggedBound(0, shares, "most")).toBe(70);
    expect(draggedBound(1, shares, "least")).toBe(80);
    expect(draggedBound(0.333, shares, "least")).toBeCloseTo(73.3, 9);
  });

  it("moves by keys from its open end, and is taken away", () => {
    expect(keyedBound(undefined, "ArrowUp", false, shares, "least")).toEqual({ limit: 70.1 });
    expect(keyedBound(undefined, "ArrowLeft", false, shares, "most")).toEqual({ limit: 79.9 });
    expect(keyedBound(75, "PageUp", false, shares, "least")).toEqual({ limit: 76 });
    expect(keyedBound(70.1, "ArrowDown", false, shares, "least")).toEqual({ limit: undefined });
    expect(keyedBound(75, "Delete", false, shares, "least")).toEqual({ limit: undefined });
    expect(keyedBound(75, "Tab", false, shares, "least")).toBeNull();
  });

  it("stands within the axis", () => {
    expect(boundShare(undefined, shares, "least")).toBe(0);
    expect(boundShare(undefined, shares, "most")).toBe(1);
    expect(boundShare(75, shares, "least")).toBe(0.5);
    expect(boundShare(60, shares, "least")).toBe(0);
  });
});
