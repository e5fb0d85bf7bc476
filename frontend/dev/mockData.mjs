// Invented but plausible data for looking at the page without a server. Seeded, so that pictures can be compared.

let seed = 7;
export function random() {
  seed = (seed * 1664525 + 1013904223) % 2 ** 32;
  return seed / 2 ** 32;
}
export const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
const pick = (list) => list[Math.floor(random() * list.length)];
let ids = 0;
export const newId = () => `0197a000-0000-7000-8000-${(ids++).toString(16).padStart(12, "0")}`;
export const before = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

export const CPU = "AMD EPYC 9354P 32-Core Processor";
export const target = {
  id: newId(),
  name: "this machine",
  kind: "local",
  state: "online",
  workers: 1,
  info: {
    openvino_version: "2026.4.1-20426-5ac1b4c6d6f",
    hostname: "bench-1",
    os: "Debian GNU/Linux 12",
    kernel: "6.1.0-28-amd64",
    python: "3.11.2",
    cpu: {
      model: CPU,
      physical_cores: 2,
      logical_cores: 4,
      sockets: 1,
      max_mhz: 3800,
      governor: null,
      flags: ["avx2", "avx512f", "avx512_vnni", "avx512_bf16"],
    },
    memory_bytes: 16_600_000_000,
  },
  devices: [
    {
      name: "CPU",
      full_name: CPU,
      type: "INTEGRATED",
      architecture: "intel64",
      capabilities: ["FP32", "BF16", "INT8", "BIN", "EXPORT_IMPORT"],
      precisions: ["f32", "bf16", "i8"],
      default_precision: "bf16",
      streams_range: [1, 4],
      requests_range: [1, 1, 1],
      optimal_requests: 2,
    },
  ],
  unavailable: [{ name: "GPU", reason: "no OpenCL driver was found" }],
  last_seen_at: before(0),
  probed_at: before(95),
  created_at: before(5000),
};
export const offline = {
  ...target,
  id: newId(),
  name: "edge-box",
  state: "offline",
  workers: 0,
  last_seen_at: before(3000),
};

const port = (name, shape, layout, guessed = false) => ({
  name,
  names: [name],
  shape,
  type: "f32",
  layout,
  layout_source: guessed ? "guessed" : "model",
});

export function model(name, task, precision, gflop, parameters, more = {}) {
  const types = [
    "Convolution",
    "MatMul",
    "Multiply",
    "Add",
    "Relu",
    "Sigmoid",
    "Concat",
    "MaxPool",
    "Reshape",
    "Transpose",
  ];
  const weight = precision === "INT8" ? 1 : 2;
  return {
    id: newId(),
    name,
    state: "ready",
    task,
    task_source: "guessed",
    precision,
    framework: "onnx",
    source_format: "ONNX",
    size_bytes: parameters * weight,
    sha256: `${"9f2b4c1d0e".repeat(6)}a1b2`,
    inputs: [port("images", [1, 3, 416, 416], "NCHW")],
    outputs: [port("output", [1, 3549, 85], null)],
    analysis: {
      ir_version: 11,
      opset: ["opset1", "opset13"],
      gflop,
      giop: precision === "INT8" ? gflop * 0.9 : 0,
      gflop_expression: null,
      giop_expression: null,
      parameters,
      weight_bytes: parameters * weight,
      minimum_memory_bytes: 5_542_912,
      maximum_memory_bytes: 48_914_432,
      sparsity: 0.0123,
      precisions: [precision],
      operations: types.map((type, index) => ({
        type,
        count: Math.floor(40 / (index + 1)) + 1,
        gflop: index < 2 ? gflop * (0.9 - index * 0.82) : (gflop * 0.02) / index,
        giop: precision === "INT8" && index === 0 ? gflop * 0.9 : 0,
        parameters: index < 2 ? parameters / (index + 1) : 0,
      })),
      unknown_operations: more.unknown ?? [],
      layers: 238,
      dynamic: false,
      symbols: {},
      batch: 1,
      quantized: precision === "INT8",
      task_reason: "output of boxes and class scores",
    },
    preprocessing: { color: "BGR", resize: "letterbox", mean: null, scale: null },
    conversion: { openvino: "2026.4.1", seconds: 1.84, arguments: { compress_to_fp16: true, input: null } },
    parent_id: null,
    project_count: 1,
    job_id: null,
    created_at: before(400),
    ...more.fields,
  };
}

