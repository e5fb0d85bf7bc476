// What the invented server answers of searches, findings, graphs, ceilings and files.
import * as made from "./mockData.mjs";
import { addJob, benchmark, changed, db, flag, start } from "./mockDb.mjs";
import { ceilings } from "./mockLayers.mjs";
import { run as madeRun } from "./mockRuns.mjs";

const ok = (body, status = 200) => ({ status, body });
const gone = () => ({
  status: 404,
  body: {
    title: "Not found",
    status: 404,
    code: "not_found",
    detail: "There is no such thing.",
    action: "Look at the list.",
  },
});
const byRef = (list, ref) => list.find((row) => row.id === ref || row.name === ref);
const searches = new Map();
const cell = (streams, batch) => ({
  hint: "none",
  streams,
  batch,
  requests: null,
  threads: null,
  precision: null,
  api: "async",
  arrivals_per_s: null,
});

/** Latency and throughput of a cell, as a machine with two cores would have them. */
function measured(streams, batch) {
  const busy = Math.min(streams, 2);
  const fps = (118 + 96 * (busy - 1)) * (1 + 0.06 * Math.log2(batch)) * (streams > 2 ? 0.97 : 1);
  return { fps, ms: (1000 * streams * batch) / fps };
}

function searchResult(wanted, share) {
  const [streams, batches] = [wanted.streams ?? [1, 2, 3, 4], wanted.batches ?? [1, 2, 4, 8, 16, 32]];
  const grid = streams.flatMap((s) => batches.map((b) => [s, b]));
  const looked = grid.filter(([s, b]) => (s <= 2 && b <= 8) || (s === 4 && b === 1));
  const points = looked.slice(0, Math.max(1, Math.round(looked.length * share))).map(([s, b]) => {
    const { fps, ms } = measured(s, b);
    const run = db.runs.find((row) => row.configuration?.streams === s && row.batch === b);
    return {
      configuration: cell(s, b),
      label: `${s} × ${b}`,
      throughput_fps: fps,
      throughput_ci95: [fps * 0.993, fps * 1.007],
      latency_ms: ms * 1.2,
      latency_ci95: [ms * 1.17, ms * 1.24],
      measured_s: 2.4,
      verdict: s === 1 && b === 4 ? "contended" : "stable",
      on_front: s === 2 || (s === 1 && b === 1),
      within_limits: wanted.max_latency_ms == null || ms * 1.2 <= wanted.max_latency_ms,
      run_id: run?.id ?? null,
    };
  });
  const front = points.filter((point) => point.on_front);
  const best =
    wanted.objective === "latency"
      ? front[0]
      : [...front]
          .filter((point) => point.within_limits)
          .sort((a, b) => b.throughput_fps - a.throughput_fps)[0];
  return {
    objective: wanted.objective ?? "front",
    percentile: wanted.percentile ?? "p99",
    grid: grid.length,
    grid_s: grid.length * (wanted.cell_s ?? 10),
    measured_s: points.length * 3.1,
    stopped: share < 1 ? "cancelled" : "resolved",
    reason:
      share < 1
        ? "It was stopped before every cell was decided."
        : "Every cell that was not measured would have to beat a neighbour by more than its own interval to reach the front.",
    best: wanted.objective === "front" ? null : (best ?? null),
    front,
    points,
    skipped: grid
      .filter((entry) => !looked.includes(entry))
      .map(([s, b]) => ({
        configuration: cell(s, b),
        label: `${s} × ${b}`,
        reason:
          s > 2
            ? "2 cores are busy with 2 streams: more only wait"
            : `above batch 8 throughput grew less than 1 %`,
      })),
  };
}

function startSearch(project, wanted) {
  const job = addJob("search", `Search · ${project.name}`, { project_id: project.id, measuring: true });
  project.last_job_id = job.id;
  searches.set(job.id, wanted);
  start(job, 9, ["look at the corners", "narrow down", "confirm the front"], () => {
    const { fps, ms } = measured(2, 4);
    db.runs.push(madeRun(project, "2 × 4", "none", 2, 4, fps, ms, "stable", { source: "search" }));
    changed("runs", project.id);
  });
  return job;
}

export function finishedSearch(project) {
  const wanted = { objective: "throughput", max_latency_ms: 24, percentile: "p99" };
  const job = addJob("search", `Search · ${project.name}`, { project_id: project.id, measuring: true });
  Object.assign(job, {
    state: "succeeded",
    progress: 1,
    elapsed_s: 34,
    created_at: made.before(11),
    started_at: made.before(11),
    finished_at: made.before(10),
  });
  searches.set(job.id, wanted);
}

