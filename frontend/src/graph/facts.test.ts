import { describe, expect, it } from "vitest";
import { boxSums, facts } from "./facts";
import { FAMILIES, family } from "./families";
import { chain, node } from "./graphs.fixture";
import { ungrouped } from "./groups";
import { links } from "./links";
import type { GraphColors } from "./paint";
import { interval, legend, luminance, mixed, paint, sixDigits, timeShades } from "./paint";
import { search } from "./search";
import type { GraphDocument } from "./types";
import { view } from "./view";
import { wire } from "./wiring";

/** conv, bn and relu run as one layer, the pooling as two, the shape not at all. */
const MODEL: GraphDocument = chain(
  ["conv", "bn", "relu", "pool", "shape"],
  ["Convolution", "BatchNormInference", "ReLU", "MaxPool", "ShapeOf"],
);
const RUNTIME: GraphDocument = {
  kind: "runtime",
  nodes: [
    node({ name: "r0", type: "Reorder", order: 0, time_us: 20, runtime_precision: "f32", originals: [] }),
    node({
      name: "relu",
      type: "Convolution",
      order: 1,
      time_us: 90,
      runtime_precision: "u8",
      originals: ["conv", "bn", "relu", "unknown"],
    }),
    node({
      name: "pool",
      type: "Pooling",
      order: 2,
      time_us: 4,
      runtime_precision: "u8",
      originals: ["pool"],
    }),
    node({
      name: "pool2",
      type: "Pooling",
      order: 3,
      time_us: 6,
      runtime_precision: "bf16",
      originals: ["pool"],
    }),
  ],
};
const LINKS = links(MODEL, RUNTIME);
const COLORS = Object.fromEntries(
  "bg panel ink dim faint line grid accent accent-soft good warn bad c1 c2 c3 c4 c5 c6"
    .split(" ")
    .map((name) => [name, name === "ink" ? "#1c2127" : name === "panel" ? "#ffffff" : "#b4530a"]),
) as unknown as GraphColors;

describe("links", () => {
  it("goes both ways, the slowest layer first, and passes over names that are not there", () => {
    expect(LINKS.originals).toEqual([[], [0, 1, 2], [3], [3]]);
    expect(LINKS.layers).toEqual([[1], [1], [1], [3, 2], []]);
  });

  it("takes names twice and graphs that are missing", () => {
    const twice = links(chain(["conv", "conv"]), RUNTIME);
    expect(twice.originals[1]).toEqual([0]);
    expect(links(undefined, RUNTIME).originals).toEqual([]);
    expect(links(MODEL, undefined).layers).toEqual([]);
  });
});

describe("facts", () => {
  it("gives a node of the model the time of its layer, and a part of it for sums", () => {
    const known = facts(MODEL, RUNTIME, LINKS);
    expect([...known.time]).toEqual([90, 90, 90, 6, Number.NaN]);
    expect([...known.part]).toEqual([30, 30, 30, 10, 0]);
    expect(known.runtimePrecision).toEqual(["u8", "u8", "u8", "bf16", null]);
    expect(known.total).toBe(120);
    // All that has originals is in the parts.
    expect(known.part.reduce((sum, part) => sum + part, 0)).toBe(known.total - 20);
  });

  it("sums over the nodes of each box", () => {
    const sums = boxSums(Int32Array.of(0, 0, 1), 2, Float64Array.of(1, 2, 4));
    expect([...sums.time]).toEqual([3, 4]);
    expect([...sums.nodes]).toEqual([2, 1]);
  });
});

