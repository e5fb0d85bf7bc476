// Invented versions, rankings, races and searches for the best.
import { newId } from "./mockData.mjs";
import { addJob, changed, db, start } from "./mockDb.mjs";
import { versions } from "./mockVersions.mjs";

const ok = (body, status = 200) => ({ status, body });
const byRef = (list, ref) => list.find((row) => row.id === ref || row.name === ref);
const results = new Map();
const USUAL = {
  hint: "none",
  streams: 2,
  requests: 2,
  batch: 1,
  threads: null,
  precision: null,
  api: "async",
  arrivals_per_s: null,
};
const metric = (value, half = 0.011) => ({
  value,
  ci95: [value - half, value + half],
  label: "mAP",
  unit: "",
  better: "higher",
  description: "mean of the average precisions at IoU 0.50 to 0.95",
});

function race(projects) {
  return {
    configuration: USUAL,
    label: "2 × 1",
    rounds: 24,
    measured_s: 28.7,
    warnings: [],
    sides: projects.map((project, index) => {
      const fps = 124 * [1, 1.73, 1.38, 0.95][index % 4];
      return {
        project_id: project.id,
        project: project.name,
        model_id: project.model.id,
        precision: "bf16",
        effective_precision: "bf16",
        run_id: db.runs.find((run) => run.project_id === project.id)?.id ?? newId(),
        throughput_fps: fps,
        throughput_ci95: [fps * 0.99, fps * 1.01],
        latency_median_ms: 1980 / fps,
        latency_median_ci95: [1960 / fps, 2000 / fps],
        latency_p99_ms: 2500 / fps,
        peak_memory_bytes: 80e6,
        ratio: fps / 124,
        ratio_ci95: [(fps / 124) * 0.98, (fps / 124) * 1.02],
        verdict: index === 2 ? "noisy" : "stable",
      };
    }),
  };
}

const control = {
  metric: "map",
  label: "mAP",
  max_drop: 0.005,
  drop_type: "absolute",
  original: 0.2581,
  quantized: 0.2489,
  final: 0.2561,
  drop: 0.002,
  reached: true,
  samples: 350,
  steps: [
    ["/head/cls_preds.0/Conv", 0.2532, 0.0049, true],
    ["/backbone/stem/conv/Conv", 0.2529, 0.0052, false],
    ["/head/reg_preds.2/Conv", 0.2561, 0.002, true],
  ].map(([name, value, drop, kept], index) => ({
    number: index + 1,
    operations: [name],
    types: ["Convolution"],
    value,
    drop,
    kept,
    message: kept ? "the metric got better" : "it got no better and was undone",
  })),
};

function versionResult(project, wanted) {
  const child = db.projects[1];
  return {
    model_id: child.model.id,
    project_id: child.id,
    parent_id: project.model.id,
    parent_project_id: project.id,
    size_bytes: 1.1e6,
    parent_size_bytes: 1.9e6,
    size_ratio: 1.73,
    calibration_samples: 250,
    calibration_s: 19.4,
    race: race([project, child]),
    throughput_ratio: 1.73,
    report_id: newId(),
    parent_report_id: newId(),
    metrics: {
      map: {
        before: metric(0.2581),
        after: metric(0.2561),
        difference: -0.002,
        difference_ci95: [-0.0051, 0.0011],
      },
      map_50: {
        before: { ...metric(0.421), label: "mAP at 0.5" },
        after: { ...metric(0.411), label: "mAP at 0.5" },
        difference: -0.01,
        difference_ci95: [-0.015, -0.005],
      },
    },
    distance_report_id: null,
    control: wanted.accuracy === null ? null : control,
    notes: [],
  };
}

function ranking(project) {
  const kinds = ["Convolution", "MatMul", "Add", "Multiply"];
  return {
    measure: "metric",
    metric: "map",
    label: "mAP",
    unit: "",
    better: "higher",
    original: 0.2581,
    quantized: 0.2489,
    samples: 100,
    operations: Array.from({ length: 132 }, (_, index) => {
      const gain = 0.0046 * 0.8 ** index - (index > 90 ? 0.00004 * (index - 90) : 0);
      return {
        rank: index + 1,
        operations: [
          `/backbone/dark${1 + (index % 5)}/conv_${index}/Conv`,
          ...(index % 7 === 3 ? [`/backbone/add_${index}`] : []),
        ],
        types: [kinds[index % 4], ...(index % 7 === 3 ? ["Add"] : [])],
        value: 0.2489 + gain,
        gain,
        quantizers: 2,
      };
    }),
    model_id: null,
    parent_id: project.model.id,
    options: null,
    elapsed_s: 214,
  };
}

