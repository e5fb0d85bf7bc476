import { describe, expect, it } from "vitest";
import type { Ceilings, Layer } from "../../api/types";
import type { ChartColors } from "../../charts/colors";
import { roofChartPoints, roofLine, rooflineOption, roofPoints, roofsOf, roofView } from "./roofline";

const ceilings: Ceilings = {
  device: "CPU",
  measured_at: "2026-03-09T12:00:00Z",
  memory_gbps: 20,
  compute_gflops: { f32: 100, bf16: 200 },
};
const colors = new Proxy({}, { get: (_, name) => String(name) }) as ChartColors;

function layer(order: number, more: Partial<Layer>): Layer {
  return {
    order,
    name: `l${order}`,
    type: "Convolution",
    time_us: 10,
    share: 0.1,
    status: "executed",
    originals: [],
    ...more,
  };
}
const layers = [
  layer(0, { intensity: 40, gflops: 150, share: 0.2, bound: "compute" }),
  layer(1, { intensity: 0.5, gflops: 8, share: 0.6, bound: "memory" }),
  layer(2, { intensity: 0, gflops: 0, bound: "memory" }),
  layer(3, { intensity: null, gflops: null }),
];
const points = roofPoints(layers);

describe("roofPoints", () => {
  it("are layers that compute, the longest first", () => {
    expect(points.map((point) => point.layer.order)).toEqual([1, 0]);
  });
});

describe("roofs", () => {
  it("meet the memory's slope where both limit alike", () => {
    expect(roofsOf(ceilings)).toEqual([
      { precision: "bf16", gflops: 200, ridge: 10 },
      { precision: "f32", gflops: 100, ridge: 5 },
    ]);
  });

  it("rise with the memory up to the ridge, then stay", () => {
    const view = { x: { min: 0.1, max: 100 }, y: { min: 1, max: 1000 } };
    const [bf16] = roofsOf(ceilings);
    expect(bf16 && roofLine(bf16, 20, view)).toEqual([
      [0.1, 2],
      [10, 200],
      [100, 200],
    ]);
  });

  it("are cut at the ends of what is shown", () => {
    const [bf16] = roofsOf(ceilings);
    const shown = (min: number, max: number) =>
      bf16 && roofLine(bf16, 20, { x: { min, max }, y: { min: 1, max: 1000 } });
    expect(shown(20, 50)).toEqual([
      [20, 200],
      [50, 200],
    ]);
    expect(shown(0.5, 2)).toEqual([
      [0.5, 10],
      [2, 40],
    ]);
  });
});

describe("roofView", () => {
  it("is whole decades around everything", () => {
    expect(roofView(points, ceilings)).toEqual({ x: { min: 0.1, max: 100 }, y: { min: 1, max: 1000 } });
  });

  it("still shows the roofs when no layer computes", () => {
    expect(roofView([], ceilings)).toEqual({ x: { min: 1, max: 100 }, y: { min: 10, max: 1000 } });
  });
});

describe("rooflineOption", () => {
  const view = roofView(points, ceilings);
  const { series } = rooflineOption({ points, ceilings, selected: 0, view }, colors) as {
    series: {
      type: string;
      data: {
        id: string;
        symbol: string;
        symbolSize: number;
        itemStyle: { color: string; borderColor: string };
      }[];
    }[];
  };

  it("shows what binds a layer by shape and colour, and its time by size", () => {
    expect(series[0]?.data.map(({ symbol, itemStyle }) => [symbol, itemStyle.color])).toEqual([
      ["rect", "c3"],
      ["circle", "c1"],
    ]);
    expect(series[0]?.data[0]?.symbolSize).toBe(28);
    expect(series[0]?.data[1]?.symbolSize).toBeCloseTo(6 + 22 / Math.sqrt(3), 9);
  });

  it("marks the selected layer, and the keyboard finds each point", () => {
    expect(series[0]?.data.map(({ itemStyle }) => itemStyle.borderColor)).toEqual(["panel", "ink"]);
    for (const { series: at, index, id } of roofChartPoints(points)) {
      expect(series[at]?.data[index]?.id).toBe(id);
    }
  });

  it("draws a roof for each precision", () => {
    expect(series.slice(1).map(({ type }) => type)).toEqual(["line", "line"]);
  });
});