describe("interval", () => {
  it("has six of equal width, the upper ends included", () => {
    expect([1, 10, 11, 20, 59, 60, 61].map((time) => interval(time, 60))).toEqual([0, 0, 1, 1, 5, 5, 5]);
    expect(interval(0, 0)).toBe(0);
    expect(interval(5, Number.NaN)).toBe(0);
    expect(timeShades(60, COLORS).map(({ label }) => label.replaceAll("\u00a0", " "))).toEqual([
      "up to 10.0 µs",
      "10.0 µs to 20.0 µs",
      "20.0 µs to 30.0 µs",
      "30.0 µs to 40.0 µs",
      "40.0 µs to 50.0 µs",
      "50.0 µs to 60.0 µs",
    ]);
  });

  it("writes on each interval with enough contrast", () => {
    for (const { fill, ink } of timeShades(60, COLORS)) {
      const [a, b] = [luminance(fill), luminance(ink)];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe("paint", () => {
  const shown = (document: GraphDocument) => {
    const boxes = view(ungrouped(document.nodes.length), new Set(), wire(document));
    const known = facts(document, RUNTIME, LINKS);
    return { document, view: boxes, facts: known, times: boxSums(boxes.boxOf, boxes.count, known.part).time };
  };
  const of = (document: GraphDocument, mode: Parameters<typeof paint>[0]) => {
    const { shades, of: kinds } = paint(mode, shown(document), 90, COLORS);
    return [...kinds].map((kind) => shades[kind]?.label ?? null);
  };

  it("colours by each of the modes, in both graphs", () => {
    expect(of(RUNTIME, "none")).toEqual([null, null, null, null]);
    expect([...paint("time", shown(RUNTIME), 90, COLORS).of]).toEqual([1, 5, 0, 0]);
    expect([...paint("time", shown(MODEL), 90, COLORS).of]).toEqual([5, 5, 5, 0, -1]);
    expect(of(RUNTIME, "runtime_precision")).toEqual(["f32", "u8", "u8", "bf16"]);
    expect(of(MODEL, "runtime_precision")).toEqual(["u8", "u8", "u8", "bf16", null]);
    expect(of(MODEL, "output_precision")).toEqual(["f32", "f32", "f32", "f32", "f32"]);
    expect(of(MODEL, "type")).toEqual([
      "Convolution",
      "Pooling, reduction, normalisation",
      "Element by element",
      "Pooling, reduction, normalisation",
      "Moving and shaping data",
    ]);
  });

  it("gives a closed group the class of most of its time", () => {
    const grouping = {
      groups: [{ label: "g", parent: -1, copies: 0, size: 4 }],
      of: Int32Array.of(0, 0, 0, 0, -1),
    };
    const boxes = view(grouping, new Set(), wire(MODEL));
    const known = facts(MODEL, RUNTIME, LINKS);
    const sums = boxSums(boxes.boxOf, boxes.count, known.part);
    const painted = paint(
      "runtime_precision",
      { document: MODEL, view: boxes, facts: known, times: sums.time },
      100,
      COLORS,
    );
    // 90 µs in u8, 10 in bf16.
    expect(painted.shades[painted.of[0] as number]?.label).toBe("u8");
    const told = legend(painted, sums).filter(({ nodes }) => nodes > 0);
    expect(told.map(({ label, nodes, time }) => [label, nodes, time])).toEqual([["u8", 4, 100]]);
    // With the sum of its nodes a group takes part in the scale of times.
    expect([
      ...paint("time", { document: MODEL, view: boxes, facts: known, times: sums.time }, 100, COLORS).of,
    ]).toEqual([5, -1]);
  });

  it("mixes colours, also of short notation", () => {
    expect(mixed("#000000", "#ffffff", 0.5)).toBe("#808080");
    expect(mixed("#102030", "#102030", 0.3)).toBe("#102030");
    expect(sixDigits("#fff")).toBe("#ffffff");
    expect(sixDigits("#1c2127")).toBe("#1c2127");
    expect(luminance("#ffffff")).toBeCloseTo(1);
    expect(luminance("#000000")).toBe(0);
  });
});

describe("family", () => {
  it("knows types of models and of executed graphs", () => {
    const named = (type: string) => FAMILIES[family(type)];
    expect(named("GroupConvolution")).toBe("Convolution");
    expect(named("FullyConnected")).toBe(FAMILIES[1]);
    expect(named("ScaledDotProductAttentionWithKVCache")).toBe(FAMILIES[1]);
    expect(named("Eltwise")).toBe("Element by element");
    expect(named("HSigmoid")).toBe("Element by element");
    expect(named("Softmax")).toBe(FAMILIES[3]);
    expect(named("Convert")).toBe(FAMILIES[4]);
    expect(named("Reorder")).toBe(FAMILIES[4]);
    expect(named("StridedSlice")).toBe(FAMILIES[5]);
    expect(named("ShapeOf")).toBe(FAMILIES[5]);
    expect(named("Parameter")).toBe(FAMILIES[6]);
    expect(named("Input")).toBe(FAMILIES[6]);
    expect(named("MyCustomOp")).toBeUndefined();
  });
});

describe("search", () => {
  it("looks into names, types and originals, in small letters and for all words", () => {
    expect(search(MODEL, "POOL")).toEqual([3]);
    expect(search(MODEL, "convolution")).toEqual([0]);
    expect(search(RUNTIME, "bn")).toEqual([1]);
    expect(search(RUNTIME, "pool 2")).toEqual([3]);
    expect(search(RUNTIME, "pooling")).toEqual([2, 3]);
    expect(search(MODEL, "  ")).toEqual([]);
    expect(search(MODEL, "nowhere")).toEqual([]);
    expect(search(MODEL, ".*")).toEqual([]);
  });
});
