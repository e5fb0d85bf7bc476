/** The chart of latency against throughput: its points, its front, the best run within a limit. */
import type { EChartsOption } from "echarts";
import type { Run } from "../../api/types";
import type { Percentile } from "../../app/search";
import { baseOption, rounded, tooltipLines, valueAxis } from "../../charts/axes";
import type { ChartPoint } from "../../charts/Chart";
import { type ChartColors, faded } from "../../charts/colors";
import { decimal, halfWidth, known, plusMinus } from "../../format/number";

export const PERCENTILE_NAMES: Record<Percentile, string> = {
  mean: "mean",
  median: "median",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  p999: "p99.9",
  max: "maximum",
};

export interface Point {
  run: Run;
  x: number;
  y: number;
}

export function latencyOf(run: Pick<Run, "latency_ms">, percentile: Percentile): number | null {
  return run.latency_ms[percentile] ?? null;
}

/** Runs that have this percentile, by latency. A run with too few samples for it has none. */
export function pointsOf(runs: readonly Run[], percentile: Percentile): Point[] {
  return runs
    .flatMap((run) => {
      const x = latencyOf(run, percentile);
      return known(x) ? [{ run, x, y: run.throughput_fps }] : [];
    })
    .sort((a, b) => a.x - b.x || b.y - a.y);
}

/** The points that no other one beats in both: lower latency and higher throughput. By latency. */
export function front(points: readonly Point[]): Point[] {
  const best: Point[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (const point of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) {
    if (point.y > highest) {
      best.push(point);
      highest = point.y;
    }
  }
  return best;
}

/** The highest throughput whose latency is not above `limit`; of equals, the one with the lower latency. */
export function bestWithin(points: readonly Point[], limit: number | undefined): Point | null {
  let best: Point | null = null;
  for (const point of points) {
    if (limit !== undefined && point.x > limit) continue;
    if (!best || point.y > best.y || (point.y === best.y && point.x < best.x)) best = point;
  }
  return best;
}

export function sentence(point: Point, percentile: Percentile): string {
  const { run } = point;
  const trusted = run.verdict === "stable" ? "stable" : `${run.verdict}: ${run.verdict_reason}`;
  return `${run.label}: ${decimal(point.y)} FPS, ${PERCENTILE_NAMES[percentile]} latency ${decimal(point.x, 3)} ms, ${trusted}`;
}

interface Wish {
  points: readonly Point[];
  percentile: Percentile;
  selected: string | null;
  limit: number | undefined;
}

// The order of the series below; the keyboard needs to know where the points are.
const POINT_SERIES = 2;

export function chartPoints({ points, percentile }: Pick<Wish, "points" | "percentile">): ChartPoint[] {
  return points.map((point, index) => ({
    sentence: sentence(point, percentile),
    series: POINT_SERIES,
    index,
    id: point.run.id,
  }));
}

export function tradeoffOption(
  { points, percentile, selected, limit }: Wish,
  colors: ChartColors,
): EChartsOption {
  const best = bestWithin(points, limit);
  const widest = Math.max(0, ...points.map(({ x }) => x), limit ?? 0);
  const top = Math.max(0, ...points.map(({ y, run }) => Math.max(y, run.throughput_ci95?.[1] ?? y)));
  const right = rounded(widest * 1.08);
  const base = baseOption(colors);
  return {
    ...base,
    xAxis: valueAxis(colors, "x", {
      name: `${PERCENTILE_NAMES[percentile]} latency, ms`,
      min: 0,
      max: right,
    }),
    yAxis: valueAxis(colors, "y", { name: "throughput, FPS", min: 0, max: rounded(top * 1.08) }),
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: (entry: unknown) => tooltip(entry, points, percentile),
    },
    series: [
      {
        type: "line",
        data: front(points).map(({ x, y }) => [x, y]),
        symbol: "none",
        silent: true,
        lineStyle: { color: colors.c1, width: 1.4, opacity: 0.6 },
        ...limitMarks(limit, colors),
      },
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
            symbolSize: chosen ? 14 : stable ? 9 : 11,
            itemStyle: {
              color: stable ? colors.c1 : colors.warn,
              borderColor: chosen ? colors.ink : colors.panel,
              borderWidth: chosen ? 2 : 1,
            },
            label: {
              show: true,
              // Towards the middle, where there is room.
              position: point.x > right * 0.7 ? ("left" as const) : ("right" as const),
              distance: 5,
              color: chosen ? colors.ink : colors.dim,
              fontSize: 11,
              fontWeight: chosen ? ("bold" as const) : ("normal" as const),
              formatter: point === best ? `★ ${point.run.label}` : point.run.label,
            },
          };
        }),
        // Below the line that joins the points of the front.
        labelLayout: { hideOverlap: true, dy: 8 },
        cursor: "pointer",
      },
    ],
  };
}

function tooltip(entry: unknown, points: readonly Point[], percentile: Percentile): string {
  const index = (entry as { dataIndex?: number }).dataIndex ?? -1;
  const point = points[index];
  if (!point) return "";
  const { run } = point;
  const median = percentile === "median" ? ` ${plusMinus(run.latency_median_ci95)}` : "";
  return tooltipLines(run.label, [
    `${decimal(run.throughput_fps)} FPS ${plusMinus(run.throughput_ci95)}`,
    `${PERCENTILE_NAMES[percentile]} ${decimal(point.x, 3)} ms${median}`,
    `${run.streams ?? "?"} streams · batch ${run.batch ?? "?"} · ${run.effective_precision}`,
    run.verdict === "stable" ? "stable" : `${run.verdict}: ${run.verdict_reason}`,
  ]);
}

function limitMarks(limit: number | undefined, colors: ChartColors) {
  if (limit === undefined) return {};
  return {
    markLine: {
      silent: true,
      symbol: "none",
      data: [{ xAxis: limit }],
      lineStyle: { color: colors.warn, type: "dashed" as const },
      label: { show: false },
    },
    markArea: {
      silent: true,
      itemStyle: { color: faded(colors.dim, 0.08) },
      data: [[{ xAxis: limit }, { xAxis: "max" }]] as [{ xAxis: number }, { xAxis: string }][],
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
