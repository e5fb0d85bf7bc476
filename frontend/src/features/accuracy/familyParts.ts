/** The families of decoding: what each one is called, and its fields with unit and explanation. Defaults are the server's. */
import type { Reading } from "../../api/types";
import type { Family, Part } from "./field";

const plain = (...values: string[]) => values.map((value) => ({ value, label: value }));

const output = (name: string, label: string, explain?: string): Part => ({
  name,
  label,
  explain,
  kind: "output",
  none: "found by its shape",
});
const SCORES: Part = {
  name: "activation",
  label: "Activation of scores",
  explain: "What makes probabilities of the model's scores; none, where the model ends with it.",
  kind: "choice",
  options: plain("none", "softmax", "sigmoid"),
};
const DETECTION: Part[] = [
  {
    name: "score_threshold",
    label: "Least score",
    explain: "Boxes below are left out of the report. A low one is right for mAP, which looks at all scores.",
    kind: "share",
  },
  { name: "max_detections", label: "Most boxes", unit: "a picture", kind: "whole", min: 1, max: 10_000 },
  {
    name: "nms_iou",
    label: "NMS overlap",
    explain: "Of two boxes that overlap more than this, the weaker one goes. Empty: the model has done it.",
    kind: "share",
    none: "no NMS",
  },
  { name: "nms_across_classes", label: "NMS across classes", kind: "flag" },
];
const FIRST: Part = {
  name: "first_class",
  label: "Number of the first label",
  explain: "1 where the model counts a background as 0.",
  kind: "whole",
  min: 0,
  max: 1,
};
const MASKS: Part = {
  name: "mask_threshold",
  label: "Mask threshold",
  explain: "From which value on a pixel belongs to the object.",
  kind: "share",
};
const PICTURE: Part[] = [
  output("output", "Output"),
  {
    name: "range",
    label: "Range of values",
    explain: "What black and white are in the output.",
    kind: "choice",
    options: [
      { value: "0..255", label: "0 to 255" },
      { value: "0..1", label: "0 to 1" },
      { value: "-1..1", label: "−1 to 1" },
    ],
  },
  {
    name: "color",
    label: "Channels",
    kind: "choice",
    none: "as the input",
    options: plain("RGB", "BGR", "GRAY"),
  },
];

interface FamilyWords {
  label: string;
  explain: string;
  parts: Part[];
}

