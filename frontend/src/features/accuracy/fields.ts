/** The other fields of a reading: the way in, and what the answers are judged by. */
import type { Reading, Task } from "../../api/types";
import type { Field } from "./field";

const resize =
  (...wanted: Reading["preprocessing"]["resize"][]) =>
  (reading: Reading) =>
    wanted.includes(reading.preprocessing.resize);

export const PREPROCESSING: Field[] = [
  {
    path: "preprocessing.resize",
    label: "Resize",
    explain:
      "How a picture becomes as large as the input. Letterbox keeps its proportions and pads; crop fills the input and cuts what sticks out.",
    kind: "choice",
    options: [
      { value: "stretch", label: "stretch to the input" },
      { value: "letterbox", label: "fit in the middle, pad the rest" },
      { value: "fit", label: "fit at the top left, pad the rest" },
      { value: "crop", label: "fill, crop the rest" },
    ],
  },
  {
    path: "preprocessing.crop_fraction",
    label: "Share that is kept",
    explain: "Side of what is cut out, of the shorter side of the picture: 0.875 is 224 of 256.",
    kind: "share",
    when: resize("crop"),
  },
  {
    path: "preprocessing.pad_value",
    label: "Value of the padding",
    unit: "of 255",
    kind: "whole",
    min: 0,
    max: 255,
    when: resize("letterbox", "fit"),
  },
  {
    path: "preprocessing.interpolation",
    label: "Interpolation",
    kind: "choice",
    options: ["nearest", "linear", "cubic", "area"].map((value) => ({ value, label: value })),
  },
  {
    path: "preprocessing.color",
    label: "Channels",
    explain: "In which order the model takes them.",
    kind: "choice",
    none: "not stated",
    options: ["RGB", "BGR", "GRAY"].map((value) => ({ value, label: value })),
  },
  {
    path: "preprocessing.mean",
    label: "Mean, subtracted",
    explain: "One number, or one for each channel, for values of 0 to 255.",
    kind: "numbers",
    none: "none",
  },
  {
    path: "preprocessing.scale",
    label: "Scale, divided by",
    explain: "After the mean: (value − mean) ÷ scale.",
    kind: "numbers",
    none: "none",
  },
  {
    path: "image_input",
    label: "Input of the picture",
    kind: "input",
    none: "the one with most channels",
  },
];

const OBJECTS: Field[] = [
  {
    path: "metrics.map_iou",
    label: "mAP overlap",
    explain: "From which overlap on a box meets an annotated object, for Pascal VOC mAP.",
    kind: "share",
  },
  {
    path: "metrics.map_kind",
    label: "mAP by",
    kind: "choice",
    options: [
      { value: "integral", label: "the whole curve" },
      { value: "11_point", label: "11 points (VOC 2007)" },
    ],
  },
  {
    path: "metrics.report_score",
    label: "Score that counts",
    explain: "Boxes above count as predicted in the table of samples and the confusion matrix.",
    kind: "share",
  },
  { path: "metrics.coco", label: "AP and AR as COCO", kind: "flag" },
];
const PICTURES: Field[] = [
  {
    path: "metrics.border",
    label: "Border left out",
    explain: "Pixels at the edges that PSNR and SSIM do not look at.",
    unit: "px",
    kind: "whole",
    none: "the scale",
    min: 0,
    max: 64,
  },
  { path: "metrics.luminance", label: "brightness alone (Y, ITU-R BT.601)", kind: "flag" },
];

export function metricFields(task: Task): Field[] {
  switch (task) {
    case "classification":
      return [
        {
          path: "metrics.top_k",
          label: "Top-k",
          explain: "Right, when the annotated class is among the k highest scores; several with commas.",
          kind: "numbers",
        },
      ];
    case "object_detection":
    case "instance_segmentation":
      return OBJECTS;
    case "semantic_segmentation":
      return [{ path: "metrics.include_background", label: "background counts in mean IoU", kind: "flag" }];
    case "super_resolution":
    case "style_transfer":
    case "inpainting":
      return PICTURES;
    case "facial_landmark_detection":
      return [
        {
          path: "metrics.norm_by",
          label: "Errors as shares of",
          kind: "choice",
          options: [
            { value: "eyes", label: "the distance of the eyes" },
            { value: "box", label: "the size of the box" },
          ],
        },
      ];
    case "face_recognition":
      return [
        {
          path: "metrics.folds",
          label: "Folds",
          explain: "The threshold is chosen on all folds but one and judged on that.",
          kind: "whole",
          min: 2,
          max: 100,
        },
        {
          path: "metrics.far",
          label: "TAR at these FAR",
          explain: "True acceptance where so many strangers are accepted.",
          kind: "numbers",
        },
      ];
    default:
      return [];
  }
}

/** The value at a dotted path. */
export function valueAt(reading: Reading, path: string): unknown {
  let value: unknown = reading;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** A copy with another value at a dotted path. */
export function withValue(reading: Reading, path: string, value: unknown): Reading {
  const copy = (from: unknown, parts: readonly string[]): unknown => {
    const [part, ...rest] = parts;
    if (part === undefined) return value;
    const own = typeof from === "object" && from !== null ? (from as Record<string, unknown>) : {};
    return { ...own, [part]: copy(own[part], rest) };
  };
  return copy(reading, path.split(".")) as Reading;
}

export type Typed = { ok: true; value: unknown } | { ok: false; problem: string };

/** What was typed into a field of numbers, pairs or JSON. */
export function typed(field: Pick<Field, "kind" | "none">, text: string): Typed {
  if (text.trim() === "")
    return field.none === undefined ? { ok: false, problem: "Needed." } : { ok: true, value: null };
  if (field.kind === "json") {
    try {
      return { ok: true, value: JSON.parse(text) as unknown };
    } catch {
      return { ok: false, problem: "This is no JSON." };
    }
  }
  const numbers = text
    .split(/[\s,;×()[\]]+/)
    .filter(Boolean)
    .map(Number);
  if (numbers.length === 0 || numbers.some((number) => !Number.isFinite(number)))
    return { ok: false, problem: "Numbers, with commas between them." };
  if (field.kind !== "pairs") return { ok: true, value: numbers };
  if (numbers.length % 2 === 1) return { ok: false, problem: "Width and height of each." };
  const pairs = numbers.flatMap((number, index) => (index % 2 === 0 ? [[number, numbers[index + 1]]] : []));
  return { ok: true, value: pairs };
}

/** A value as it stands in a text field. */
export function typedText(kind: Field["kind"], value: unknown): string {
  if (value === null || value === undefined) return "";
  if (kind === "json") return JSON.stringify(value);
  if (!Array.isArray(value)) return String(value);
  if (kind === "pairs") return value.map((pair) => (Array.isArray(pair) ? pair.join(", ") : "")).join("; ");
  return value.join(", ");
}
