// Datasets of further tasks, their statistics, generated ones, splits and toolchains, for looking at the page.
import { deflateSync } from "node:zlib";
import * as made from "./mockData.mjs";
import { addJob, changed, db, flag, start } from "./mockDb.mjs";

const STREET = ["road", "pavement", "building", "tree", "sky", "car", "person"];
const COLORS = [
  [128, 64, 128],
  [244, 35, 232],
  [70, 70, 70],
  [107, 142, 35],
  [70, 130, 180],
  [0, 0, 142],
  [220, 20, 60],
];
const SKELETON = [
  [0, 1],
  [1, 2],
  [2, 3],
  [1, 4],
  [4, 5],
  [1, 6],
  [6, 7],
  [7, 8],
  [6, 9],
  [9, 10],
];

export function more() {
  const shared = {
    checks: [{ check: "every picture can be decoded", ok: true, detail: null }],
    warnings: [],
  };
  const street = made.dataset("camvid val", "camvid", 101, {
    ...shared,
    labels: STREET,
    colors: COLORS,
    tasks: ["semantic_segmentation", "inpainting", "style_transfer"],
    class_counts: Object.fromEntries(STREET.map((_, index) => [index, 101 - index * 9])),
  });
  const people = made.dataset("coco keypoints", "coco", 60, {
    ...shared,
    labels: ["person"],
    skeleton: SKELETON,
    tasks: ["object_detection", "instance_segmentation"],
    class_counts: { 0: 140 },
  });
  const small = made.dataset("set14", "common_super_resolution", 14, {
    ...shared,
    labels: null,
    class_counts: null,
    tasks: ["super_resolution", "inpainting", "style_transfer"],
  });
  const faces = made.dataset("lfw faces", "lfw", 40, {
    ...shared,
    labels: null,
    class_counts: null,
    tasks: ["face_recognition"],
  });
  const large = made.dataset("fifty thousand", "imagenet_txt", flag("large") ? 50_000 : 5000, shared);
  db.datasets.push(street, people, small, faces, large);
}

/** What the samples of these datasets have beyond boxes and labels. */
export function annotated(set, sample) {
  const base = `/api/v1/datasets/${set.id}/samples/${sample.id}`;
  const { width, height } = sample;
  const plain = { ...sample, name: sample.file, mask: null, target: null, landmarks: null, identity: null };
  if (set.format === "camvid") return { ...plain, boxes: [], has_mask: true, mask: `${base}/mask` };
  if (set.format === "common_super_resolution") return { ...plain, target: `${base}/target` };
  if (set.format === "lfw")
    return {
      ...plain,
      identity: `Person ${1 + (sample.id % 12)}`,
      landmarks: [
        [0.36, 0.4],
        [0.62, 0.4],
        [0.49, 0.55],
        [0.4, 0.7],
        [0.58, 0.7],
      ].map(([x, y]) => [x * width, y * height]),
    };
  if (set.skeleton)
    return {
      ...plain,
      boxes: [0.3, 0.7].map((x, index) => person(x * width, height, index === 0)),
    };
  return plain;
}

function person(x, height, masked) {
  const [top, tall] = [height * 0.15, height * 0.7];
  const at = (dx, share, seen = 2) => [x + dx * tall, top + share * tall, seen];
  const keypoints = [
    at(0, 0.06),
    at(0, 0.2),
    at(-0.1, 0.24),
    at(-0.16, 0.42, 1),
    at(0.1, 0.24),
    at(0.17, 0.44),
    at(0, 0.5),
    at(-0.07, 0.74),
    at(-0.08, 0.97),
    at(0.07, 0.74),
    [0, 0, 0],
  ];
  const ring = [
    [-0.06, 0],
    [0.06, 0],
    [0.2, 0.3],
    [0.12, 1],
    [-0.12, 1],
    [-0.2, 0.3],
  ].flatMap(([dx, share]) => [x + dx * tall, top + share * tall]);
  return {
    label: 0,
    label_name: "person",
    bbox: [x - 0.22 * tall, top, 0.44 * tall, tall],
    difficult: false,
    crowd: false,
    keypoints,
    segmentation: masked ? [ring] : null,
  };
}

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A PNG of one channel, 8 bits. */
export function grayPng(width, height, value) {
  const raw = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) raw[y * (width + 1) + 1 + x] = value(x / width, y / height);
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Sky over trees and houses, a road, a car on it; a strip that is ignored. */
export const streetMask = (x, y) => {
  if (y > 0.95) return 255;
  if (y > 0.62) return x > 0.35 && x < 0.55 && y > 0.7 && y < 0.85 ? 6 : x < 0.12 ? 2 : 1;
  if (y > 0.3 && x > 0.75) return 3;
  return y > 0.42 + 0.06 * Math.sin(x * 14) ? 4 : 5;
};

function histogram(edges, height) {
  return { edges, counts: edges.slice(1).map((edge, index) => Math.round(height(index, edge))) };
}

function statistics(set) {
  const bell = (middle, wide) => (index) => set.count * Math.exp(-(((index - middle) / wide) ** 2));
  const boxes = set.tasks.includes("object_detection");
  return {
    widths: histogram([320, 384, 448, 512, 576, 640, 704], bell(4, 1.4)),
    heights: histogram([240, 320, 400, 480, 560, 640], bell(2, 1.2)),
    box_sizes: boxes ? histogram([4, 8, 16, 32, 64, 128, 256, 512], bell(3.4, 1.8)) : null,
    box_areas: boxes ? histogram([0.0001, 0.001, 0.01, 0.1, 1], bell(2, 1)) : null,
    boxes_per_sample: boxes ? histogram([0, 1, 2, 3, 4, 5, 8, 12], bell(2, 2)) : null,
    small: boxes ? 412 : null,
    medium: boxes ? 655 : null,
    large: boxes ? 388 : null,
  };
}

