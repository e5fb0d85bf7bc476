// Invented comparisons and checks.
import { before, normal, random } from "./mockData.mjs";
import { addJob, db } from "./mockDb.mjs";

const ok = (body, status = 200) => ({ status, body });
const missing = () => ({
  status: 404,
  body: {
    title: "not found",
    status: 404,
    code: "not_found",
    detail: "No project or run is called that.",
    action: "Look at the list.",
  },
});

function sideOf(key) {
  const run = db.runs.find((row) => row.id === key);
  const project = db.projects.find((row) => row.id === (run?.project_id ?? key) || row.name === key);
  const shown = run ?? db.runs.find((row) => row.id === project?.best?.run_id);
  return project && shown ? { key, project, run: shown } : null;
}

function difference(first, other) {
  if (!first || !other) return null;
  const ratio = other.value / first.value;
  const half = (entry) => (entry.ci95 ? (entry.ci95[1] - entry.ci95[0]) / 2 / entry.value : null);
  const [a, b] = [half(first), half(other)];
  const width = a === null || b === null ? null : Math.hypot(a, b);
  const ci = width === null ? null : [ratio * (1 - width), ratio * (1 + width)];
  return {
    absolute: other.value - first.value,
    ratio,
    ratio_ci95: ci,
    certain: ci && !(ci[0] <= 1 && ci[1] >= 1),
  };
}

const FIGURES = [
  [
    "throughput_fps",
    "Throughput",
    "FPS",
    "higher",
    (run) => run.throughput_fps,
    (run) => run.throughput_ci95,
  ],
  [
    "latency_median_ms",
    "Latency, median",
    "ms",
    "lower",
    (run) => run.latency_ms.median,
    (run) => run.latency_median_ci95,
  ],
  ["latency_p90_ms", "Latency, p90", "ms", "lower", (run) => run.latency_ms.p90],
  ["latency_p95_ms", "Latency, p95", "ms", "lower", (run) => run.latency_ms.p95],
  ["latency_p99_ms", "Latency, p99", "ms", "lower", (run) => run.latency_ms.p99],
  ["compile_ms", "Compile", "ms", "lower", (run) => run.compile_ms],
  ["first_inference_ms", "First inference", "ms", "lower", (run) => run.first_inference_ms],
  ["peak_memory_bytes", "Peak memory", "bytes", "lower", (run) => run.peak_memory_bytes],
  ["gflop", "Work of one inference", "GFLOP", null, () => 1.08],
];

function metricsOf(sides) {
  return FIGURES.map(([name, label, unit, better, read, interval]) => {
    const values = sides.map(({ run }) => {
      const value = read(run);
      return value === null || value === undefined ? null : { value, ci95: interval?.(run) ?? null };
    });
    return {
      name,
      label,
      unit,
      better,
      values,
      differences: values.map((value, index) => (index === 0 ? null : difference(values[0], value))),
    };
  });
}

const KINDS = ["Convolution", "Convolution", "Convolution", "Eltwise", "Concatenation", "Pooling", "MatMul"];

function layersOf(sides) {
  const rows = Array.from({ length: 180 }, (_, order) => {
    const type = KINDS[order % KINDS.length];
    const size = 300 * random() ** 3;
    const stage = 1 + (order % 5);
    const name = `/backbone/dark${stage}/m.${order}/${type.toLowerCase()}`;
    const only = order % 29 === 7 ? sides.length - 1 : null;
    const cells = sides.map(({ project }, side) => {
      if (only !== null && side !== only) return null;
      const int8 = project.model?.precision === "INT8" && type !== "Pooling";
      const time = order % 17 === 5 ? null : Math.max(1, size * (int8 ? 0.45 : 1) * (1 + normal() * 0.05));
      return {
        time_us: time,
        share: 0,
        orders: [order],
        names: [`${name}/WithoutBiases`],
        types: [type],
        precisions: [int8 ? "u8" : "bf16"],
      };
    });
    const base = cells[0]?.time_us ?? 0;
    return {
      key: name,
      label: name,
      type,
      originals: [name, `${name}/bn`, `${name}/silu`].slice(0, 1 + (order % 3)),
      sides: cells,
      delta_us: cells.map((cell) => (cell?.time_us ?? 0) - base),
      ratio: cells.map((cell) => (cell?.time_us && base ? cell.time_us / base : null)),
      only_in: only,
    };
  });
  const totals = sides.map((_, side) => rows.reduce((sum, row) => sum + (row.sides[side]?.time_us ?? 0), 0));
  for (const row of rows)
    row.sides.forEach((cell, side) => {
      if (cell) cell.share = (cell.time_us ?? 0) / totals[side];
    });
  const worst = (row) => Math.max(...row.delta_us.map(Math.abs));
  rows.sort((a, b) => worst(b) - worst(a));
  const types = [...new Set(KINDS), "Reorder", "Softmax", "Transpose", "StridedSlice"].map((type) => {
    const times = sides.map((_, side) =>
      rows.filter((row) => row.type === type).reduce((sum, row) => sum + (row.sides[side]?.time_us ?? 0), 40),
    );
    return { type, time_us: times, share: times.map((time, side) => time / totals[side]) };
  });
  return { rows, types };
}

