// Invented packages, plans, exports and recipes.
import { before, newId } from "./mockData.mjs";
import { addJob, changed, db, start } from "./mockDb.mjs";

const ok = (body, status = 200) => ({ status, body });
const byRef = (list, ref) => list.find((row) => row.id === ref || row.name === ref);
const packages = [];
const BEST = {
  hint: "none",
  streams: 2,
  requests: 2,
  batch: 4,
  threads: null,
  precision: "bf16",
  api: "async",
  arrivals_per_s: null,
};

function plan(project, wanted) {
  const devices = wanted.devices ?? [project.device];
  const own = wanted.kind !== "model_server";
  const plugins = devices.reduce(
    (sum, name) => sum + ({ CPU: 63.7e6, GPU: 34.1e6, NPU: 5.2e6 }[name] ?? 1e6),
    0,
  );
  const parts = [
    wanted.model && ["model", "OpenVINO IR, labels, configuration", 4, project.model.size_bytes],
    own && wanted.runtime && ["runtime", "core, IR front end, TBB", 6, 21.5e6],
    own && wanted.runtime && ["device plugins", devices.join(", "), devices.length, plugins],
    own && wanted.python && ["python", "Python API for 3.11", 84, 9.3e6],
    own && wanted.cpp && ["headers", "of OpenVINO", 241, 2.1e6],
    own && ["samples", "programs in Python and C++", 9, 61e3],
    wanted.include_samples && ["pictures", "that it is tried with", wanted.samples, wanted.samples * 310e3],
    wanted.install_script && ["scripts", "install, run, README, checksums", 6, 9e3],
    ["licences", "of OpenVINO and TBB", 4, 48e3],
  ]
    .filter(Boolean)
    .map(([name, description, files, size_bytes]) => ({
      name,
      description,
      files,
      size_bytes: Math.round(size_bytes),
    }));
  const size_bytes = parts.reduce((sum, part) => sum + part.size_bytes, 0);
  const will_run = devices.includes("CPU") || devices.includes("AUTO");
  return {
    parts,
    size_bytes,
    archive_bytes: Math.round(size_bytes * 0.31),
    configuration: BEST,
    label: "2 × 4",
    devices,
    will_run,
    notes: will_run ? [] : [`This machine has no ${devices[0]}: the package is built, and not run.`],
  };
}

const LOG = Array.from({ length: 60 }, (_, line) =>
  line % 12 === 11
    ? `$ python3 samples/python/sample.py pictures/${line}.ppm`
    : `picture ${line}: dog 0.9${line % 10}, cat 0.0${line % 7}`,
).join("\n");

function keep(project, wanted, minutes = 0) {
  const { parts, configuration, devices, size_bytes, will_run, notes } = plan(project, wanted);
  const name = wanted.name ?? project.model.name;
  packages.unshift({
    id: newId(),
    kind: wanted.kind,
    name,
    filename: `${name.replaceAll(" ", "_")}-2026.4.1-${devices.join("-").toLowerCase()}.tar.gz`,
    project_id: project.id,
    model_id: project.model.id,
    job_id: null,
    devices,
    configuration,
    size_bytes: Math.round(size_bytes * 0.3),
    sha256: `${"3d0c5e9f4b".repeat(6)}77aa`,
    parts,
    trial: will_run
      ? {
          state: "passed",
          reason: "Run in an empty folder with an empty environment; its outputs are those of the workbench.",
          device: "CPU",
          samples: wanted.samples,
          compared: ["Python sample", "C++ sample"],
          max_difference: 2.4e-7,
          throughput_fps: 208.3,
          log: LOG.slice(0, 400),
        }
      : {
          state: "not_run",
          reason: notes[0],
          samples: 0,
          compared: [],
          max_difference: null,
          throughput_fps: null,
          log: "",
        },
    options: wanted,
    created_at: before(minutes),
  });
}

function keepExport(project, wanted, minutes = 0) {
  packages.unshift({
    id: newId(),
    kind: "project",
    name: project.name,
    filename: `${project.name.replaceAll(" ", "_")}.tar.gz`,
    project_id: project.id,
    model_id: project.model.id,
    job_id: null,
    devices: [],
    configuration: null,
    size_bytes: wanted.dataset ? 84e6 : 4.2e6,
    sha256: `${"b81fd02c61".repeat(6)}0f3c`,
    parts: [],
    trial: null,
    options: wanted,
    created_at: before(minutes),
  });
}