export const FAMILIES: Record<Family, FamilyWords> = {
  none: {
    label: "not said",
    explain: "Outputs that nobody reads; only distances of tensors can be told.",
    parts: [],
  },
  classification: {
    label: "a score for each class",
    explain: "One output with as many values as there are classes.",
    parts: [output("output", "Output"), SCORES],
  },
  ssd: {
    label: "SSD, DetectionOutput",
    explain: "Rows of 7: image, label, score, left, top, right, bottom as shares of the input.",
    parts: [output("output", "Output"), ...DETECTION],
  },
  boxes_and_scores: {
    label: "boxes and scores, SSD heads, face detectors",
    explain: "One output with boxes [N, n, 4], one with scores [N, n, classes].",
    parts: [
      output("boxes_output", "Boxes"),
      output("scores_output", "Scores"),
      { ...output("priors_output", "Priors"), none: "none" },
      {
        name: "boxes",
        label: "Boxes are",
        kind: "choice",
        options: [
          { value: "corners", label: "left, top, right, bottom" },
          { value: "center", label: "centre and size" },
          { value: "prior_offsets", label: "offsets to priors" },
        ],
      },
      { name: "normalized", label: "shares of the input, not pixels", kind: "flag" },
      SCORES,
      {
        name: "variances",
        label: "Variances",
        explain: "Of offsets to priors: x, y, width, height.",
        kind: "numbers",
      },
      {
        name: "priors",
        label: "Priors of each map",
        explain:
          'A JSON list, where the model does not give them: [{"height": 20, "width": 20, "sizes": [[16, 16]], "step": null, "offset": 0.5}].',
        kind: "json",
        none: "the model's",
      },
      ...DETECTION,
    ],
  },
  tf_detection: {
    label: "TensorFlow detection API",
    explain: "Boxes as top, left, bottom, right shares, classes, scores, and how many there are.",
    parts: [
      output("boxes_output", "Boxes"),
      output("classes_output", "Classes"),
      output("scores_output", "Scores"),
      output("count_output", "Count"),
      FIRST,
      ...DETECTION,
    ],
  },
  faster_rcnn: {
    label: "Faster R-CNN",
    explain: "Boxes as left, top, right, bottom in pixels of the input, labels, scores.",
    parts: [
      output("boxes_output", "Boxes"),
      output("labels_output", "Labels"),
      output("scores_output", "Scores"),
      FIRST,
      ...DETECTION,
    ],
  },
  yolo_anchors: {
    label: "YOLO v2, v3, v4",
    explain: "A grid for each scale with anchors: [N, anchors·(5 + classes), H, W].",
    parts: [
      { name: "version", label: "Version", kind: "choice", options: plain("v2", "v3", "v4") },
      {
        name: "outputs",
        label: "Outputs",
        explain: "In the order of the anchors.",
        kind: "outputs",
        none: "all",
      },
      {
        name: "anchors",
        label: "Anchors",
        explain: "Width and height of each: of v2 in cells, else in pixels of the input.",
        kind: "pairs",
        none: "as published",
      },
      {
        name: "activated",
        label: "RegionYolo in the model",
        explain: "The model itself has applied sigmoid and softmax.",
        kind: "flag",
      },
      {
        name: "scale_xy",
        label: "Scale of x and y",
        explain: "Of v4, for each grid.",
        kind: "numbers",
        none: "1",
      },
      ...DETECTION,
    ],
  },
  yolo_rows: {
    label: "YOLO v5, v8 to v11, X",
    explain: "A row for each cell: x, y, width, height, (objectness,) classes.",
    parts: [
      {
        name: "version",
        label: "Version",
        kind: "choice",
        options: [
          { value: "v5", label: "v5 (with objectness)" },
          { value: "v8", label: "v8 to v11" },
          { value: "x", label: "X (grid still to apply)" },
        ],
      },
      output("output", "Output"),
      {
        name: "strides",
        label: "Strides",
        unit: "pixels",
        explain: "Of X: pixels of a cell, finest first.",
        kind: "numbers",
      },
      ...DETECTION,
    ],
  },
  detr: {
    label: "DETR",
    explain: "Logits [N, n, classes + 1] whose last class is 'none', boxes as centre and size.",
    parts: [
      output("logits_output", "Logits"),
      output("boxes_output", "Boxes"),
      { ...SCORES, explain: "Sigmoid: there is no class 'none'.", options: plain("softmax", "sigmoid") },
      ...DETECTION,
    ],
  },
  centernet: {
    label: "CenterNet",
    explain: "A heat map of centres [N, classes, H, W], sizes and offsets [N, 2, H, W].",
    parts: [
      output("heatmap_output", "Heat map"),
      output("size_output", "Sizes"),
      output("offset_output", "Offsets"),
      { ...SCORES, options: plain("none", "sigmoid") },
      { name: "sizes_in", label: "Sizes in", kind: "choice", options: plain("cells", "pixels") },
      ...DETECTION,
    ],
  },
  mask_rcnn: {
    label: "Mask R-CNN",
    explain: "Boxes, labels, scores, and a mask [h, w] of each box.",
    parts: [
      output("boxes_output", "Boxes"),
      output("labels_output", "Labels"),
      output("scores_output", "Scores"),
      output("masks_output", "Masks"),
      {
        name: "mask_activation",
        label: "Activation of masks",
        kind: "choice",
        options: plain("none", "sigmoid"),
      },
      MASKS,
      FIRST,
      ...DETECTION,
    ],
  },
  yolo_seg: {
    label: "YOLO with masks",
    explain: "Rows x, y, width, height, classes, coefficients, and prototypes [N, m, H, W].",
    parts: [
      { name: "version", label: "Version", kind: "choice", options: plain("v5", "v8") },
      output("output", "Rows"),
      output("prototypes_output", "Prototypes"),
      MASKS,
      ...DETECTION,
    ],
  },
  per_pixel: {
    label: "a class for each pixel",
    explain: "Scores of each class for each pixel, or the number of its class.",
    parts: [
      output("output", "Output"),
      { name: "argmax_in_model", label: "the model gives the number of the class", kind: "flag" },
    ],
  },
  super_resolution: {
    label: "a larger picture",
    explain: "An output that is the picture, larger.",
    parts: [
      { name: "scale", label: "Enlarged by", unit: "×", kind: "whole", min: 1, max: 16 },
      {
        name: "second_input",
        label: "Second input",
        explain: "Takes the picture enlarged by bicubic interpolation.",
        kind: "input",
        none: "none",
      },
      { name: "luminance_only", label: "works on brightness alone (Y of YCbCr)", kind: "flag" },
      ...PICTURE,
    ],
  },
  style_transfer: {
    label: "a picture in another style",
    explain: "An output that is a picture.",
    parts: PICTURE,
  },
  inpainting: {
    label: "a picture with its hole filled",
    explain: "A hole is cut out of each picture; the answer is compared with the picture itself.",
    parts: [
      {
        name: "hole.kind",
        label: "Hole",
        kind: "choice",
        options: [
          { value: "rectangle", label: "a rectangle" },
          { value: "free_form", label: "strokes of a brush" },
        ],
      },
      { name: "hole.width", label: "Width", unit: "px", kind: "whole", min: 1, max: 4096, when: rectangle },
      { name: "hole.height", label: "Height", unit: "px", kind: "whole", min: 1, max: 4096, when: rectangle },
      { name: "hole.parts", label: "Strokes", kind: "whole", min: 1, max: 100, when: strokes },
      { name: "hole.brush", label: "Brush", unit: "px", kind: "whole", min: 1, max: 500, when: strokes },
      {
        name: "hole.length",
        label: "Length of a stroke",
        unit: "px",
        kind: "whole",
        min: 1,
        max: 4096,
        when: strokes,
      },
      { name: "hole.vertices", label: "Corners of a stroke", kind: "whole", min: 3, max: 100, when: strokes },
      { name: "hole.seed", label: "Seed", kind: "whole", min: 0 },
      { name: "hole.inverse", label: "mask is 0 in the hole", kind: "flag" },
      { name: "mask_input", label: "Input of the mask", kind: "input", none: "the one with one channel" },
      { name: "fill", label: "Value in the hole", kind: "number" },
      { name: "paste", label: "keep the picture outside of the hole", kind: "flag" },
      ...PICTURE,
    ],
  },
  points: {
    label: "landmarks",
    explain: "Coordinates of points of a face.",
    parts: [
      output("output", "Output"),
      {
        name: "order",
        label: "Order",
        kind: "choice",
        options: [
          { value: "xy", label: "x, y of each point" },
          { value: "x_then_y", label: "all x, then all y" },
        ],
      },
      { name: "normalized", label: "shares of the input, not pixels", kind: "flag" },
      {
        name: "crop",
        label: "The model sees",
        kind: "choice",
        options: [
          { value: "box", label: "the face's box" },
          { value: "none", label: "the whole picture" },
        ],
      },
    ],
  },
  embedding: {
    label: "a vector for each face",
    explain: "Two faces are the same person where their vectors lie close.",
    parts: [
      output("output", "Output"),
      { name: "distance", label: "Distance", kind: "choice", options: plain("cosine", "euclidean") },
      {
        name: "crop",
        label: "Crop",
        unit: "px",
        explain: "Left, top, right, bottom.",
        kind: "numbers",
        none: "none",
      },
      {
        name: "align",
        label: "turn by the landmarks",
        explain: "The dataset's landmarks are laid onto five reference points.",
        kind: "flag",
      },
    ],
  },
};

function rectangle(reading: Reading): boolean {
  return reading.decoding.family === "inpainting" && reading.decoding.hole.kind === "rectangle";
}

function strokes(reading: Reading): boolean {
  return reading.decoding.family === "inpainting" && reading.decoding.hole.kind === "free_form";
}