function compare(query) {
  const sides = query.getAll("side").map(sideOf);
  if (sides.some((side) => !side)) return missing();
  const { rows, types } = layersOf(sides);
  const letter = (index) => String.fromCharCode(65 + index);
  return ok({
    sides,
    metrics: metricsOf(sides),
    warnings: [
      {
        code: "load_differs",
        message: `The load differs. ${sides.map((side, index) => `${letter(index)}: ${side.run.streams} streams, batch ${side.run.batch}`).join("; ")}.`,
      },
      ...sides.flatMap((side, index) =>
        side.run.verdict === "stable"
          ? []
          : [
              {
                code: "not_stable",
                message: `${letter(index)} is ${side.run.verdict}: ${side.run.verdict_reason}`,
              },
            ],
      ),
    ],
    layers: rows,
    accounted: sides.map((_, index) => 0.996 - index * 0.003),
    types,
  });
}

const checks = new Map();
const RESULTS = {
  passed: [0.004, [-0.006, 0.014], "The slowdown is below 5 % for certain: 0.4 % (−0.6 % to +1.4 %)."],
  regression: [0.083, [0.071, 0.095], "The slowdown is above 5 % for certain: 8.3 % (+7.1 % to +9.5 %)."],
  noisy: [0.041, [-0.02, 0.11], "After 60 s the interval still holds both 'no change' and the limit."],
  contended: [null, null, "Others used 43 % of the CPU while this was measured."],
};

function check(verdict) {
  const project = db.projects[1];
  const run = db.runs.find((row) => row.project_id === project.id);
  if (!run) return;
  const [slowdown, ci, reason] = RESULTS[verdict];
  const job = addJob("check", `Check · ${project.name}`, { project_id: project.id, measuring: true });
  Object.assign(job, {
    state: "succeeded",
    progress: 1,
    started_at: before(9),
    finished_at: before(8),
    elapsed_s: 44,
  });
  const figures = (factor) => ({
    throughput_fps: run.throughput_fps / factor,
    throughput_ci95: run.throughput_ci95.map((value) => value / factor),
    latency_ms: { median: run.latency_ms.median * factor, p99: 11.8 * factor },
    verdict: "stable",
    effective_precision: "bf16",
  });
  checks.set(job.id, {
    verdict,
    reason,
    interleaved: verdict !== "noisy",
    slowdown,
    slowdown_ci95: ci,
    max_slowdown: 0.05,
    max_p99_ms: verdict === "regression" ? 15 : null,
    p99_ms: 12.4,
    rounds: 14,
    measured_s: 42.3,
    baseline: { ...figures(1), run_id: verdict === "noisy" ? null : run.id },
    current: figures(1 + (slowdown ?? 0.4)),
    conditions: {
      cpu_others: verdict === "contended" ? 0.43 : 0.006,
      spread: 0.012,
      drift: -0.003,
      frequency: null,
    },
    configuration: run.configuration ?? { hint: "none", streams: 2, batch: 1, api: "async" },
    warnings:
      verdict === "noisy"
        ? ["The baseline is recorded figures of another day: they are not measured in turn."]
        : [],
    run_id: run.id,
  });
}
for (const verdict of ["contended", "noisy", "regression", "passed"]) check(verdict);

export const compareRoutes = [
  ["GET", /^\/comparisons$/, (_, query) => compare(query)],
  [
    "GET",
    /^\/runs\/([^/]+)$/,
    ([id]) => {
      const run = db.runs.find((row) => row.id === id);
      return run ? ok(run) : missing();
    },
  ],
  [
    "GET",
    /^\/checks\/([^/]+)$/,
    ([id]) => {
      const job = db.jobs.find((row) => row.id === id);
      if (!job) return missing();
      const project = db.projects.find((row) => row.id === job.project_id);
      return ok({ job, project, result: checks.get(id) ?? null });
    },
  ],
];
