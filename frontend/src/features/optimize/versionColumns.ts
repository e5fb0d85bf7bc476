/** The figures of versions as a file. */
import type { Version } from "../../api/types";
import type { CsvColumn } from "../../format/csv";

export const VERSION_CSV: CsvColumn<Version>[] = [
  { header: "version", value: ({ name }) => name },
  { header: "method", value: ({ method }) => method },
  { header: "model_precision", value: ({ model_precision }) => model_precision },
  { header: "runs_in", value: ({ effective_precision }) => effective_precision },
  { header: "size_bytes", value: ({ size_bytes }) => size_bytes },
  { header: "run", value: ({ run }) => run?.label },
  { header: "throughput_fps", value: ({ run }) => run?.throughput_fps },
  { header: "throughput_ci95_low", value: ({ run }) => run?.throughput_ci95?.[0] },
  { header: "throughput_ci95_high", value: ({ run }) => run?.throughput_ci95?.[1] },
  { header: "latency_median_ms", value: ({ run }) => run?.latency_median_ms },
  { header: "latency_p99_ms", value: ({ run }) => run?.latency_p99_ms },
  { header: "peak_memory_bytes", value: ({ run }) => run?.peak_memory_bytes },
  { header: "verdict", value: ({ run }) => run?.verdict },
  { header: "metric", value: ({ accuracy }) => accuracy?.metric },
  { header: "accuracy", value: ({ accuracy }) => accuracy?.value },
  { header: "accuracy_ci95_low", value: ({ accuracy }) => accuracy?.ci95?.[0] },
  { header: "accuracy_ci95_high", value: ({ accuracy }) => accuracy?.ci95?.[1] },
  { header: "distance", value: ({ distance }) => distance?.value },
  { header: "on_front", value: ({ on_front }) => on_front },
  { header: "lacks", value: ({ lacks }) => lacks.join("; ") },
  { header: "warnings", value: ({ warnings }) => warnings.join("; ") },
];
