/** Histograms of pictures and boxes. */
import type { EChartsOption } from "echarts";
import type { Histogram } from "../../api/types";
import { baseOption, logAxis, tooltipLines, valueAxis } from "../../charts/axes";
import { type ChartColors, faded } from "../../charts/colors";
import { count, counted, decimal, percent } from "../../format/number";

export interface Bin {
  from: number;
  to: number;
  count: number;
  share: number;
}

export function binsOf({ edges, counts }: Histogram): Bin[] {
  const total = counts.reduce((sum, value) => sum + value, 0);
  return counts.map((value, index) => ({
    from: edges[index] ?? 0,
    to: edges[index + 1] ?? edges[index] ?? 0,
    count: value,
    share: total > 0 ? value / total : 0,
  }));
}

/** Bins that grow by a factor are drawn on a logarithmic axis, so that they look alike. */
export function growing(bins: readonly Bin[]): boolean {
  const first = bins[0];
  const last = bins[bins.length - 1];
  if (!first || !last || first.from <= 0 || bins.length < 3) return false;
  return (last.to - last.from) / (first.to - first.from) > 4;
}

export interface Measure {
  key: string;
  /** On the switch. */
  title: string;
  /** Of the axis, with its unit. */
  axis: string;
  unit: string;
  /** What is counted: "box", "boxes". */
  of: readonly [string, string];
  histogram: Histogram;
  /** Where a name begins: COCO's sizes. */
  marks?: readonly { name: string; value: number }[];
}

export function sentence(bin: Bin, measure: Measure): string {
  const unit = measure.unit && ` ${measure.unit}`;
  return `${decimal(bin.from, 4)} to ${decimal(bin.to, 4)}${unit}: ${counted(bin.count, ...measure.of)}, ${percent(bin.share)}`;
}

export function histogramOption(bins: readonly Bin[], measure: Measure, colors: ChartColors): EChartsOption {
  const base = baseOption(colors);
  const [first, last] = [bins[0]?.from ?? 0, bins[bins.length - 1]?.to ?? 1];
  const axis = growing(bins) ? logAxis : valueAxis;
  return {
    ...base,
    grid: { left: 58, right: 16, top: 22, bottom: 42 },
    xAxis: axis(colors, "x", { name: measure.axis, min: first, max: last, odd: true }),
    yAxis: valueAxis(colors, "y", { name: measure.of[1] }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => {
        const bin = bins[(entry as { dataIndex?: number }).dataIndex ?? -1];
        if (!bin) return "";
        const unit = measure.unit && ` ${measure.unit}`;
        return tooltipLines(`${decimal(bin.from, 4)} to ${decimal(bin.to, 4)}${unit}`, [
          `${count(bin.count)} ${bin.count === 1 ? measure.of[0] : measure.of[1]} · ${percent(bin.share)}`,
        ]);
      },
    },
    series: [
      {
        type: "custom",
        data: bins.map((bin) => [bin.from, bin.to, bin.count]),
        encode: { x: [0, 1], y: 2 },
        renderItem: (_, api) => {
          const [from, to, height] = [api.value(0), api.value(1), api.value(2)].map(Number);
          const [left = 0, top = 0] = api.coord([from ?? 0, height ?? 0]);
          const [right = 0, bottom = 0] = api.coord([to ?? 0, 0]);
          return {
            type: "rect",
            shape: { x: left, y: top, width: Math.max(right - left - 1, 1), height: bottom - top },
            style: { fill: faded(colors.c1, 0.75) },
          };
        },
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: colors.dim, type: "dashed" },
          label: { color: colors.dim, fontSize: 11, formatter: "{b}", align: "left" },
          data: (measure.marks ?? [])
            .filter(({ value }) => value > first && value < last)
            .map(({ name, value }) => ({ name, xAxis: value })),
        },
      },
    ],
  };
}
