// Invented runs, latencies and layers.
import { before, CPU, newId, normal, random } from "./mockData.mjs";

const EMPTY = {
  hint: "none",
  streams: null,
  requests: null,
  batch: null,
  threads: null,
  precision: null,
  api: "async",
  arrivals_per_s: null,
};
let runs = 0;
export function run(project, label, hint, streams, batch, fps, median, verdict = "stable", more = {}) {
  const id = newId();
  const samplesDone = Math.round((fps * 10) / batch);
  return {
    id,
    project_id: project.id,
    job_id: project.last_job_id,
    source: "benchmark",
    scenario: streams * batch === 1 ? "SingleStream" : "MultiStream",
    configuration: { ...EMPTY, hint, streams: hint === "none" ? streams : null, batch },
    open_loop: null,
    label,
    device: "CPU",
    hint,
    streams,
    requests: streams,
    batch,
    threads: null,
    requested_precision: null,
    effective_precision: "bf16",
    input: {
      source: "dataset",
      description: "64 images of coco_val2017_subset, letterboxed to 416×416, BGR",
    },
    throughput_fps: fps,
    throughput_ci95: [fps * 0.994, fps * 1.006],
    latency_ms: {
      min: median * 0.93,
      mean: median * 1.01,
      median,
      p90: median * 1.08,
      p95: median * 1.12,
      p99: samplesDone > 1000 ? median * 1.3 : null,
      p999: null,
      max: median * 2.1,
    },
    latency_median_ci95: [median * 0.995, median * 1.005],
    samples: samplesDone,
    duration_s: 10.02,
    read_ms: 18.2,
    reshape_ms: batch === 1 ? null : 4.1,
    compile_ms: 268.4,
    compile_cached_ms: 61.3,
    first_inference_ms: 44.1,
    memory_bytes: { start: 61e6, read: 74e6, compile: 132e6, first_inference: 139e6, measure: 141e6 },
    peak_memory_bytes: 141_234_176,
    verdict,
    verdict_reason:
      verdict === "stable"
        ? "10 windows agree within 1.2 %, and others used 0.4 % of the CPU."
        : "Others used 31 % of the CPU while this was measured.",
    windows: Array.from({ length: 10 }, (_, at) => ({
      start_s: at,
      throughput_fps: fps * (1 + normal() * 0.006),
      median_ms: median,
    })),
    spread: 0.012,
    drift: -0.0042,
    cpu_others: verdict === "stable" ? 0.004 : 0.31,
    warmup: { inferences: 24, seconds: 0.6, reason: "the last 8 agree within 2 %" },
    provenance: {
      openvino: "2026.4.1-20426-5ac1b4c6d6f",
      model_sha256: `${"9f2b4c1d0e".repeat(6)}a1b2`,
      cpu: CPU,
      cores: 2,
      governor: null,
      memory_bytes: 16_600_000_000,
      load_before: [0.12, 0.31, 0.4],
      python: "3.11.2",
      os: "Debian GNU/Linux 12",
      started_at: before(20),
      properties: {
        NUM_STREAMS: String(streams),
        INFERENCE_PRECISION_HINT: "bf16",
        PERFORMANCE_HINT: hint.toUpperCase(),
        ENABLE_CPU_PINNING: "YES",
        SCHEDULING_CORE_TYPE: "ANY_CORE",
      },
    },
    has_layers: true,
    layers_summary: null,
    layers_error: null,
    created_at: before(20 - runs++ / 50),
    ...more,
  };
}

export function latencies({ latency_ms: { median }, samples: count, duration_s }) {
  const values = Array.from(
    { length: count },
    () => median * (1 + Math.abs(normal()) * 0.05 + (random() < 0.02 ? random() * 0.6 : 0)),
  );
  const [low, high] = [Math.min(...values), [...values].sort((a, b) => a - b)[Math.floor(count * 0.999)]];
  const edges = Array.from({ length: 61 }, (_, index) => low + ((high - low) * index) / 60);
  const counts = Array.from({ length: 60 }, () => 0);
  for (const value of values)
    counts[Math.min(59, Math.floor(((Math.min(value, high) - low) / (high - low)) * 60))] += 1;
  const drift = Array.from({ length: 60 }, (_, index) => {
    const part = values
      .slice(Math.floor((index * count) / 60), Math.floor(((index + 1) * count) / 60))
      .sort((a, b) => a - b);
    return {
      t_s: ((index + 0.5) * duration_s) / 60,
      median_ms: part[Math.floor(part.length / 2)] ?? median,
      p99_ms: part.at(-1) ?? median,
    };
  });
  return { count, latency_ms: values.slice(0, 2000), completed_s: [], histogram: { edges, counts }, drift };
}
