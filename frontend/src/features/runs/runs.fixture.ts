/** A run as the server tells it, for tests. */
import type { Run } from "../../api/types";

export function someRun(more: Partial<Run> = {}): Run {
  return {
    id: "r",
    project_id: "p",
    job_id: null,
    label: "1 × 1",
    source: "benchmark",
    scenario: "SingleStream",
    configuration: null,
    open_loop: null,
    device: "CPU",
    hint: "none",
    streams: 1,
    requests: 1,
    batch: 1,
    threads: null,
    requested_precision: null,
    effective_precision: "bf16",
    input: {},
    throughput_fps: 100,
    throughput_ci95: [99, 101],
    latency_ms: { min: 9, mean: 10, median: 10, p90: 11, p95: 12, p99: 13, p999: null, max: 20 },
    latency_median_ci95: [9.9, 10.1],
    samples: 1000,
    duration_s: 10,
    read_ms: 18,
    reshape_ms: null,
    compile_ms: 268,
    compile_cached_ms: null,
    first_inference_ms: 44,
    memory_bytes: { start: 61e6, read: 74e6, compile: 132e6 },
    peak_memory_bytes: 141e6,
    verdict: "stable",
    verdict_reason: "",
    windows: [],
    spread: 0.01,
    drift: 0,
    cpu_others: 0,
    warmup: null,
    provenance: {},
    has_layers: true,
    layers_summary: null,
    layers_error: null,
    created_at: "2026-03-09T12:00:00Z",
    ...more,
  };
}

/** A run at a point of the chart. */
export function runAt(id: string, latency: number, throughput: number, more: Partial<Run> = {}): Run {
  const base = someRun();
  return someRun({
    id,
    label: id,
    throughput_fps: throughput,
    throughput_ci95: [throughput - 1, throughput + 1],
    latency_ms: { ...base.latency_ms, median: latency, p99: latency * 1.3 },
    ...more,
  });
}
