// What the invented server answers.

import { accuracyRoutes } from "./mockAccuracy.mjs";
import { compareRoutes } from "./mockCompare.mjs";
import * as made from "./mockData.mjs";
import { annotated, datasetRoutes, more } from "./mockDatasets.mjs";
import {
  addJob,
  addProject,
  addRuns,
  benchmark,
  changed,
  db,
  flag,
  importJob,
  option,
  start,
} from "./mockDb.mjs";
import { deployRoutes } from "./mockDeploy.mjs";
import { finishedSearch, labRoutes } from "./mockLab.mjs";
import { ceilings, layers } from "./mockLayers.mjs";
import { modelRoutes } from "./mockModels.mjs";
import { optimizeRoutes } from "./mockOptimize.mjs";
import { predictionRoutes } from "./mockPredictions.mjs";
import { latencies } from "./mockRuns.mjs";

const pictures = new Map();
const layerTables = new Map();
if (!flag("empty")) more();
if (db.projects[1]) finishedSearch(db.projects[1]);
if (!flag("no-ceilings")) made.target.ceilings = [ceilings];
export const access = { loggedIn: !flag("login") };

export const problem = (status, code, detail, action) => ({
  status,
  body: { type: "about:blank", title: code.replaceAll("_", " "), status, code, detail, action },
});
export const missing = () =>
  problem(404, "not_found", "There is no such thing.", "Look at the list for what exists.");
export const byRef = (list, ref) => list.find((row) => row.id === ref || row.name === ref);

export function page(list, query, sorts = {}) {
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  const sort = query.get("sort") ?? "-created_at";
  const value = sorts[sort.replace("-", "")] ?? ((row) => row[sort.replace("-", "")]);
  const q = query.get("q")?.toLowerCase();
  const rows = list.filter((row) => !q || (row.name ?? row.file).toLowerCase().includes(q));
  rows.sort((a, b) => ((value(a) ?? "") < (value(b) ?? "") ? -1 : 1) * (sort.startsWith("-") ? -1 : 1));
  return {
    items: rows.slice(from, from + limit),
    next_cursor: from + limit < rows.length ? String(from + limit) : null,
    total: rows.length,
  };
}

function judge(query) {
  const [model, dataset] = [byRef(db.models, query.get("model")), byRef(db.datasets, query.get("dataset"))];
  const fits = !model || !dataset?.annotated || dataset.tasks.includes(model.task);
  const reasons = fits
    ? []
    : [
        {
          part: "dataset",
          code: "task_differs",
          message: `The model is for ${model.task.replaceAll("_", " ")}; the annotations serve ${dataset.tasks.join(", ").replaceAll("_", " ")}.`,
          action: "Choose another dataset, or set the model's task.",
          blocking: true,
        },
      ];
  if (query.get("target") === made.offline.id)
    reasons.push({
      part: "target",
      code: "target_offline",
      message: "No worker runs on 'edge-box' now; its jobs would wait.",
      action: "Start 'workbench worker' there.",
      blocking: false,
    });
  return { compatible: fits, reasons, estimate_s: 54 };
}

const used = {
  models: 62e6,
  datasets: 81e6,
  runs: 4.1e6,
  uploads: 12e6,
  jobs: 640e3,
  database: 1.2e6,
  other: 11e3,
};
const ok = (body, status = 200) => ({ status, body });
function enter() {
  access.loggedIn = true;
  return ok({ required: true, authenticated: true, name: "CI" });
}