function best(project) {
  const child = db.projects[1];
  const told = (fps, label, streams) => ({
    run_id: db.runs.find((run) => run.project_id === project.id)?.id ?? null,
    configuration: { ...USUAL, streams },
    label,
    throughput_fps: fps,
    throughput_ci95: [fps * 0.99, fps * 1.01],
    latency_ms: 3900 / fps,
    verdict: "stable",
  });
  const candidate = (name, method, state, reason, more = {}) => ({
    name,
    method,
    precision: null,
    model_id: project.model.id,
    project_id: project.id,
    state,
    reason,
    accuracy: metric(0.2581),
    drop: 0,
    drop_ci95: null,
    report_id: null,
    best: null,
    verified: null,
    ...more,
  });
  const made = { model_id: child.model.id, project_id: child.id };
  const winner = candidate(
    "INT8 without 3 operations",
    "int8_sensitive",
    "winner",
    "The most throughput of those within the limits.",
    {
      ...made,
      accuracy: metric(0.2561),
      drop: 0.002,
      drop_ci95: [-0.001, 0.005],
      best: told(188, "2 × 1", 2),
      verified: told(186.4, "2 × 1", 2),
    },
  );
  return {
    winner,
    original: candidate("original in f32", "original", "kept", "What the others are held against.", {
      precision: "f32",
      best: told(73, "2 × 2", 2),
      verified: told(72.4, "2 × 2", 2),
    }),
    candidates: [
      candidate("original in bf16", "precision", "kept", "Within the limits, but slower than the winner.", {
        precision: "bf16",
        accuracy: metric(0.2573),
        drop: 0.0008,
        best: told(127, "2 × 2", 2),
      }),
      candidate("INT8", "int8", "rejected", "Its accuracy drops by 0.92 pp; 0.5 pp are allowed.", {
        ...made,
        accuracy: metric(0.2489),
        drop: 0.0092,
        drop_ci95: [0.006, 0.0124],
      }),
      winner,
      candidate(
        "INT8 mixed",
        "int8_mixed",
        "failed",
        "NNCF could not calibrate it: an output is not finite.",
        {
          accuracy: null,
          drop: null,
          model_id: null,
          project_id: null,
        },
      ),
      candidate(
        "INT8 held to the accuracy",
        "int8_accuracy",
        "not_tried",
        "The time was used up before it.",
        {
          accuracy: null,
          drop: null,
          model_id: null,
          project_id: null,
        },
      ),
    ],
    ratio: 2.57,
    ratio_ci95: [2.53, 2.61],
    reason: "INT8 without 3 operations has the most throughput with p99 up to 24 ms and a drop up to 0.5 pp.",
    stopped: "budget",
    spent_s: 1187,
    budget_s: 1200,
  };
}

const JOBS = {
  quantize: [
    "Quantize",
    ["make: calibrate", "make: quantize", "measure in turn", "report of the parent", "report"],
    6,
  ],
  compress: ["Compress the weights", ["make", "measure in turn", "report"], 4],
  sensitivity: ["Sensitivity", ["quantise", "rank: 12 of 132", "rank: 90 of 132"], 5],
  race: ["In turn", ["compile", "measure"], 5],
  optimize: [
    "Find the best",
    ["judge the original", "make INT8", "judge INT8", "search settings", "verify"],
    8,
  ],
};

function begin(kind, project, result) {
  const [verb, stages, seconds] = JOBS[kind];
  const job = addJob(kind, `${verb} · ${project.name}`, { project_id: project.id, measuring: true });
  Object.assign(project, { last_job_id: job.id, state: "running" });
  start(job, seconds, stages, () => {
    project.state = { succeeded: "ready", failed: "error", cancelled: "cancelled" }[job.state];
    if (job.state === "succeeded" || kind === "optimize") results.set(job.id, result);
    changed("projects", project.id);
  });
  return ok({ job, result: null }, 202);
}

function ended(kind, project, result, state = "succeeded") {
  const before = project.last_job_id;
  const { job } = begin(kind, project, result).body;
  Object.assign(job, { cancel_requested: false, created_at: new Date(Date.now() - 4e6).toISOString() });
  Object.assign(job, { progress: 1, state, finished_at: new Date(Date.now() - 3e6).toISOString() });
  Object.assign(project, { last_job_id: before, state: "ready" });
  results.set(job.id, result);
  return job;
}

if (db.projects[1]) {
  const [root] = db.projects;
  ended("quantize", root, versionResult(root, {}));
  ended("sensitivity", root, ranking(root));
  ended("optimize", root, best(root));
  const raced = ended("race", root, race(db.projects.slice(0, 3)));
  raced.id = "race";
  results.set("race", race(db.projects.slice(0, 3)));
}

const told = ([id]) => {
  const job = db.jobs.find((row) => row.id === id);
  return ok({ job, result: results.get(id) ?? null });
};
const starts =
  (kind, make) =>
  ([ref], _, wanted) => {
    const project = byRef(db.projects, ref);
    return begin(kind, project, make(project, wanted));
  };

export const optimizeRoutes = [
  ["POST", /^\/projects\/([^/]+)\/quantizations$/, starts("quantize", versionResult)],
  [
    "POST",
    /^\/projects\/([^/]+)\/compressions$/,
    starts("compress", (project) => versionResult(project, { accuracy: null })),
  ],
  ["POST", /^\/projects\/([^/]+)\/sensitivities$/, starts("sensitivity", ranking)],
  ["POST", /^\/projects\/([^/]+)\/optimizations$/, starts("optimize", best)],
  [
    "POST",
    /^\/races$/,
    (_, __, wanted) => {
      const sides = wanted.sides.map(({ project }) => byRef(db.projects, project));
      return begin("race", sides[0], race(sides));
    },
  ],
  ["GET", /^\/quantizations\/([^/]+)$/, told],
  ["GET", /^\/races\/([^/]+)$/, told],
  ["GET", /^\/optimizations\/([^/]+)$/, told],
  [
    "GET",
    /^\/projects\/([^/]+)\/sensitivity$/,
    ([ref]) => {
      const job = db.jobs.find((row) => row.kind === "sensitivity" && row.project_id === ref);
      return ok(job ? { job, result: results.get(job.id) ?? null } : null);
    },
  ],
  [
    "GET",
    /^\/projects\/([^/]+)\/versions$/,
    ([ref], query) =>
      ok(versions(byRef(db.projects, ref), query.get("x") ?? "latency_ms", query.get("y") ?? "accuracy")),
  ],
  [
    "GET",
    /^\/models\/([^/]+)\/layers$/,
    () =>
      ok({
        items: Array.from({ length: 640 }, (_, index) => ({
          name: `/backbone/dark${1 + (index % 5)}/conv_${index}/Conv`,
          type: ["Convolution", "MatMul", "Add", "Multiply", "Constant"][index % 5],
        })),
      }),
  ],
];