function findings(id) {
  const rule = (name, title, outcome, reason) => ({ rule: name, title, outcome, reason });
  return {
    run_id: id,
    findings: [
      {
        rule: "conversions",
        severity: "high",
        title: "Reorders take 11.3 % of the time",
        summary: "7 layers convert between i8 and bf16 around SiLU activations that were left unquantised.",
        evidence: [
          { label: "time in conversions", value: 11.3, unit: "%" },
          { label: "of one inference", value: 1010, unit: "µs" },
          { label: "conversions", value: 7, unit: null },
        ],
        advice: "Quantise the activations as well, or keep the whole block in bf16.",
        action: {
          kind: "benchmark",
          label: "Measure it in bf16 throughout",
          configurations: [{ ...cell(2, 1), precision: "bf16" }],
          command: "workbench benchmark 'yolox_nano on coco' --streams 2 --precision bf16",
        },
        layers: [2, 9, 17, 20, 31],
      },
      {
        rule: "single_stream",
        severity: "medium",
        title: "One stream leaves a core idle",
        summary: "The machine has 2 cores, and this run used one stream with 54 % of the CPU.",
        evidence: [
          { label: "CPU used", value: 54, unit: "%" },
          { label: "cores", value: 2, unit: null },
        ],
        advice: "Look for the best number of streams within your latency limit.",
        action: {
          kind: "search",
          label: "Search for it",
          configurations: [],
          command: "workbench search PROJECT",
        },
        layers: [],
      },
      {
        rule: "ceilings_unknown",
        severity: "info",
        title: "This machine's ceilings are not known",
        summary: "Whether a layer is bound by memory or by computing cannot be told without them.",
        evidence: [],
        advice: "Measure them once; it takes about 20 s.",
        action: { kind: "ceilings", label: "Measure the ceilings", configurations: [], command: null },
        layers: [],
      },
    ],
    rules: [
      rule("conversions", "Reorders and converts", "found", "11.3 % of the time"),
      rule("single_stream", "One stream where several would pay", "found", "54 % of the CPU used"),
      rule("noisy", "Noisy measurement", "fine", "10 windows agree within 1.2 %"),
      rule("memory_bound", "Memory-bound layers", "fine", "8.1 % of the time, less than 40 %"),
      rule(
        "fallback",
        "Layers that fell back from the accelerator",
        "not_applicable",
        "the device is CPU alone",
      ),
      rule("dynamic", "Dynamic shapes", "not_applicable", "every shape is fixed"),
    ],
  };
}

function graph(kind, count = 60) {
  return {
    kind,
    nodes: Array.from({ length: count }, (_, order) => ({
      name: `${kind === "ir" ? "/m" : "exec"}/block${Math.floor(order / 6)}/node_${order}`,
      type: ["Parameter", "Convolution", "Multiply", "Swish", "Add", "Concat"][
        order === 0 ? 0 : 1 + (order % 5)
      ],
      inputs: order === 0 ? [] : [[order - 1, 0], ...(order % 5 === 4 ? [[order - 3, 0]] : [])],
      outputs: [{ shape: [1, 64, 52, 52], precision: "f32" }],
      constants:
        order % 5 === 1
          ? [{ port: 1, name: `w${order}`, shape: [64, 64, 3, 3], precision: "f16", bytes: 73728 }]
          : [],
      attributes: { strides: [1, 1] },
      order,
      time_us: kind === "runtime" ? (order * 37) % 300 : null,
      share: kind === "runtime" ? ((order * 37) % 300) / 9000 : null,
      runtime_precision: order % 3 ? "bf16" : "i8",
      primitive: "jit",
      status: "executed",
      originals: kind === "runtime" ? [`/m/block${Math.floor(order / 6)}/node_${order}`] : [],
    })),
  };
}

const graphMade = new Set();

export const labRoutes = [
  [
    "POST",
    /^\/projects\/([^/]+)\/searches$/,
    ([ref], _, body) => ok({ job: startSearch(byRef(db.projects, ref), body), result: null }, 202),
  ],
  [
    "GET",
    /^\/searches\/([^/]+)$/,
    ([id]) => {
      const job = byRef(db.jobs, id);
      return job ? ok({ job, result: searchResult(searches.get(id) ?? {}, job.progress) }) : gone();
    },
  ],
  [
    "POST",
    /^\/benchmarks\/([^/]+)\/continue$/,
    ([id]) => {
      const job = byRef(db.jobs, id);
      return ok({ job: benchmark(byRef(db.projects, job.project_id), [cell(2, 8), cell(4, 8)]) }, 202);
    },
  ],
  ["GET", /^\/runs\/([^/]+)\/findings$/, ([id]) => ok(findings(id))],
  ["GET", /^\/runs\/([^/]+)\/graph$/, () => ok(graph("runtime"))],
  [
    "GET",
    /^\/models\/([^/]+)\/graph$/,
    ([ref]) =>
      graphMade.has(ref) || flag("graph")
        ? ok(graph("ir"))
        : {
            status: 404,
            body: {
              title: "No graph yet",
              status: 404,
              code: "graph_not_made",
              detail: "This model was imported before graphs were kept.",
              action: "Ask for it.",
            },
          },
  ],
  [
    "POST",
    /^\/models\/([^/]+)\/graph$/,
    ([ref]) => {
      const model = byRef(db.models, ref);
      const job = addJob("model_graph", `Graph of ${model.name}`, { model_id: model.id });
      start(job, 3, ["read"], () => {
        graphMade.add(ref);
        changed("models", ref);
      });
      return ok({ model, job }, 202);
    },
  ],
  [
    "POST",
    /^\/targets\/([^/]+)\/ceilings$/,
    ([ref]) => {
      const target = byRef(db.targets, ref);
      const job = addJob("ceilings", `Ceilings of ${target.name}`, { measuring: true });
      start(job, 6, ["memory", "compute"], () => {
        target.ceilings = [ceilings];
        changed("targets", target.id);
      });
      return ok({ target, job }, 202);
    },
  ],
];
