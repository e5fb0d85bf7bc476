/** The drawing of latency against throughput. */
import type { EChartsOption } from "echarts";
import type { Percentile } from "../../app/search";
import { baseOption, tooltipLines, valueAxis } from "../../charts/axes";
import type { ChartPoint } from "../../charts/Chart";
import { type ChartColors, faded } from "../../charts/colors";
import type { View } from "../../charts/plane";
import { decimal, halfWidth, plusMinus } from "../../format/number";
import type { Series } from "./series";
import { bestWithin, front, PERCENTILE_NAMES, type Point, sentence } from "./tradeoff";

export interface Drawing {
  points: readonly Point[];
  series: readonly Series[];
  percentile: Percentile;
  selected: string | null;
  limit: number | undefined;
  view: View;
}

// The order of the series below; the keyboard needs to know where the points are.
const POINT_SERIES = 2;
const STAR = "path://M10 0 L12.9 6.6 L20 7.3 L14.7 12 L16.2 19 L10 15.4 L3.8 19 L5.3 12 L0 7.3 L7.1 6.6 Z";

export function chartPoints({
  points,
  percentile,
  series,
}: Pick<Drawing, "points" | "percentile" | "series">): ChartPoint[] {
  return points.map((point, index) => ({
    sentence: sentence(point, percentile, series.length > 1 ? series[point.series]?.name : undefined),
    series: POINT_SERIES,
    index,
    id: point.run.id,
  }));
}

export function tradeoffOption(drawing: Drawing, colors: ChartColors): EChartsOption {
  const { points, series, percentile, selected, limit, view } = drawing;
  const base = baseOption(colors);
  // A part that was zoomed into ends anywhere.
  const odd = view.x.min > 0 || view.y.min > 0;
  const color = (index: number) => colors[series[index]?.color ?? "c1"];
  const own = points.filter((point) => point.series === 0);
  const best = bestWithin(own, limit);
  const labelled = new Set(series.length > 1 ? [...front(own), ...front(points)] : points);
  return {
    ...base,
    xAxis: valueAxis(colors, "x", { name: `${PERCENTILE_NAMES[percentile]} latency, ms`, ...view.x, odd }),
    yAxis: valueAxis(colors, "y", { name: "throughput, FPS", ...view.y, odd }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => tooltip(entry, drawing),
    },
    series: [
      { ...frontLine(own, color(0)), ...limitMarks(limit, view, colors) },
      intervalSeries(points, percentile, colors),
      {
        type: "scatter",
        z: 3,
        data: points.map((point) => {
          const stable = point.run.verdict === "stable";
          const chosen = point.run.id === selected;
          return {
            id: point.run.id,
            value: [point.x, point.y],
            symbol: stable ? "circle" : "diamond",
            symbolSize: chosen ? 14 : stable ? 9 : 12,
            itemStyle: {
              opacity: 1,
              color: stable ? color(point.series) : colors.warn,
              borderColor: chosen ? colors.ink : stable ? colors.panel : color(point.series),
              borderWidth: chosen ? 2 : stable ? 1 : 1.5,
            },
            label: {
              show: chosen || labelled.has(point),
              // Towards the middle, where there is room.
              position:
                point.x > view.x.min + (view.x.max - view.x.min) * 0.7
                  ? ("left" as const)
                  : ("right" as const),
              distance: 5,
              color: chosen ? colors.ink : colors.dim,
              fontSize: 11,
              fontWeight: chosen ? ("bold" as const) : ("normal" as const),
              formatter: point.run.label,
            },
          };
        }),
        // Below the line that joins the points of the front.
        labelLayout: { hideOverlap: true, dy: 8 },
        cursor: "pointer",
      },
      {
        type: "scatter",
        silent: true,
        z: 4,
        symbol: STAR,
        symbolSize: 14,
        symbolOffset: [0, -14],
        itemStyle: { color: color(0) },
        data: best ? [[best.x, best.y]] : [],
      },
      ...series.slice(1).map((_, index) => ({
        ...frontLine(
          points.filter((point) => point.series === index + 1),
          color(index + 1),
        ),
      })),
    ],
  };
}

function frontLine(points: readonly Point[], color: string) {
  return {
    type: "line" as const,
    data: front(points).map(({ x, y }) => [x, y]),
    symbol: "none",
    silent: true,
    lineStyle: { color, width: 1.4, opacity: 0.6 },
  };
}

function tooltip(entry: unknown, { points, series, percentile }: Drawing): string {
  const index = (entry as { dataIndex?: number }).dataIndex ?? -1;
  const point = points[index];
  if (!point) return "";
  const { run } = point;
  const median = percentile === "median" ? ` ${plusMinus(run.latency_median_ci95)}` : "";
  const whose = series.length > 1 ? [series[point.series]?.name ?? ""] : [];
  return tooltipLines(run.label, [
    ...whose,
    `${decimal(run.throughput_fps)} FPS ${plusMinus(run.throughput_ci95)}`,
    `${PERCENTILE_NAMES[percentile]} ${decimal(point.x, 3)} ms${median}`,
    `${run.streams ?? "?"} streams · batch ${run.batch ?? "?"} · ${run.effective_precision}`,
    run.verdict === "stable" ? "stable" : `${run.verdict}: ${run.verdict_reason}`,
  ]);
}

function limitMarks(limit: number | undefined, view: View, colors: ChartColors) {
  if (limit === undefined || limit >= view.x.max) return {};
  const from = Math.max(limit, view.x.min);
  return {
    markLine: {
      silent: true,
      symbol: "none",
      data: limit < view.x.min ? [] : [{ xAxis: limit }],
      lineStyle: { color: colors.warn, type: "dashed" as const },
      label: { show: false },
    },
    markArea: {
      silent: true,
      itemStyle: { color: faded(colors.dim, 0.08) },
      data: [[{ xAxis: from }, { xAxis: view.x.max }]] as [{ xAxis: number }, { xAxis: number }][],
    },
  };
}

/** 95 % intervals: of the throughput upright, of the median across. */
function intervalSeries(points: readonly Point[], percentile: Percentile, colors: ChartColors) {
  const rows = points.map(({ run, x, y }) => {
    const vertical = halfWidth(run.throughput_ci95) === null ? [y, y] : (run.throughput_ci95 ?? [y, y]);
    const across = percentile === "median" && run.latency_median_ci95 ? run.latency_median_ci95 : [x, x];
    return [x, y, vertical[0] ?? y, vertical[1] ?? y, across[0] ?? x, across[1] ?? x];
  });
  return {
    type: "custom" as const,
    silent: true,
    z: 2,
    data: rows,
    encode: { x: 0, y: 1 },
    clip: true,
    renderItem: (_: unknown, api: { value: (at: number) => unknown; coord: (at: number[]) => number[] }) => {
      const [x, y, low, high, left, right] = [0, 1, 2, 3, 4, 5].map((at) => Number(api.value(at)));
      const line = (from: number[], to: number[]) => ({
        type: "line" as const,
        shape: { x1: from[0] ?? 0, y1: from[1] ?? 0, x2: to[0] ?? 0, y2: to[1] ?? 0 },
        style: { stroke: colors.dim, lineWidth: 1.2 },
      });
      return {
        type: "group" as const,
        children: [
          line(api.coord([x ?? 0, low ?? 0]), api.coord([x ?? 0, high ?? 0])),
          line(api.coord([left ?? 0, y ?? 0]), api.coord([right ?? 0, y ?? 0])),
        ],
      };
    },
  };
}
