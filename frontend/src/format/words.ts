/** Names of the vocabulary as people read them. */
import type { JobState, Layer, Port, ProjectState, Verdict } from "../api/types";

export const TASKS = [
  "classification",
  "object_detection",
  "instance_segmentation",
  "semantic_segmentation",
  "inpainting",
  "super_resolution",
  "style_transfer",
  "facial_landmark_detection",
  "face_recognition",
  "text_classification",
  "generic",
] as const;

export function taskName(task: string | null | undefined): string {
  return task ? task.replaceAll("_", " ") : "task unknown";
}

const FORMATS: Record<string, string> = {
  imagenet_txt: "ImageNet, list of labels",
  imagenet_folders: "ImageNet, folder per class",
  voc: "Pascal VOC",
  coco: "COCO",
  yolo: "YOLO",
  open_images: "Open Images",
  wider_face: "WIDER FACE",
  common_segmentation: "Common Semantic Segmentation",
  cityscapes: "Cityscapes",
  camvid: "CamVid",
  common_super_resolution: "Common Super-Resolution",
  lfw: "LFW",
  vggface2: "VGGFace2",
  generated: "generated",
  not_annotated: "not annotated",
};

export function formatName(format: string | null | undefined): string {
  return format ? (FORMATS[format] ?? format) : "format unknown";
}

const JOB_KINDS: Record<string, string> = {
  model_import: "Model import",
  dataset_import: "Dataset import",
  dataset_subset: "Subset",
  dataset_split: "Split",
  dataset_generate: "Generated dataset",
  prediction: "Prediction",
  toolchain_install: "Toolchain",
  benchmark: "Benchmark",
  search: "Search",
  quantize: "Quantisation",
  compress: "Compression",
  sensitivity: "Sensitivity",
  race: "Race",
  optimize: "Best version",
  check: "Check",
  ceilings: "Ceilings",
  probe: "Probe",
  package: "Package",
  project_export: "Project export",
  project_import: "Project import",
  sample: "Sample project",
};

export function jobKind(kind: string): string {
  return JOB_KINDS[kind] ?? kind.replaceAll("_", " ");
}

export type Tone = "plain" | "good" | "warn" | "bad" | "accent";

export const VERDICT_TONE: Record<Verdict, Tone> = {
  stable: "good",
  noisy: "warn",
  throttled: "warn",
  contended: "warn",
};

export const VERDICT_MEANING: Record<Verdict, string> = {
  stable: "The windows of the run agree: the number can be relied on.",
  noisy: "The windows of the run differ more than they should: repeat it on a quieter machine.",
  throttled: "The machine became slower while it measured: its clock was lowered, or it got hot.",
  contended: "Other programs used the machine while it measured.",
};

export const JOB_TONE: Record<JobState, Tone> = {
  queued: "plain",
  running: "accent",
  succeeded: "good",
  failed: "bad",
  cancelled: "plain",
};

export const PROJECT_TONE: Record<ProjectState, Tone> = {
  new: "plain",
  queued: "plain",
  running: "accent",
  ready: "good",
  error: "bad",
  cancelled: "plain",
  archived: "warn",
};

export const PROJECT_MEANING: Record<ProjectState, string> = {
  new: "Nothing was measured yet.",
  queued: "Its job waits for its turn.",
  running: "A job of this project runs now.",
  ready: "The last job ended well.",
  error: "The last job failed; what was measured before is kept.",
  cancelled: "The last job was cancelled; what was measured before is kept.",
  archived: "Its model, dataset or target is gone: results can be looked at, nothing can be run.",
};

export const LAYER_STATUS: Record<Layer["status"], string> = {
  executed: "executed",
  below_resolution: "below 1 µs",
  not_executed: "not executed",
};

export function shapeText(shape: Port["shape"] | undefined): string {
  if (!shape) return "any rank";
  return shape.length === 0 ? "scalar" : shape.join(" × ");
}
