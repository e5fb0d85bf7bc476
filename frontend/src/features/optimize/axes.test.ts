import { describe, expect, it } from "vitest";
import {
  axisKind,
  figureText,
  frontOf,
  limitText,
  parentOf,
  pointsOf,
  rangeOf,
  sentenceOf,
  versionName,
  within,
} from "./axes";
import { racePair, raceProblem, sideOf } from "./racing";
import { version } from "./versions.fixture";

const original = version({ key: "net", fps: 50, median: 20, accuracy: 0.76 });
const faster = version({
  key: "net bf16",
  model_id: "net",
  name: "net",
  effective_precision: "bf16",
  fps: 90,
  median: 11,
});
const int8 = version({ key: "int8", parent_id: "net", fps: 180, median: 6, accuracy: 0.74, on_front: false });
const items = [original, faster, int8];

describe("an axis", () => {
  it("tells its unit and which way is better", () => {
    expect(axisKind("latency_ms", items)).toMatchObject({ unit: "ms", keep: "most", factor: 1 });
    expect(axisKind("throughput_fps", items)).toMatchObject({ unit: "FPS", keep: "least" });
    expect(axisKind("size_bytes", items)).toMatchObject({ unit: "MB", keep: "most", factor: 1e-6 });
  });

  it("shows shares in percent, and a metric with a unit in it", () => {
    expect(axisKind("accuracy", items)).toMatchObject({ unit: "%", factor: 100, title: "Top-1 accuracy, %" });
    const psnr = [version({ key: "a", accuracy: 31.2, metric: "psnr", unit: "dB" })];
    expect(axisKind("accuracy", psnr)).toMatchObject({ unit: "dB", factor: 1, keep: "least" });
  });

  it("is held to less where a metric is better when lower", () => {
    const nme = version({ key: "a" });
    if (nme.accuracy) nme.accuracy.better = "lower";
    expect(axisKind("accuracy", [nme]).keep).toBe("most");
  });
});

describe("points", () => {
  const [x, y] = [axisKind("latency_ms", items), axisKind("accuracy", items)];

  it("stand in shown units, from left to right, with both intervals", () => {
    const points = pointsOf(items, x, y);
    expect(points.map((point) => point.version.key)).toEqual(["int8", "net bf16", "net"]);
    expect(points[0]?.y).toBeCloseTo(74, 9);
    expect(points[0]?.yInterval?.map((end) => Math.round(end))).toEqual([73, 75]);
    expect(points[0]?.xInterval).toEqual([5, 7]);
  });

  it("leave out what lacks a figure, or cannot be compared", () => {
    const unmeasured = version({ key: "b", accuracy: null, lacks: ["no accuracy report"] });
    const other = version({ key: "c", lacks: ["its accuracy is f1, not accuracy@top1"] });
    expect(pointsOf([original, unmeasured, other], x, y).map((point) => point.version.key)).toEqual(["net"]);
  });

  it("are on the front where the server says so", () => {
    expect(frontOf(pointsOf(items, x, y)).map((point) => point.version.key)).toEqual(["net bf16", "net"]);
  });

  it("are told in a sentence", () => {
    const [point] = pointsOf([int8], x, y);
    expect(point && sentenceOf(point, x, y, items)).toBe(
      "int8: median latency 6.000\u00a0ms, accuracy 74.00\u00a0%, beaten by another version in both",
    );
  });

  it("keep to limits in both directions", () => {
    expect(within(10, 10, x)).toBe(true);
    expect(within(10.1, 10, x)).toBe(false);
    expect(within(74, 74, y)).toBe(true);
    expect(within(73.9, 74, y)).toBe(false);
    expect(within(1e9, undefined, x)).toBe(true);
    expect(limitText(24, x)).toBe("≤\u00a024\u00a0ms");
    expect(limitText(75.5, y)).toBe("≥\u00a075.5\u00a0%");
    expect(figureText(null, x)).toBe("–");
  });
});

describe("the range of an axis", () => {
  it("begins at 0 where the figures are of different sizes", () => {
    const range = rangeOf([6, 20], undefined);
    expect(range.min).toBe(0);
    expect(range.max).toBeGreaterThan(20);
  });

  it("is around figures that are near each other, and never below 0 for them", () => {
    const range = rangeOf([74, 76], undefined);
    expect(range.min).toBeGreaterThan(70);
    expect(range.min).toBeLessThan(74);
    expect(range.max).toBeGreaterThan(76);
    expect(rangeOf([99.9, 100], undefined).min).toBeGreaterThan(0);
  });

  it("holds the limit, a single figure, and none", () => {
    expect(rangeOf([6, 20], 40).max).toBeGreaterThanOrEqual(40);
    const one = rangeOf([5], undefined);
    expect(one.min).toBeLessThan(5);
    expect(one.max).toBeGreaterThan(5);
    expect(rangeOf([], undefined)).toEqual({ min: 0, max: 1 });
    const zero = rangeOf([0], undefined);
    expect(zero.max).toBeGreaterThan(zero.min);
  });
});

describe("versions", () => {
  it("are told apart by precision where the model runs in several", () => {
    expect(versionName(faster, items)).toBe("net in bf16");
    expect(versionName(int8, items)).toBe("int8");
  });

  it("have the parent in their own precision, else its fastest", () => {
    expect(parentOf(int8, items)).toBe(original);
    expect(parentOf({ ...int8, effective_precision: "int8/bf16" }, items)).toBe(faster);
    expect(parentOf({ ...int8, effective_precision: "f16" }, items)).toBe(faster);
    expect(parentOf(original, items)).toBeNull();
  });

  it("are raced in the precision that they ran in", () => {
    expect(sideOf(faster)).toEqual({ project: "project net bf16", precision: "bf16" });
    expect(sideOf({ ...int8, effective_precision: "int8/bf16" })).toEqual({
      project: "project int8",
      precision: "bf16",
    });
    expect(sideOf({ ...int8, project_id: null })).toBeNull();
    expect(racePair(items)).toHaveLength(3);
    expect(raceProblem([original], 30)).toMatch(/two versions/);
    expect(raceProblem([original, int8], "")).toMatch(/seconds/);
    expect(raceProblem([original, int8], 30)).toBeNull();
  });
});