const USUAL = {
  kind: "deployment",
  name: null,
  devices: null,
  model: true,
  runtime: true,
  python: true,
  cpp: true,
  install_script: true,
  samples: 4,
};
const [first] = db.projects;
if (first) {
  keep(first, { ...USUAL, kind: "model_server", name: "served" }, 3000);
  keep(first, { ...USUAL, name: "for the GPU box", devices: ["GPU"] }, 180);
  keep(first, USUAL, 12);
  keepExport(first, { dataset: true, family: true }, 900);
}

function job(kind, title, project, seconds, stages, end) {
  const made = addJob(kind, title, project ? { project_id: project.id } : {});
  return start(made, seconds, stages, () => {
    if (made.state === "succeeded") end(made);
    changed("packages", made.id);
  });
}

const SCRIPT = `#!/usr/bin/env python3
"""Repeats the project 'yolox_nano on coco_val2017_subset' with plain OpenVINO and NNCF."""

import argparse
import numpy as np
import openvino as ov

PLAN = {
    "model": {"source": "yolox_nano.onnx", "sha256": "9f2b4c1d0e"},
    "benchmark": {"streams": 2, "batch": 4},
}


def imported(path):
    """The ONNX file as OpenVINO IR in FP16, as the workbench wrote it."""
    model = ov.convert_model(path)
    ov.save_model(model, "yolox_nano.xml", compress_to_fp16=True)
    return model
`;

function recipe(project) {
  return {
    project_id: project.id,
    commands: [
      `workbench model import yolox_nano.onnx --name '${project.model.name}'`,
      `workbench project create --model '${project.model.name}' --dataset '${project.dataset.name}' --device CPU`,
      "workbench benchmark run --streams 2 --batch 4 --duration 10",
    ],
    script: SCRIPT.repeat(6),
    steps: [
      "Pictures: Samples are drawn, decoded and resized as the workbench does.",
      "Models: The ONNX file is converted to OpenVINO IR in FP16; its hash must be the one that is known.",
      "Accuracy: mAP over all 500 samples, as the report has it.",
      "Speed: The configuration of the best run, in an asynchronous loop.",
    ],
    requirements: ["openvino==2026.4.1", "numpy==2.4.0", "opencv-python-headless==5.0.0"],
    warnings: [
      "The report on accuracy was made in bf16: another processor gives slightly different figures.",
    ],
  };
}

export const deployRoutes = [
  [
    "GET",
    /^\/packages$/,
    (_, query) => {
      const items = packages.filter(
        (row) =>
          (!query.get("project") || row.project_id === byRef(db.projects, query.get("project"))?.id) &&
          (!query.get("kind") || row.kind === query.get("kind")),
      );
      return ok({ items, next_cursor: null, total: items.length });
    },
  ],
  [
    "DELETE",
    /^\/packages\/([^/]+)$/,
    ([id]) => {
      packages.splice(
        packages.findIndex((row) => row.id === id),
        1,
      );
      changed("packages", id);
      return { status: 204 };
    },
  ],
  [
    "POST",
    /^\/projects\/([^/]+)\/packages\/plan$/,
    ([ref], _, wanted) => ok(plan(byRef(db.projects, ref), wanted)),
  ],
  [
    "POST",
    /^\/projects\/([^/]+)\/packages$/,
    ([ref], _, wanted) => {
      const project = byRef(db.projects, ref);
      const stages = [
        "make the model",
        "gather files",
        "pack",
        "unpack",
        "run the Python sample",
        "compile C++",
        "compare",
      ];
      return ok(
        {
          job: job("package", `Package ${project.model.name}`, project, 6, stages, () =>
            keep(project, wanted),
          ),
        },
        202,
      );
    },
  ],
  [
    "POST",
    /^\/projects\/([^/]+)\/exports$/,
    ([ref], _, wanted) => {
      const project = byRef(db.projects, ref);
      const made = job("project_export", `Export ${project.name}`, project, 4, ["pack", "hash"], () =>
        keepExport(project, wanted),
      );
      return ok({ job: made }, 202);
    },
  ],
  [
    "POST",
    /^\/projects\/import$/,
    () => {
      const made = job(
        "project_import",
        "Import a project",
        null,
        5,
        ["check", "models", "dataset"],
        (done) => {
          done.result = {
            project_id: first?.id ?? null,
            project_ids: [first?.id, "other"],
            model_ids: ["one", "two"],
            runs: 16,
            reports: 3,
          };
        },
      );
      return ok({ job: made }, 202);
    },
  ],
  ["GET", /^\/projects\/([^/]+)\/recipe$/, ([ref]) => ok(recipe(byRef(db.projects, ref)))],
];

export function packageFile(path) {
  if (/^\/packages\/[^/]+\/log$/.test(path)) return ["text/plain", `${LOG}\n`];
  if (/^\/packages\/[^/]+\/download$/.test(path)) return ["application/octet-stream", "archive"];
  return null;
}
