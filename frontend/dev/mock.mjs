// A server of invented data, in memory, for looking at the page: node dev/mock.mjs [--empty] [--login] [--port 5670]
// It serves the built page with the headers of the real server; never part of what is shipped.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import * as made from "./mockData.mjs";

const flag = (name) => process.argv.includes(`--${name}`);
const option = (name, other) => (flag(name) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : other);
const PORT = Number(option("port", "5670"));
const DIST = new URL("../../workbench/web/dist/", import.meta.url);
const PREFIX = "/api/v1";
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".html": "text/html",
};

const db = {
  models: [],
  datasets: [],
  targets: [made.target],
  projects: [],
  runs: [],
  jobs: [],
  tokens: [],
  uploads: new Map(),
};
const pictures = new Map();
const layerTables = new Map();
let loggedIn = !flag("login");
if (!flag("empty")) fill();

function fill() {
  const nano = made.model("yolox_nano", "object_detection", "FP16", 1.08, 912_000);
  const nano8 = made.model("yolox_nano INT8", "object_detection", "INT8", 1.08, 912_000, {
    fields: { parent_id: nano.id },
  });
  const resnet = made.model("resnet50-v1-12", "classification", "FP16", 7.75, 25_500_000);
  const odd = made.model("detr with attention", "object_detection", "FP16", 86.2, 41_300_000, {
    unknown: [
      { type: "MyCustomOp", count: 3, names: ["/head/custom_1", "/head/custom_2", "/head/custom_3"] },
    ],
  });
  db.models.push(nano, nano8, resnet, odd);
  const coco = made.dataset("coco_val2017_subset", "coco", 500);
  const digits = made.dataset("sample digits", "imagenet_folders", 397);
  db.datasets.push(coco, digits, made.dataset("street pictures", "not_annotated", 64));
  db.targets.push(made.offline);
  const projects = [
    addProject(nano, coco),
    addProject(nano8, coco),
    addProject(resnet, digits),
    addProject(odd, coco),
  ];
  projects[1].parent_id = projects[0].id;
  addRuns(projects[0], 1);
  addRuns(projects[1], 1.74);
  addRuns(projects[2], 0.42);
  projects[3].state = "error";
  const failed = addJob("benchmark", "Baseline · detr with attention on coco_val2017_subset", {
    project_id: projects[3].id,
    measuring: true,
  });
  Object.assign(failed, {
    state: "failed",
    started_at: made.before(60),
    finished_at: made.before(59),
    elapsed_s: 41,
    error: {
      code: "operation_not_supported",
      message: "The CPU cannot run MyCustomOp (/head/custom_1): no kernel is registered for it.",
      action: "Replace the operation, or bring a model without it.",
    },
  });
  projects[3].last_job_id = failed.id;
  for (let index = 0; index < Number(option("projects", "0")); index += 1) {
    const copy = {
      ...projects[index % 3],
      id: made.newId(),
      name: `project ${index}`,
      parent_id: null,
      created_at: made.before(500 + index),
    };
    db.projects.push(copy);
  }
  db.tokens.push({
    id: made.newId(),
    name: "CI",
    prefix: "wbt_8fk2",
    created_at: made.before(9000),
    last_used_at: made.before(12),
    expires_at: null,
  });
}

function addProject(model, dataset) {
  const project = {
    id: made.newId(),
    name: `${model.name} on ${dataset.name}`,
    model: {
      id: model.id,
      name: model.name,
      task: model.task,
      precision: model.precision,
      size_bytes: model.size_bytes,
    },
    dataset: {
      id: dataset.id,
      name: dataset.name,
      format: dataset.format,
      count: dataset.count,
      unit: "image",
    },
    target: { id: made.target.id, name: made.target.name },
    device: "CPU",
    device_full_name: made.target.devices[0].full_name,
    precision: null,
    parent_id: null,
    state: "ready",
    missing: [],
    best: null,
    run_count: 0,
    last_job_id: null,
    created_at: made.before(300 - db.projects.length * 60),
  };
  db.projects.push(project);
  return project;
}

