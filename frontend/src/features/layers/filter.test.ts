import { describe, expect, it } from "vitest";
import type { Layer } from "../../api/types";
import { layerTime, shownColumns, toggled } from "./columns";
import { facet, filtered, isFiltered, NO_FILTER, originalCount, precisionParts, typeParts } from "./filter";

function layer(order: number, more: Partial<Layer> = {}): Layer {
  return {
    order,
    name: `layer_${order}`,
    type: "Convolution",
    runtime_precision: "i8",
    time_us: 100,
    share: 0.1,
    status: "executed",
    originals: [],
    inputs: [],
    outputs: [],
    attributes: {},
    ...more,
  };
}

const layers = [
  layer(0, { name: "stem", originals: [{ name: "backbone.Conv1" }, { name: "backbone.Bn1" }] }),
  layer(1, { type: "Reorder", runtime_precision: "bf16", time_us: 20, share: 0.02 }),
  layer(2, { type: "Pooling", time_us: null, share: 0, status: "below_resolution" }),
  layer(3, {
    type: "Reshape",
    time_us: null,
    share: 0,
    status: "not_executed",
    originals: [{ name: "backbone.Bn1" }],
  }),
];
const orders = (rows: Layer[]) => rows.map(({ order }) => order);

describe("filtered", () => {
  it("finds by name and by original layer, whatever the case", () => {
    expect(orders(filtered(layers, { q: "STEM" }))).toEqual([0]);
    expect(orders(filtered(layers, { q: "bn1" }))).toEqual([0, 3]);
  });

  it("takes sets of types and precisions", () => {
    expect(orders(filtered(layers, { types: ["Reorder", "Pooling"] }))).toEqual([1, 2]);
    expect(orders(filtered(layers, { precisions: ["bf16"] }))).toEqual([1]);
  });

  it("takes thresholds, which unmeasured layers never pass", () => {
    expect(orders(filtered(layers, { where: ["time>20"] }))).toEqual([0]);
    expect(orders(filtered(layers, { where: ["share>1.5"] }))).toEqual([0, 1]);
  });

  it("takes what binds a layer, and the layers of a finding", () => {
    const bound = [layer(0, { bound: "memory" }), layer(1, { bound: "compute" }), layer(2)];
    expect(orders(filtered(bound, { bounds: ["memory", "overhead"] }))).toEqual([0]);
    expect(orders(filtered(layers, { only: [3, 1] }))).toEqual([1, 3]);
  });

  it("leaves out a condition that it does not understand", () => {
    expect(orders(filtered(layers, { where: ["colour>3"] }))).toEqual([0, 1, 2, 3]);
  });

  it("knows whether anything is filtered", () => {
    expect(isFiltered({})).toBe(false);
    expect(isFiltered(NO_FILTER)).toBe(false);
    expect(isFiltered({ only: [1] })).toBe(true);
  });

  it("tells below resolution from not executed", () => {
    expect(orders(filtered(layers, { status: "below_resolution" }))).toEqual([2]);
    expect(orders(filtered(layers, { status: "not_executed" }))).toEqual([3]);
  });

  it("combines all of them", () => {
    expect(
      orders(
        filtered(layers, { types: ["Convolution", "Reorder"], where: ["time>50", "share:5..20"], q: "stem" }),
      ),
    ).toEqual([0]);
    expect(filtered(layers, { types: ["Reorder"], q: "stem" })).toEqual([]);
  });
});

describe("layerTime", () => {
  it("shows what ran too fast as such, not as skipped", () => {
    expect(layerTime({ status: "below_resolution", time_us: null }).replace(/\s/g, " ")).toBe("< 1 µs");
    expect(layerTime({ status: "not_executed", time_us: null })).toBe("not executed");
  });
});

describe("facet", () => {
  it("counts values, the most frequent first", () => {
    expect(facet([...layers, layer(4)], ({ type }) => type)[0]).toEqual({ value: "Convolution", count: 2 });
  });
});

describe("typeParts", () => {
  const byType = [5, 40, 3, 20, 2, 30, 0].map((time_us, index) => ({
    type: `T${index}`,
    precision: "f32",
    time_us,
    share: time_us / 100,
    count: 1,
  }));

  it("has the largest first and all others in one", () => {
    const parts = typeParts(byType, 3);
    expect(parts.map(({ label }) => label)).toEqual(["T1 f32", "T5 f32", "T3 f32", "3 others"]);
    expect(parts.at(-1)).toMatchObject({ type: null, time_us: 10, count: 3 });
  });

  it("adds up to everything that was measured", () => {
    expect(typeParts(byType, 3).reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  });

  it("is nothing when nothing could be measured", () => {
    expect(typeParts([{ type: "T", precision: null, time_us: 0, share: 0, count: 2 }])).toEqual([]);
  });
});

describe("precisionParts", () => {
  it("are named by the precision, and lead to it", () => {
    const parts = precisionParts([
      { precision: "bf16", time_us: 10, share: 0.2, count: 3 },
      { precision: "i8", time_us: 40, share: 0.8, count: 5 },
    ]);
    expect(parts.map(({ label, precision }) => [label, precision])).toEqual([
      ["i8", "i8"],
      ["bf16", "bf16"],
    ]);
  });
});

describe("columns", () => {
  it("always show the name", () => {
    expect(shownColumns(["name", "order"]).map(({ id }) => id)).toContain("name");
    expect(shownColumns(["order"]).map(({ id }) => id)).not.toContain("order");
    expect(shownColumns(["weights"]).map(({ id }) => id)).toContain("weights");
  });

  it("are remembered only where they differ from the usual", () => {
    expect(toggled(undefined, "order")).toEqual(["order"]);
    expect(toggled(["order"], "order")).toBeUndefined();
  });
});

describe("originalCount", () => {
  it("counts each original layer once", () => {
    expect(originalCount(layers)).toBe(2);
  });
});
