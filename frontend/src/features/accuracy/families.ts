/** Which families a task has, and the fields of each. */
import type { Task } from "../../api/types";
import { FAMILIES } from "./familyParts";
import type { Family, Field } from "./field";

const DETECTORS: Family[] = [
  "ssd",
  "boxes_and_scores",
  "tf_detection",
  "faster_rcnn",
  "yolo_anchors",
  "yolo_rows",
  "detr",
  "centernet",
  "mask_rcnn",
  "yolo_seg",
];

/** Which families there are for a task; none, where its answers are not judged. */
export function familiesOf(task: Task): readonly Family[] {
  switch (task) {
    case "classification":
      return ["classification"];
    case "object_detection":
      return DETECTORS;
    case "instance_segmentation":
      return ["mask_rcnn", "yolo_seg"];
    case "semantic_segmentation":
      return ["per_pixel"];
    case "super_resolution":
    case "style_transfer":
    case "inpainting":
      return [task];
    case "facial_landmark_detection":
      return ["points"];
    case "face_recognition":
      return ["embedding"];
    default:
      return [];
  }
}

export function decodingFields(family: Family): Field[] {
  return FAMILIES[family].parts.map(({ name, ...part }) => ({ path: `decoding.${name}`, ...part }));
}

/** Judged by labels, so that it matters which label each class of the model is. */
export function hasLabels(task: Task): boolean {
  return (
    task === "classification" ||
    task === "object_detection" ||
    task === "instance_segmentation" ||
    task === "semantic_segmentation"
  );
}