function addRuns(project, speed) {
  const job = addJob("benchmark", `Baseline · ${project.name}`, { project_id: project.id, measuring: true });
  Object.assign(job, {
    state: "succeeded",
    progress: 1,
    started_at: made.before(22),
    finished_at: made.before(21),
    elapsed_s: 54.2,
  });
  project.last_job_id = job.id;
  const rows = [
    ["latency hint", "latency", 1, 1, 119, 8.36],
    ["throughput hint", "throughput", 2, 1, 213.9, 9.02],
    ["1 × 1", "none", 1, 1, 118, 8.4],
    ["2 × 1", "none", 2, 1, 214.6, 8.91],
    ["1 × 2", "none", 1, 2, 131, 15.2],
    ["2 × 2", "none", 2, 2, 228, 17.4],
    ["1 × 4", "none", 1, 4, 136, 29.3, "contended"],
    ["2 × 4", "none", 2, 4, 233, 34.1],
  ];
  for (const [label, hint, streams, batch, fps, median, verdict] of rows) {
    db.runs.push(
      made.run(project, label, hint, streams, batch, (fps * speed) / 1.74, (median * 1.74) / speed, verdict),
    );
  }
  refresh(project);
}

function refresh(project) {
  const runs = db.runs.filter((run) => run.project_id === project.id);
  const best = [...runs].sort((a, b) => b.throughput_fps - a.throughput_fps)[0];
  project.run_count = runs.length;
  project.best = best && {
    run_id: best.id,
    throughput_fps: best.throughput_fps,
    latency_median_ms: best.latency_ms.median,
    latency_p99_ms: best.latency_ms.p99,
    verdict: best.verdict,
  };
}

// Jobs: they advance by themselves, and everybody listening hears of it.

const streams = new Set();
let eventId = 0;
function send(event, data) {
  eventId += 1;
  const text = `id: ${eventId}\nevent: ${event}\ndata: ${JSON.stringify({ id: eventId, ...data })}\n\n`;
  for (const stream of streams) stream.write(text);
}
const changed = (resource, id) => send("changed", { resource, id });

function addJob(kind, title, more = {}) {
  const job = {
    id: made.newId(),
    kind,
    state: "queued",
    title,
    measuring: false,
    stage: null,
    stage_index: 0,
    stage_count: 0,
    progress: 0,
    elapsed_s: null,
    estimate_s: null,
    waiting_for: null,
    cancel_requested: false,
    attempt: 1,
    error: null,
    result: null,
    target_id: made.target.id,
    project_id: null,
    model_id: null,
    dataset_id: null,
    created_at: new Date().toISOString(),
    started_at: null,
    finished_at: null,
    ...more,
  };
  db.jobs.unshift(job);
  return job;
}

function start(job, seconds, stages, end) {
  const begun = Date.now();
  Object.assign(job, {
    state: "running",
    started_at: new Date().toISOString(),
    estimate_s: seconds,
    elapsed_s: 0,
  });
  send("job", { type: "created", job_id: job.id, job });
  const timer = setInterval(() => {
    job.elapsed_s = (Date.now() - begun) / 1000;
    job.progress = Math.min(1, job.elapsed_s / seconds);
    const index = Math.min(stages.length - 1, Math.floor(job.progress * stages.length));
    Object.assign(job, { stage: stages[index], stage_index: index + 1, stage_count: stages.length });
    if (job.cancel_requested) job.state = "cancelled";
    else if (job.progress >= 1) job.state = job.error ? "failed" : "succeeded";
    if (job.state !== "running") {
      clearInterval(timer);
      job.finished_at = new Date().toISOString();
      end?.(job);
      send("job", { type: "state", job_id: job.id, job });
    } else send("job", { type: "progress", job_id: job.id, job });
  }, 300);
  return job;
}

