// Pictures that are tried: invented answers for each task.
import * as made from "./mockData.mjs";
import { grayPng, streetMask } from "./mockDatasets.mjs";
import { addJob, db, start } from "./mockDb.mjs";

const [WIDTH, HEIGHT] = [640, 480];
const predictions = new Map();
const ok = (body, status = 200) => ({ status, body });
const NAMES = ["tabby", "tiger cat", "Egyptian cat", "lynx", "remote control"];

function boxes(shift) {
  return [
    ["dog", 10, [60, 150, 240, 260], 0.93],
    ["cat", 11, [330, 190, 180, 200], 0.81],
    ["person", 0, [470, 60, 120, 380], 0.62],
    ["cat", 11, [20, 20, 60, 60], 0.31],
  ].map(([name, label, [x, y, w, h], score]) => ({
    label,
    name,
    bbox: [x + shift, y, w, h],
    score: Math.max(0.05, score - shift / 100),
    segmentation:
      name === "dog" ? [[x, y + h, x, y + 60, x + 90, y, x + w, y + 80, x + w - 20, y + h]] : null,
    keypoints: null,
    matched: null,
    difficult: false,
    crowd: false,
  }));
}

function drawn(task, id, shift = 0) {
  const none = { classes: null, boxes: null, mask: null, picture: null, points: null, similarity: null };
  const file = (name) => `/api/v1/predictions/${id}/files/${name}`;
  switch (task) {
    case "object_detection":
    case "instance_segmentation":
      return { ...none, boxes: boxes(shift) };
    case "semantic_segmentation":
      return { ...none, mask: file("mask.png") };
    case "super_resolution":
    case "style_transfer":
    case "inpainting":
      return { ...none, picture: file("made.svg") };
    case "facial_landmark_detection":
      return {
        ...none,
        points: [
          [250, 190],
          [390, 190],
          [320, 270],
          [270, 340],
          [370, 340],
        ],
      };
    case "face_recognition":
      return { ...none, similarity: 0.7312 };
    default:
      return {
        ...none,
        classes: NAMES.map((name, index) => ({
          label: 281 + index,
          name,
          score: [0.612, 0.231, 0.082, 0.011, 0.0041][index] * (1 - shift / 80),
        })),
      };
  }
}

export const predictionRoutes = [
  [
    "POST",
    /^\/predictions$/,
    (_, __, body) => {
      const project = db.projects.find(({ id, name }) => id === body.project || name === body.project);
      const model = project?.model ?? db.models.find(({ id }) => id === body.model);
      const job = addJob("prediction", `Try a picture with ${model.name}`, { model_id: model.id });
      const prediction = {
        id: made.newId(),
        job,
        project_id: project?.id ?? null,
        model_id: model.id,
        result: null,
        created_at: new Date().toISOString(),
      };
      predictions.set(prediction.id, prediction);
      const { id } = prediction;
      const task = model.task;
      start(job, body.importance ? 6 : 1, body.importance ? ["infer", "masks"] : ["infer"], () => {
        if (job.state !== "succeeded") return;
        const answer = drawn(task, id);
        prediction.result = {
          prediction: answer,
          parent: body.with_parent ? drawn(task, id, 6) : null,
          image: `/api/v1/predictions/${id}/files/picture.svg`,
          other_image: task === "face_recognition" ? `/api/v1/predictions/${id}/files/other.svg` : null,
          width: WIDTH,
          height: HEIGHT,
          labels: ["road", "pavement", "building", "tree", "sky", "car", "person"],
          importance: body.importance
            ? NAMES.map((name, index) => ({
                label: 281 + index,
                name,
                score: answer.classes[index].score,
                heat: `/api/v1/predictions/${id}/files/heat-${index}.png`,
              }))
            : [],
          inference_ms: 8.912,
          effective_precision: "bf16",
          reading: {
            task,
            preprocessing: {},
            decoding: { family: "embedding", distance: "cosine" },
            classes: { label_set: "dataset", match_by: "index", background: false },
            metrics: {},
          },
        };
      });
      return ok({ prediction, job }, 202);
    },
  ],
  ["GET", /^\/predictions\/([^/]+)$/, ([id]) => ok(predictions.get(id))],
];

/** What is no JSON: [content type, body], or null. */
export function predictionFile(path) {
  const [, name] = /^\/predictions\/[^/]+\/files\/(.+)$/.exec(path) ?? [];
  if (!name) return null;
  if (name === "mask.png") return ["image/png", grayPng(WIDTH, HEIGHT, streetMask)];
  const heat = /^heat-(\d)\.png$/.exec(name);
  if (heat) {
    const middle = 0.3 + 0.1 * Number(heat[1]);
    return [
      "image/png",
      grayPng(
        WIDTH,
        HEIGHT,
        (x, y) => 255 * Math.exp(-(((x - middle) / 0.2) ** 2) - ((y - 0.5) / 0.25) ** 2),
      ),
    ];
  }
  const id = { "picture.svg": 3, "other.svg": 5 }[name] ?? 9;
  return ["image/svg+xml", made.picture({ id, width: WIDTH, height: HEIGHT })];
}