export const routes = [
  ...accuracyRoutes,
  ...labRoutes,
  ...datasetRoutes,
  ...predictionRoutes,
  ...compareRoutes,
  ...deployRoutes,
  ...optimizeRoutes,
  [
    "GET",
    /^\/tokens\/whoami$/,
    () => ok({ required: flag("login"), authenticated: access.loggedIn && flag("login"), name: null }),
  ],
  [
    "POST",
    /^\/tokens\/session$/,
    (_, __, body) =>
      body.token === "wbt_right"
        ? enter()
        : problem(
            401,
            "token_invalid",
            "The token is not valid, or has expired.",
            "Check the token and enter it again.",
          ),
  ],
  ["GET", /^\/tokens$/, (_, query) => ok(page(db.tokens, query))],
  [
    "POST",
    /^\/tokens$/,
    (_, __, body) => {
      const token = {
        id: made.newId(),
        name: body.name,
        prefix: "wbt_new1",
        created_at: new Date().toISOString(),
        last_used_at: null,
        expires_at: null,
      };
      db.tokens.push(token);
      return ok({ ...token, token: "wbt_new1_0123456789abcdef0123456789" }, 201);
    },
  ],
  [
    "GET",
    /^\/system$/,
    () =>
      ok({
        version: "0.1.0",
        openvino: "2026.4.1",
        database: "sqlite",
        broker: "embedded",
        data_dir: "/home/workbench/.local/share/workbench",
        disk: { total: 250e9, free: 118e9, used_by: used },
        require_token: flag("login"),
        workers: [
          {
            id: made.newId(),
            target_id: made.target.id,
            target: made.target.name,
            hostname: "bench-1",
            pid: 4711,
            version: "0.1.0",
            seen_at: new Date().toISOString(),
          },
        ],
      }),
  ],
  [
    "GET",
    /^\/system\/doctor$/,
    () =>
      ok({
        ok: false,
        checks: [
          { name: "OpenVINO", ok: true, detail: "2026.4.1", action: null },
          { name: "disk", ok: true, detail: "110 GiB free", action: null },
          {
            name: "data folder",
            ok: false,
            detail: "/home/workbench/data is open to other users (755)",
            action: "chmod 700 /home/workbench/data",
          },
        ],
      }),
  ],
  [
    "POST",
    /^\/system\/sample$/,
    () => {
      const job = addJob("sample", "Make the sample project");
      start(job, 8, ["draw digits", "fit the head", "import"], () => {
        const model = made.model("sample digits", "classification", "FP16", 0.31, 120_000);
        const set = made.dataset("sample digits", "imagenet_folders", 397);
        db.models.push(model);
        db.datasets.push(set);
        const project = addProject(model, set);
        addRuns(project, 2);
        job.result = { project_id: project.id };
        changed("projects", project.id);
      });
      return ok({ job }, 202);
    },
  ],
  ...modelRoutes,
  ["GET", /^\/datasets$/, (_, query) => ok(page(db.datasets, query))],
  [
    "POST",
    /^\/datasets$/,
    (_, __, body) => ok(importJob("datasets", body, made.dataset("x", "not_annotated", 40)), 202),
  ],
  [
    "GET",
    /^\/datasets\/([^/]+)$/,
    ([ref]) => (byRef(db.datasets, ref) ? ok(byRef(db.datasets, ref)) : missing()),
  ],
  [
    "GET",
    /^\/datasets\/([^/]+)\/samples$/,
    ([ref], query) => {
      const all = samplesOf(ref);
      const label = query.get("label");
      return ok(
        page(
          all.filter(
            (row) =>
              label === null ||
              row.label === Number(label) ||
              row.boxes.some((box) => box.label === Number(label)),
          ),
          query,
          { created_at: (row) => -row.id },
        ),
      );
    },
  ],
  ["GET", /^\/targets$/, (_, query) => ok(page(db.targets, query))],
  [
    "GET",
    /^\/targets\/([^/]+)$/,
    ([ref]) => (byRef(db.targets, ref) ? ok(byRef(db.targets, ref)) : missing()),
  ],
  [
    "GET",
    /^\/targets\/([^/]+)\/load$/,
    () =>
      ok({
        at: new Date().toISOString(),
        cpu_percent: 20 + 15 * Math.sin(Date.now() / 9000),
        per_core: [31, 12, 44, 3],
        memory_used_bytes: 6.1e9 + 4e8 * Math.sin(Date.now() / 20000),
        memory_total_bytes: 16.6e9,
        load_average: [0.42, 0.51, 0.38],
        disk_free_bytes: 118e9,
        measuring_job: db.jobs.find((job) => job.state === "running" && job.measuring) ?? null,
      }),
  ],
  [
    "POST",
    /^\/targets\/([^/]+)\/probe$/,
    () => ok({ target: made.target, job: start(addJob("probe", "Probe this machine"), 3, ["probe"]) }, 202),
  ],
  [
    "GET",
    /^\/projects$/,
    (_, query) =>
      ok(
        page(
          db.projects.filter(
            (row) =>
              ["state"].every((key) => !query.get(key) || row[key] === query.get(key)) &&
              ["model", "dataset", "target"].every(
                (key) => !query.get(key) || row[key]?.id === query.get(key),
              ),
          ),
          query,
          { throughput_fps: (row) => row.best?.throughput_fps ?? -1 },
        ),
      ),
  ],
  ["GET", /^\/projects\/compatibility$/, (_, query) => ok(judge(query))],
  [
    "POST",
    /^\/projects$/,
    (_, __, body) => {
      const project = addProject(byRef(db.models, body.model), byRef(db.datasets, body.dataset));
      const job = benchmark(project, [
        { hint: "latency" },
        { hint: "throughput" },
        { hint: "none", streams: 1 },
      ]);
      changed("projects", project.id);
      return ok({ project, job, created: true }, 202);
    },
  ],
  [
    "GET",
    /^\/projects\/([^/]+)$/,
    ([ref]) => (byRef(db.projects, ref) ? ok(byRef(db.projects, ref)) : missing()),
  ],
  [
    "POST",
    /^\/projects\/([^/]+)\/benchmarks$/,
    ([ref], _, body) => ok({ job: benchmark(byRef(db.projects, ref), body.configurations) }, 202),
  ],
  [
    "GET",
    /^\/runs$/,
    (_, query) =>
      ok(
        page(
          db.runs.filter((run) => run.project_id === query.get("project")),
          query,
        ),
      ),
  ],
  ["GET", /^\/runs\/([^/]+)\/latencies$/, ([id]) => ok(latencies(db.runs.find((run) => run.id === id)))],
  ["GET", /^\/runs\/([^/]+)\/layers$/, ([id]) => ok(layersOf(id))],
  [
    "GET",
    /^\/jobs$/,
    (_, query) =>
      ok(
        page(
          db.jobs.filter(
            (job) =>
              (query.getAll("state").length === 0 || query.getAll("state").includes(job.state)) &&
              ["kind"].every((key) => !query.get(key) || job[key] === query.get(key)) &&
              (!query.get("project") || job.project_id === query.get("project")),
          ),
          query,
        ),
      ),
  ],
  [
    "GET",
    /^\/jobs\/([^/]+)$/,
    ([id]) => (db.jobs.find((job) => job.id === id) ? ok(db.jobs.find((job) => job.id === id)) : missing()),
  ],
  [
    "POST",
    /^\/jobs\/([^/]+)\/cancel$/,
    ([id]) =>
      ok(
        Object.assign(
          db.jobs.find((job) => job.id === id),
          { cancel_requested: true },
        ),
        202,
      ),
  ],
  [
    "DELETE",
    /^\/(models|datasets|projects|runs|tokens)\/([^/]+)$/,
    ([resource, id]) => {
      db[resource] = db[resource].filter((row) => row.id !== id);
      changed(resource, id);
      return { status: 204 };
    },
  ],
];

export function samplesOf(ref) {
  const set = byRef(db.datasets, ref);
  if (!pictures.has(set.id))
    pictures.set(
      set.id,
      made.samples(set).map((sample) => annotated(set, sample)),
    );
  return pictures.get(set.id);
}

function layersOf(id) {
  const key = `${id} ${made.target.ceilings?.length ?? 0}`;
  if (!layerTables.has(key))
    layerTables.set(
      key,
      layers(
        db.runs.find((run) => run.id === id),
        Number(option("layers", "160")),
        made.target.ceilings?.[0],
      ),
    );
  return layerTables.get(key);
}
