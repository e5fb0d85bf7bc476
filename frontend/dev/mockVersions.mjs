// Invented versions of a model, with their front.
import { newId } from "./mockData.mjs";
import { db } from "./mockDb.mjs";

// name, method, model's precision, runs in, FPS, median, accuracy, distance, size, memory
const KINDS = [
  ["", "original", "FP16", "f32", 71, 27.4, 0.2581, null, 1.9e6, 92e6],
  ["", "original", "FP16", "bf16", 124, 15.9, 0.2573, null, 1.9e6, 88e6],
  [" INT8", "int8", "INT8", "bf16", 214.6, 8.91, 0.2489, 0.0121, 1.1e6, 71e6],
  [" INT8 mixed", "int8", "INT8", "bf16", 205, 9.4, 0.2528, 0.0088, 1.1e6, 71e6, "noisy"],
  [" INT8 drop 0.005", "int8", "INT8", "bf16", 171, 11.6, 0.2561, 0.0041, 1.3e6, 76e6],
  [" INT8 weights", "int8 weights", "INT8", "bf16", 118, 16.6, 0.2571, 0.0012, 1.0e6, 90e6],
  [" INT4 weights", "int4 weights", "INT4", null, null, null, null, null, 0.62e6, null],
];

function figures(axis, item) {
  return {
    latency_ms: item.run?.latency_median_ms,
    throughput_fps: item.run?.throughput_fps,
    size_bytes: item.size_bytes,
    memory_bytes: item.run?.peak_memory_bytes,
    accuracy: item.accuracy?.value,
    distance: item.distance?.value,
  }[axis];
}
const HIGHER = ["throughput_fps", "accuracy"];

export function versions(project, x, y) {
  const only = !project.name.startsWith("yolox");
  const [root, child] = db.projects;
  const items = KINDS.slice(0, only ? 1 : KINDS.length).map((kind, index) => {
    const [name, method, model_precision, runs_in, fps, median, share, distance, size, memory, verdict] =
      kind;
    const of = only ? project : index < 2 ? root : child;
    return {
      key: `${index < 2 ? "original" : `made${index}`}:${runs_in}`,
      project_id: index === 6 ? null : of.id,
      model_id: index < 2 ? of.model.id : `${child.model.id}${index}`,
      name: `${only ? project.model.name : root.model.name}${name}`,
      method,
      parent_id: index < 2 ? null : root.model.id,
      depth: index < 2 ? 0 : 1,
      model_precision,
      effective_precision: runs_in,
      size_bytes: size,
      run: fps && {
        run_id: db.runs.find((run) => run.project_id === of.id)?.id ?? newId(),
        label: "2 × 1",
        throughput_fps: fps,
        throughput_ci95: [fps * 0.985, fps * 1.015],
        latency_median_ms: median,
        latency_median_ci95: [median * 0.97, median * 1.03],
        latency_p99_ms: median * 1.3,
        peak_memory_bytes: memory,
        verdict: verdict ?? "stable",
      },
      accuracy: share && {
        report_id: newId(),
        metric: "map",
        label: "mAP",
        unit: "",
        better: "higher",
        value: share,
        ci95: [share - 0.004, share + 0.004],
        samples: 350,
      },
      distance: distance && {
        report_id: newId(),
        metric: "mse",
        label: "mean squared error",
        unit: "",
        better: "lower",
        value: distance,
        ci95: null,
        samples: 350,
      },
      on_front: false,
      dominated_by: null,
      lacks: index === 6 ? ["no project on this target with this dataset"] : [],
      warnings: verdict ? [`Its run was ${verdict}: the windows differ by 9 %`] : [],
    };
  });
  const told = (axis, item) => (figures(axis, item) ?? Number.NaN) * (HIGHER.includes(axis) ? -1 : 1);
  for (const item of items) {
    const [a, b] = [told(x, item), told(y, item)];
    if (Number.isNaN(a) || Number.isNaN(b)) {
      if (item.lacks.length === 0) item.lacks.push(`no ${Number.isNaN(b) ? y : x}`);
      continue;
    }
    const better = items.find(
      (other) => told(x, other) <= a && told(y, other) <= b && (told(x, other) < a || told(y, other) < b),
    );
    item.dominated_by = better?.key ?? null;
    item.on_front = !better;
  }
  return {
    x,
    y,
    items,
    warnings: only ? [] : ["Accuracy reports are not of the same samples: make them again on the same ones."],
  };
}