function importJob(resource, wanted, thing) {
  const upload = db.uploads.get(wanted.uploads?.[0]);
  const name =
    wanted.name ??
    (wanted.path ?? upload?.name ?? "thing")
      .split("/")
      .pop()
      .replace(/\.\w+$/, "");
  const row = { ...thing, id: made.newId(), name, state: "importing", created_at: new Date().toISOString() };
  const bad = /\.(pt|pth|txt)$/.test(upload?.name ?? wanted.path ?? "");
  const own = resource === "models" ? { model_id: row.id } : { dataset_id: row.id };
  const job = addJob(resource === "models" ? "model_import" : "dataset_import", `Import ${name}`, own);
  if (bad)
    job.error = {
      code: "model_needs_toolchain",
      message: "This is a PyTorch file, which cannot be read without PyTorch.",
      action: "Export the model to ONNX and import that.",
    };
  row.job_id = job.id;
  db[resource].unshift(row);
  start(job, 6, ["convert: read", "convert: write", "analyse: count"], () => {
    if (job.state === "succeeded") row.state = "ready";
    else db[resource].splice(db[resource].indexOf(row), 1);
    changed(resource, row.id);
  });
  changed(resource, row.id);
  return { [resource.slice(0, -1)]: row, job };
}

function benchmark(project, configurations) {
  const job = addJob("benchmark", `Benchmark ${configurations.length} settings · ${project.name}`, {
    project_id: project.id,
    measuring: true,
  });
  Object.assign(project, { last_job_id: job.id, state: "running" });
  const stages = configurations.flatMap((_, index) => [
    `${index + 1} of ${configurations.length}: compile`,
    `${index + 1} of ${configurations.length}: measure`,
  ]);
  return start(job, Math.min(30, configurations.length * 8), stages, () => {
    project.state = { succeeded: "ready", failed: "error", cancelled: "cancelled" }[job.state];
    for (const { hint, streams: wanted, batch } of configurations) {
      const label = hint === "none" ? `${wanted} × ${batch ?? 1}` : `${hint} hint`;
      db.runs.push(
        made.run(
          project,
          label,
          hint,
          wanted ?? 2,
          batch ?? 1,
          150 + made.random() * 60,
          9 + made.random() * 8,
        ),
      );
    }
    refresh(project);
    changed("runs", project.id);
  });
}

// Requests.

const problem = (status, code, detail, action) => ({
  status,
  body: { type: "about:blank", title: code.replaceAll("_", " "), status, code, detail, action },
});
const missing = () =>
  problem(404, "not_found", "There is no such thing.", "Look at the list for what exists.");
const byRef = (list, ref) => list.find((row) => row.id === ref || row.name === ref);

function page(list, query, sorts = {}) {
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  const sort = query.get("sort") ?? "-created_at";
  const value = sorts[sort.replace("-", "")] ?? ((row) => row[sort.replace("-", "")]);
  const q = query.get("q")?.toLowerCase();
  const rows = list.filter((row) => !q || row.name.toLowerCase().includes(q));
  rows.sort((a, b) => ((value(a) ?? "") < (value(b) ?? "") ? -1 : 1) * (sort.startsWith("-") ? -1 : 1));
  return {
    items: rows.slice(from, from + limit),
    next_cursor: from + limit < rows.length ? String(from + limit) : null,
    total: rows.length,
  };
}