const coco = [
  "person",
  "bicycle",
  "car",
  "motorcycle",
  "airplane",
  "bus",
  "train",
  "truck",
  "boat",
  "traffic light",
  "dog",
  "cat",
];
export function dataset(name, format, count, fields = {}) {
  const annotated = format !== "not_annotated";
  const detection = format === "coco" || format === "voc";
  const labels = annotated
    ? detection
      ? coco
      : Array.from({ length: 10 }, (_, digit) => String(digit))
    : null;
  return {
    id: newId(),
    name,
    state: "ready",
    format,
    tasks: !annotated ? [] : detection ? ["object_detection", "instance_segmentation"] : ["classification"],
    annotated,
    count,
    unit: "image",
    labels,
    class_counts:
      labels &&
      Object.fromEntries(labels.map((_, index) => [index, index === 11 ? 0 : Math.round(900 / (index + 1))])),
    checks: [
      { check: "every picture can be decoded", ok: true, detail: `${count} pictures` },
      { check: "every annotation names a picture", ok: true, detail: null },
      {
        check: "every box lies in its picture",
        ok: !detection,
        detail: detection ? "2 boxes were cut to their picture" : null,
      },
    ],
    warnings: detection
      ? [
          {
            file: "annotations/instances_val.json",
            line: 4182,
            problem: "box 88123 reaches 3 px out of 000000012670.jpg",
            fix: "it was cut to the picture",
          },
          {
            file: "val/000000031322.jpg",
            line: null,
            problem: "no annotation names this picture",
            fix: "add one, or leave it out",
          },
        ]
      : [],
    size_bytes: count * 160_000,
    parent_id: null,
    project_count: 1,
    job_id: null,
    created_at: before(380),
    ...fields,
  };
}

export function samples(set) {
  return Array.from({ length: set.count }, (_, id) => {
    const [width, height] = pick([
      [640, 480],
      [480, 640],
      [500, 375],
    ]);
    const boxes = set.tasks.includes("object_detection")
      ? Array.from({ length: Math.floor(random() * 5) }, () => {
          const label = Math.floor(random() * 11);
          const [w, h] = [40 + random() * width * 0.4, 40 + random() * height * 0.4];
          return {
            label,
            label_name: set.labels[label],
            bbox: [random() * (width - w), random() * (height - h), w, h],
            difficult: random() < 0.1,
            crowd: false,
          };
        })
      : [];
    const label = set.tasks.includes("classification") ? id % 10 : null;
    const base = `/api/v1/datasets/${set.id}/samples/${id}`;
    return {
      id,
      file: `val/${String(id * 37 + 139).padStart(12, "0")}.jpg`,
      width,
      height,
      label,
      label_name: label === null ? null : set.labels[label],
      boxes,
      has_mask: false,
      thumbnail: `${base}/thumbnail`,
      image: `${base}/image`,
    };
  });
}

export function picture({ id, width, height }) {
  const hue = (id * 47) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="hsl(${hue} 25% 68%)"/><rect y="${height * 0.62}" width="100%" height="40%" fill="hsl(${(hue + 90) % 360} 22% 48%)"/><circle cx="${width * 0.7}" cy="${height * 0.28}" r="${height * 0.12}" fill="hsl(${(hue + 40) % 360} 55% 82%)"/></svg>`;
}

export const problems = Array.from({ length: 20 }, (_, index) => ({
  file: index % 3 ? "annotations/instances.json" : `val/${index}.jpg`,
  line: index % 3 ? 12 + index * 40 : null,
  problem: index % 3 ? `the category ${99 + index} is not in the list` : "the picture is cut off",
  fix: index % 3 ? "add it to 'categories'" : "bring it again",
}));
