/** Runs as a table: how they sort, and what goes into a CSV file. */
import type { Run } from "../../api/types";
import type { CsvColumn } from "../../format/csv";

export const RUN_CSV: CsvColumn<Run>[] = [
  { header: "run", value: (run) => run.label },
  { header: "hint", value: (run) => run.hint },
  { header: "streams", value: (run) => run.streams },
  { header: "requests", value: (run) => run.requests },
  { header: "batch", value: (run) => run.batch },
  { header: "throughput_fps", value: (run) => run.throughput_fps },
  { header: "throughput_low", value: (run) => run.throughput_ci95?.[0] },
  { header: "throughput_high", value: (run) => run.throughput_ci95?.[1] },
  { header: "median_ms", value: (run) => run.latency_ms.median },
  { header: "p90_ms", value: (run) => run.latency_ms.p90 },
  { header: "p95_ms", value: (run) => run.latency_ms.p95 },
  { header: "p99_ms", value: (run) => run.latency_ms.p99 },
  { header: "max_ms", value: (run) => run.latency_ms.max },
  { header: "compile_ms", value: (run) => run.compile_ms },
  { header: "first_inference_ms", value: (run) => run.first_inference_ms },
  { header: "peak_memory_bytes", value: (run) => run.peak_memory_bytes },
  { header: "effective_precision", value: (run) => run.effective_precision },
  { header: "verdict", value: (run) => run.verdict },
  { header: "created_at", value: (run) => run.created_at },
  { header: "id", value: (run) => run.id },
];

/** Whether the precisions that executed differ: numbers of such runs do not compare like with like. */
export function mixedPrecisions(runs: readonly Pick<Run, "effective_precision">[]): string[] {
  const found = [...new Set(runs.map((run) => run.effective_precision))];
  return found.length > 1 ? found : [];
}

export function unstable(runs: readonly Pick<Run, "verdict">[]): { verdict: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { verdict } of runs)
    if (verdict !== "stable") counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => ({ verdict, count }));
}
