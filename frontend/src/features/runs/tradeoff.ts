/** The plane of latency and throughput: its points, its front, the best run within a limit. */
import type { Run } from "../../api/types";
import type { Percentile } from "../../app/search";
import { rounded } from "../../charts/axes";
import type { View } from "../../charts/plane";
import { decimal, known } from "../../format/number";
import type { Series } from "./series";

export const PERCENTILE_NAMES: Record<Percentile, string> = {
  mean: "mean",
  median: "median",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  p999: "p99.9",
  max: "maximum",
};

/** How many samples a percentile needs, so that one lies beyond it with 95 % certainty (Wilks: n ≥ ln 0.05 / ln p). */
export const ENOUGH: Partial<Record<Percentile, number>> = { p90: 29, p95: 59, p99: 299, p999: 2995 };

/** Why a run has no such percentile. */
export function tooFew(percentile: Percentile, samples: number): string {
  const needed = ENOUGH[percentile] ?? 1;
  return `Not enough samples: ${PERCENTILE_NAMES[percentile]} needs ${needed.toLocaleString("en")}, and the run has ${samples.toLocaleString("en")}. A longer run has more.`;
}

export interface Point {
  run: Run;
  /** Of which of the series it is. */
  series: number;
  x: number;
  y: number;
}

export function latencyOf(run: Pick<Run, "latency_ms">, percentile: Percentile): number | null {
  return run.latency_ms[percentile] ?? null;
}

/** Runs that have this percentile, by latency. A run with too few samples for it has none. */
export function pointsOf(series: readonly Pick<Series, "runs">[], percentile: Percentile): Point[] {
  return series
    .flatMap(({ runs }, index) =>
      runs.flatMap((run) => {
        const x = latencyOf(run, percentile);
        return known(x) ? [{ run, series: index, x, y: run.throughput_fps }] : [];
      }),
    )
    .sort((a, b) => a.x - b.x || b.y - a.y);
}

/** What there is to see: from nothing to a little beyond the last point and the limit. */
export function fullView(points: readonly Point[], limit: number | undefined): View {
  const widest = Math.max(0, ...points.map(({ x }) => x), limit ?? 0);
  const top = Math.max(0, ...points.map(({ y, run }) => Math.max(y, run.throughput_ci95?.[1] ?? y)));
  return { x: { min: 0, max: rounded(widest * 1.08) }, y: { min: 0, max: rounded(top * 1.08) } };
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

export function sentence(point: Point, percentile: Percentile, of?: string): string {
  const { run } = point;
  const trusted = run.verdict === "stable" ? "stable" : `${run.verdict}: ${run.verdict_reason}`;
  const whose = of ? `${of}, ` : "";
  return `${whose}${run.label}: ${decimal(point.y)} FPS, ${PERCENTILE_NAMES[percentile]} latency ${decimal(point.x, 3)} ms, ${trusted}`;
}

/** A limit as it was chosen: 24 ms, not 24.00. */
export function limitText(limit: number): string {
  return `${Number(limit.toPrecision(4))} ms`;
}
