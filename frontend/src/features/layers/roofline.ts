/**
 * The roofline (Williams, Waterman, Patterson 2009): what a device reaches at most at each arithmetic intensity, and
 * where the layers stand below it. x: FLOP for each byte; y: GFLOP/s; both in decades.
 */
import type { EChartsOption } from "echarts";
import type { Ceilings, Layer } from "../../api/types";
import { baseOption, logAxis, tooltipLines } from "../../charts/axes";
import type { ChartPoint } from "../../charts/Chart";
import type { ChartColors } from "../../charts/colors";
import type { View } from "../../charts/plane";
import { decimal, joined, percent, scaled } from "../../format/number";
import { microseconds } from "../../format/time";

export interface RoofPoint {
  layer: Layer;
  x: number;
  y: number;
}

/** Layers that compute, the longest first, so that small ones are drawn over large ones. */
export function roofPoints(layers: readonly Layer[]): RoofPoint[] {
  return layers
    .flatMap((layer) => {
      const { intensity: x, gflops: y } = layer;
      return x && y && x > 0 && y > 0 ? [{ layer, x, y }] : [];
    })
    .sort((a, b) => b.layer.share - a.layer.share);
}

export interface Roof {
  precision: string;
  gflops: number;
  /** Where memory and computing limit alike, in FLOP/byte. */
  ridge: number;
}

/** The highest first. */
export function roofsOf(ceilings: Pick<Ceilings, "memory_gbps" | "compute_gflops">): Roof[] {
  return Object.entries(ceilings.compute_gflops)
    .map(([precision, gflops]) => ({ precision, gflops, ridge: gflops / ceilings.memory_gbps }))
    .sort((a, b) => b.gflops - a.gflops);
}

const decadeBelow = (value: number) => 10 ** Math.floor(Math.log10(value));
const decadeAbove = (value: number) => 10 ** Math.ceil(Math.log10(value));

/** Whole decades around all layers and ridges. */
export function roofView(points: readonly RoofPoint[], ceilings: Ceilings): View {
  const roofs = roofsOf(ceilings);
  const across = [...points.map(({ x }) => x), ...roofs.map(({ ridge }) => ridge)];
  const up = [...points.map(({ y }) => y), ...roofs.map(({ gflops }) => gflops)];
  const rightmost = Math.max(...across);
  return {
    x: { min: decadeBelow(Math.min(...across) * 0.9), max: decadeAbove(rightmost * 1.5) },
    y: { min: decadeBelow(Math.min(...up) * 0.9), max: decadeAbove(Math.max(...up) * 1.2) },
  };
}

/** The line of one roof between the ends of the view: up the memory's slope, then flat. */
export function roofLine(roof: Roof, memoryGbps: number, view: View): [number, number][] {
  const { min, max } = view.x;
  if (roof.ridge >= max)
    return [
      [min, min * memoryGbps],
      [max, max * memoryGbps],
    ];
  if (roof.ridge <= min)
    return [
      [min, roof.gflops],
      [max, roof.gflops],
    ];
  return [
    [min, min * memoryGbps],
    [roof.ridge, roof.gflops],
    [max, roof.gflops],
  ];
}

const SYMBOLS = { compute: "circle", memory: "rect", overhead: "triangle" } as const;
export const BOUND_COLORS = { compute: "c1", memory: "c3", overhead: "c5" } as const;

export function boundMeaning(bound: Layer["bound"]): string {
  if (bound === "compute") return "compute bound: the arithmetic units are what limits it";
  if (bound === "memory") return "memory bound: it waits for data";
  if (bound === "overhead") return "overhead: far below both roofs, the time goes elsewhere";
  return "what limits it is not known";
}

export function roofSentence({ layer, x, y }: RoofPoint): string {
  const of = layer.roof_share == null ? "" : `, ${percent(layer.roof_share)} of the roof`;
  return `${layer.name}: ${decimal(y, 3)} GFLOP/s at ${decimal(x, 3)} FLOP/byte${of}, ${percent(layer.share)} of the time, ${layer.bound ? `${layer.bound} bound` : "bound not known"}`;
}

export function roofChartPoints(points: readonly RoofPoint[]): ChartPoint[] {
  return points.map((point, index) => ({
    sentence: roofSentence(point),
    series: 0,
    index,
    id: String(point.layer.order),
  }));
}

interface Drawing {
  points: readonly RoofPoint[];
  ceilings: Ceilings;
  selected: number | null;
  view: View;
}

export function rooflineOption(
  { points, ceilings, selected, view }: Drawing,
  colors: ChartColors,
): EChartsOption {
  const base = baseOption(colors);
  const odd = !Number.isInteger(Math.log10(view.x.min));
  const widest = Math.max(1e-9, ...points.map(({ layer }) => layer.share));
  return {
    ...base,
    grid: { left: 58, right: 116, top: 12, bottom: 42 },
    xAxis: logAxis(colors, "x", { name: "arithmetic intensity, FLOP/byte", ...view.x, odd }),
    yAxis: logAxis(colors, "y", { name: "GFLOP/s", ...view.y, odd }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => tooltip(points[(entry as { dataIndex?: number }).dataIndex ?? -1]),
    },
    series: [
      {
        type: "scatter",
        z: 3,
        cursor: "pointer",
        data: points.map(({ layer, x, y }) => {
          const chosen = layer.order === selected;
          return {
            id: String(layer.order),
            value: [x, y],
            symbol: layer.bound ? SYMBOLS[layer.bound] : "circle",
            symbolSize: 6 + 22 * Math.sqrt(layer.share / widest),
            itemStyle: {
              color: colors[layer.bound ? BOUND_COLORS[layer.bound] : "c5"],
              opacity: chosen ? 1 : 0.7,
              borderColor: chosen ? colors.ink : colors.panel,
              borderWidth: chosen ? 2.5 : 1,
            },
          };
        }),
      },
      ...roofsOf(ceilings).map((roof) => ({
        type: "line" as const,
        silent: true,
        symbol: "none",
        z: 2,
        data: roofLine(roof, ceilings.memory_gbps, view),
        lineStyle: { color: colors.dim, width: 1.4 },
        endLabel: {
          show: true,
          color: colors.dim,
          fontSize: 11,
          formatter: `${roof.precision} ${decimal(roof.gflops, 3)}`,
        },
      })),
    ],
  };
}

function tooltip(point: RoofPoint | undefined): string {
  if (!point) return "";
  const { layer, x, y } = point;
  return tooltipLines(layer.name, [
    `${layer.type}${layer.runtime_precision ? ` in ${layer.runtime_precision}` : ""}`,
    `${decimal(y, 3)} GFLOP/s at ${decimal(x, 3)} FLOP/byte`,
    ...(layer.roof_share == null ? [] : [`${percent(layer.roof_share)} of the roof at this intensity`]),
    `${joined(scaled(layer.flop, "FLOP"))}, ${joined(scaled(layer.bytes, "B"))}`,
    `${microseconds(layer.time_us)}, ${percent(layer.share)} of the time`,
    boundMeaning(layer.bound),
  ]);
}