const byRef = (ref) => db.datasets.find((row) => row.id === ref || row.name === ref);
const ok = (body, status = 200) => ({ status, body });

function each(wanted) {
  const { flip_horizontal, flip_vertical, erase, noise, light, rotations_deg, blur_sigmas, jpeg_qualities } =
    wanted;
  return [
    ["original", 1],
    ["mirrored left to right", Number(flip_horizontal)],
    ["mirrored upside down", Number(flip_vertical)],
    ["white rectangle", erase?.images ?? 0],
    ["salt and pepper", noise?.images ?? 0],
    ...(light ?? []).map((pair) => [`brightness ${pair.brightness}, contrast ${pair.contrast}`, 1]),
    ...(rotations_deg ?? []).map((angle) => [`turned by ${angle}°`, 1]),
    ...(blur_sigmas ?? []).map((sigma) => [`blurred, ${sigma} px`, 1]),
    ...(jpeg_qualities ?? []).map((quality) => [`JPEG quality ${quality}`, 1]),
  ].filter(([, number]) => number > 0);
}

function counts(body) {
  const originals =
    body.synthetic?.count ?? byRef(body.dataset)?.count ?? (body.sample_set ? 200 : body.uploads.length);
  const total = originals * each(body.augmentations).reduce((sum, [, number]) => sum + number, 0);
  return { originals, total };
}

function makes(kind, title, rows, count) {
  const job = addJob(kind, title, { dataset_id: rows[0].id });
  for (const row of rows) Object.assign(row, { state: "importing", job_id: job.id });
  db.datasets.unshift(...rows);
  start(job, 5, ["read", "make", "write"], () => {
    for (const row of rows) {
      row.state = "ready";
      changed("datasets", row.id);
    }
  });
  job.count = count;
  return job;
}

const toolchain = {
  name: "openvino-2023",
  title: "OpenVINO 2023.3",
  description:
    "Accuracy Checker 0.9.5, the last Model Optimizer with Caffe and MXNet, and the tools of Open Model Zoo.",
  state: "missing",
  version: "2023.3.0",
  lock_sha256: "4f".repeat(32),
  packages: 96,
  python: flag("no-python") ? null : "3.11.2",
  python_needed: "3.8 to 3.11",
  size_bytes: null,
  tools: ["accuracy_check", "mo", "omz_downloader", "omz_converter"],
  installed_at: null,
  problem: flag("no-python")
    ? "No Python of 3.8 to 3.11 was found: install one, or set WORKBENCH_TOOLCHAIN_PYTHON."
    : null,
  job_id: null,
};

export const datasetRoutes = [
  ["GET", /^\/datasets\/([^/]+)\/statistics$/, ([ref]) => ok(statistics(byRef(ref)))],
  ["POST", /^\/datasets\/generated\/count$/, (_, __, body) => ok(counts(body))],
  [
    "POST",
    /^\/datasets\/generated\/preview$/,
    (_, __, body) =>
      ok({
        items: each(body.augmentations).map(([title], index) => ({
          title,
          image: `data:image/svg+xml;base64,${Buffer.from(
            made.picture({ id: body.sample * 3 + index, width: 320, height: 240 }),
          ).toString("base64")}`,
        })),
      }),
  ],
  [
    "POST",
    /^\/datasets\/generated$/,
    (_, __, body) => {
      const { total } = counts(body);
      const row = made.dataset(body.name ?? body.sample_set ?? "generated", "generated", total, {
        annotated: false,
        labels: null,
        class_counts: null,
        tasks: [],
        checks: [],
        warnings: [],
      });
      return ok({ dataset: row, job: makes("dataset_generate", `Generate ${row.name}`, [row]) }, 202);
    },
  ],
  [
    "POST",
    /^\/datasets\/([^/]+)\/splits$/,
    ([ref], _, body) => {
      const parent = byRef(ref);
      const part = (name, count) => ({
        ...parent,
        id: made.newId(),
        name: `${parent.name} ${name}`,
        count,
        parent_id: parent.id,
      });
      const calibration = part("calibration", body.calibration);
      const validation = part("validation", body.validation ?? parent.count - body.calibration);
      const job = makes("dataset_split", `Split ${parent.name}`, [calibration, validation]);
      return ok({ calibration, validation, job }, 202);
    },
  ],
  ["GET", /^\/toolchains$/, () => ok({ items: [toolchain] })],
  [
    "POST",
    /^\/toolchains\/([^/]+)\/install$/,
    () => {
      const job = addJob("toolchain_install", `Install ${toolchain.title}`);
      Object.assign(toolchain, { state: "installing", job_id: job.id });
      start(job, 12, ["create the environment", "download", "install", "check"], () => {
        const done = job.state === "succeeded";
        Object.assign(toolchain, {
          state: done ? "installed" : "missing",
          installed_at: done ? new Date().toISOString() : null,
          size_bytes: done ? 1.31e9 : null,
          job_id: null,
        });
      });
      return ok({ toolchain, job }, 202);
    },
  ],
  [
    "DELETE",
    /^\/toolchains\/([^/]+)$/,
    () => {
      Object.assign(toolchain, { state: "missing", installed_at: null, size_bytes: null });
      return { status: 204 };
    },
  ],
];

/** What is no JSON: [content type, body], or null. */
export function datasetFile(path) {
  if (/^\/datasets\/[^/]+\/samples\/\d+\/mask$/.test(path))
    return ["image/png", grayPng(240, 180, streetMask)];
  return null;
}
