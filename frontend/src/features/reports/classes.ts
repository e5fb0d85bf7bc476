/** The table of classes. */
import type { ClassRow } from "../../api/types";

const LABELS: Record<string, string> = {
  precision: "Precision",
  recall: "Recall",
  f1: "F1",
  ap: "AP",
  coco_ap: "AP, COCO",
  iou: "IoU",
  accuracy: "Accuracy",
  pixel_accuracy: "Pixel accuracy",
  normed_error: "Normed error",
  predicted: "Predicted",
  mse: "MSE",
  max_abs: "Largest difference",
  cosine: "Cosine",
  sqnr_db: "SQNR, dB",
  threshold: "Threshold",
};

export function figureLabel(name: string): string {
  const text = LABELS[name] ?? name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Numbers of things, not shares. */
export const isCount = (name: string): boolean => name === "predicted" || name.endsWith("_count");

/** Of tensors: no share of anything, also where they lie between 0 and 1. */
export const isDistance = (name: string): boolean => ["mse", "max_abs", "cosine", "sqnr_db"].includes(name);

export const className = (row: Pick<ClassRow, "name" | "label">): string => row.name || `class ${row.label}`;

/** Which figures the classes have, in the order in which they come. */
export function figuresOf(rows: readonly ClassRow[]): string[] {
  return [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))];
}

/** `sort` as headers have it; classes without the figure come last whichever way it goes. */
export function sortedClasses(
  rows: readonly ClassRow[],
  sort: string,
  search: string | undefined,
): ClassRow[] {
  const wanted = search?.trim().toLowerCase();
  const found = wanted ? rows.filter((row) => className(row).toLowerCase().includes(wanted)) : [...rows];
  const down = sort.startsWith("-");
  const id = down ? sort.slice(1) : sort;
  const turn = down ? -1 : 1;
  if (id === "name") return found.sort((a, b) => turn * className(a).localeCompare(className(b)));
  const value = (row: ClassRow) => (id === "samples" ? row.samples : (row.metrics[id] ?? null));
  return found.sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
    return turn * (left - right) || a.label - b.label;
  });
}