function judge(query) {
  const [model, dataset] = [byRef(db.models, query.get("model")), byRef(db.datasets, query.get("dataset"))];
  const fits = !model || !dataset || !dataset.annotated || dataset.tasks.includes(model.task);
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
const routes = [
  [
    "GET",
    /^\/tokens\/whoami$/,
    () => ok({ required: flag("login"), authenticated: loggedIn && flag("login"), name: null }),
  ],
  [
    "POST",
    /^\/tokens\/session$/,
    (_, __, body) =>
      body.token === "wbt_right"
        ? ((loggedIn = true), ok({ required: true, authenticated: true, name: "CI" }))
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
  [
    "GET",
    /^\/models$/,
    (_, query) =>
      ok(
        page(
          db.models.filter((row) => !query.get("task") || row.task === query.get("task")),
          query,
        ),
      ),
  ],
  [
    "POST",
    /^\/models$/,
    (_, __, body) =>
      ok(importJob("models", body, made.model("x", "classification", "FP16", 4.1, 11_700_000)), 202),
  ],
  ["GET", /^\/models\/([^/]+)$/, ([ref]) => (byRef(db.models, ref) ? ok(byRef(db.models, ref)) : missing())],
  ["PATCH", /^\/models\/([^/]+)$/, ([ref], _, body) => ok(Object.assign(byRef(db.models, ref), body))],
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
  ["GET", /^\/runs\/([^/]+)\/latencies$/, ([id]) => ok(made.latencies(db.runs.find((run) => run.id === id)))],
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

function samplesOf(ref) {
  const set = byRef(db.datasets, ref);
  if (!pictures.has(set.id)) pictures.set(set.id, made.samples(set));
  return pictures.get(set.id);
}

function layersOf(id) {
  if (!layerTables.has(id))
    layerTables.set(
      id,
      made.layers(
        db.runs.find((run) => run.id === id),
        Number(option("layers", "160")),
      ),
    );
  return layerTables.get(id);
}

function upload(request, response, path, body) {
  const id = path.split("/")[2];
  const headers = { "Tus-Resumable": "1.0.0" };
  if (request.method === "POST") {
    const name = Buffer.from(request.headers["upload-metadata"].split(" ")[1], "base64").toString();
    const made_ = { id: made.newId(), name, size: Number(request.headers["upload-length"]), offset: 0 };
    db.uploads.set(made_.id, made_);
    return response.writeHead(201, { ...headers, Location: `${PREFIX}/uploads/${made_.id}` }).end();
  }
  const entry = db.uploads.get(id);
  if (!entry) return response.writeHead(404, headers).end();
  if (request.method === "PATCH") entry.offset += body.length;
  return response
    .writeHead(request.method === "HEAD" ? 200 : 204, { ...headers, "Upload-Offset": entry.offset })
    .end();
}

function logOf(job) {
  const lines = Array.from(
    { length: 120 },
    (_, index) =>
      `2026-03-09 14:05:${String(index % 60).padStart(2, "0")}.123 ${index === 40 ? "warning" : "info   "} ${index === 40 ? "the cache folder was empty" : `stage ${1 + Math.floor(index / 40)} of 3: measured window ${index}`}`,
  );
  if (job?.error) lines.push(`2026-03-09 14:07:00.001 error   ${job.error.message}`);
  return `${lines.join("\n")}\n`;
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  response.setHeader("Content-Security-Policy", CSP);
  if (!pathname.startsWith(PREFIX)) {
    const name = pathname.slice(1);
    const file = await readFile(new URL(extname(name) ? name : "index.html", DIST)).catch(() => null);
    return response
      .writeHead(file ? 200 : 404, { "Content-Type": TYPES[extname(name)] ?? "text/html" })
      .end(file ?? "");
  }
  const path = pathname.slice(PREFIX.length);
  if (!loggedIn && !path.startsWith("/tokens/")) {
    const refused = problem(401, "token_required", "The request carries no token.", "Log in.");
    return response
      .writeHead(401, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify(refused.body));
  }
  if (path === "/events") {
    response.writeHead(200, { "Content-Type": "text/event-stream" }).write(`retry: 1000\nid: ${eventId}\n\n`);
    streams.add(response);
    return request.on("close", () => streams.delete(response));
  }
  if (path.startsWith("/uploads")) return upload(request, response, path, body);
  const seen = /^\/datasets\/([^/]+)\/samples\/(\d+)\/(thumbnail|image)$/.exec(path);
  if (seen)
    return response
      .writeHead(200, { "Content-Type": "image/svg+xml" })
      .end(made.picture(samplesOf(seen[1])[seen[2]]));
  const log = /^\/jobs\/([^/]+)\/log$/.exec(path);
  if (log)
    return response
      .writeHead(200, { "Content-Type": "text/plain" })
      .end(logOf(db.jobs.find((job) => job.id === log[1])));
  for (const [method, pattern, answer] of routes) {
    const match = method === request.method && pattern.exec(path);
    if (!match) continue;
    const { status, body: content } = answer(
      match.slice(1).map(decodeURIComponent),
      searchParams,
      body.length ? JSON.parse(body) : {},
    );
    return response
      .writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" })
      .end(content === undefined ? undefined : JSON.stringify(content));
  }
  const { status, body: content } = missing();
  return response
    .writeHead(status, { "Content-Type": "application/problem+json" })
    .end(JSON.stringify(content));
}).listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}`));
