// What the invented server answers of how models are read.
import { changed, db } from "./mockDb.mjs";

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
const byRef = (ref) => db.projects.find((row) => row.id === ref || row.name === ref);

const readings = new Map();
export function guessed(project) {
  const detector = project.model?.task === "object_detection";
  const own = { score_threshold: 0.001, max_detections: 100, nms_iou: 0.65, nms_across_classes: false };
  return {
    task: project.model?.task ?? "classification",
    preprocessing: {
      color: "BGR",
      resize: detector ? "fit" : "crop",
      mean: detector ? null : [123.675, 116.28, 103.53],
      scale: detector ? null : [58.395, 57.12, 57.375],
      crop_fraction: detector ? 1 : 0.875,
      pad_value: 114,
      interpolation: "linear",
    },
    image_input: null,
    decoding: detector
      ? { ...own, family: "yolo_rows", version: "x", output: null, strides: [8, 16, 32] }
      : { family: "classification", output: null, activation: "softmax" },
    classes: { label_set: "dataset", match_by: "index", background: false },
    metrics: {
      top_k: [1, 5],
      map_iou: 0.5,
      map_kind: "integral",
      coco: true,
      report_score: 0.5,
      include_background: true,
      border: null,
      luminance: false,
      norm_by: "eyes",
      folds: 10,
      far: [0.001, 0.01, 0.1],
    },
  };
}

function view(project) {
  const own = readings.get(project.id);
  return {
    reading: own ?? guessed(project),
    source: own ? "user" : "guessed",
    guesses: own
      ? []
      : [
          { field: "task", reason: "chosen at the import" },
          { field: "decoding.family", reason: "one output of 3,549 rows of 85 values" },
          { field: "preprocessing", reason: "as the catalogue has it for this model" },
        ],
    complete: true,
    missing: [],
    yaml: `task: ${guessed(project).task}\npreprocessing:\n  color: BGR\n  resize: fit\ndecoding:\n  family: ${guessed(project).decoding.family}\n`,
  };
}

/** The only mistake that is known here. */
function checked(project, { reading, yaml }) {
  const lines = (yaml ?? "").split("\n");
  const line = lines.findIndex((text) => /resize: (?!stretch|fit|letterbox|crop)/.test(text));
  const problems =
    line < 0
      ? []
      : [
          {
            line: line + 1,
            column: lines[line].indexOf(":") + 3,
            field: "preprocessing.resize",
            message: "It is none of stretch, letterbox, crop, fit.",
          },
        ];
  return {
    reading: problems.length > 0 ? null : (reading ?? view(project).reading),
    problems,
    unsupported: [],
  };
}

export const readingRoutes = [
  ["GET", /^\/projects\/([^/]+)\/reading$/, ([ref]) => (byRef(ref) ? ok(view(byRef(ref))) : gone())],
  [
    "PUT",
    /^\/projects\/([^/]+)\/reading$/,
    ([ref], _, body) => {
      const project = byRef(ref);
      readings.set(project.id, checked(project, body).reading);
      changed("projects", project.id);
      return ok(view(project));
    },
  ],
  [
    "DELETE",
    /^\/projects\/([^/]+)\/reading$/,
    ([ref]) => {
      readings.delete(byRef(ref).id);
      return ok(view(byRef(ref)));
    },
  ],
  ["POST", /^\/projects\/([^/]+)\/reading\/check$/, ([ref], _, body) => ok(checked(byRef(ref), body))],
];
