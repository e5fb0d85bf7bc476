// What the invented server holds, and its jobs, which advance by themselves.
import * as made from "./mockData.mjs";
import { run as madeRun } from "./mockRuns.mjs";

export const flag = (name) => process.argv.includes(`--${name}`);
export const option = (name, other) =>
  flag(name) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : other;

export const db = {
  models: [],
  datasets: [],
  targets: [made.target],
  projects: [],
  runs: [],
  jobs: [],
  tokens: [],
  uploads: new Map(),
};

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

export function addProject(model, dataset) {
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

export function addRuns(project, speed) {
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
      madeRun(project, label, hint, streams, batch, (fps * speed) / 1.74, (median * 1.74) / speed, verdict),
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

export const streams = new Set();
let eventId = 0;
export const newest = () => eventId;
function send(event, data) {
  eventId += 1;
  const text = `id: ${eventId}\nevent: ${event}\ndata: ${JSON.stringify({ id: eventId, ...data })}\n\n`;
  for (const stream of streams) stream.write(text);
}
export const changed = (resource, id) => send("changed", { resource, id });

export function addJob(kind, title, more = {}) {
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

export function start(job, seconds, stages, end) {
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

export function importJob(resource, wanted, thing) {
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
  if (bad && resource === "datasets") {
    job.error = {
      code: "dataset_invalid",
      message:
        "The annotations have a mistake. annotations/instances.json:12: the category 99 is not in the list -> add it to 'categories'. There are 119 more problems.",
      action: "Correct what is listed (the job's log has all of it) and import the dataset again.",
    };
    job.result = { count: 120, problems: made.problems };
  } else if (bad)
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

export function benchmark(project, configurations) {
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
    const done = job.state === "cancelled" ? configurations.slice(0, -2) : configurations;
    for (const { hint = "none", streams: wanted, batch } of done) {
      const label = hint === "none" ? `${wanted} × ${batch ?? 1}` : `${hint} hint`;
      db.runs.push(
        madeRun(
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

if (!flag("empty")) fill();
