/** Versions for tests. */
import type { Version } from "../../api/types";

interface Wish extends Partial<Omit<Version, "run" | "accuracy">> {
  key: string;
  fps?: number;
  median?: number;
  accuracy?: number | null;
  metric?: string;
  unit?: string;
  verdict?: string;
}

export function version(wish: Wish): Version {
  const {
    fps = 100,
    median = 10,
    accuracy = 0.75,
    metric = "accuracy@top1",
    unit = "",
    verdict,
    ...rest
  } = wish;
  return {
    project_id: `project ${wish.key}`,
    model_id: wish.key,
    name: wish.key,
    method: "original",
    parent_id: null,
    depth: 0,
    model_precision: "FP16",
    effective_precision: "f32",
    size_bytes: 4e6,
    distance: null,
    on_front: true,
    dominated_by: null,
    lacks: [],
    warnings: [],
    ...rest,
    run: {
      run_id: `run ${wish.key}`,
      label: "2 × 1",
      throughput_fps: fps,
      throughput_ci95: [fps - 2, fps + 2],
      latency_median_ms: median,
      latency_median_ci95: [median - 1, median + 1],
      latency_p99_ms: null,
      peak_memory_bytes: 5e7,
      verdict: verdict ?? "stable",
    },
    accuracy:
      accuracy === null
        ? null
        : {
            report_id: `report ${wish.key}`,
            metric,
            label: "Top-1 accuracy",
            unit,
            better: "higher",
            value: accuracy,
            ci95: [accuracy - 0.01, accuracy + 0.01],
            samples: 500,
          },
  };
}
