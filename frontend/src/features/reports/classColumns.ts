/** The table with a row for each class of each sample. Its columns are known by its rows alone. */
import type { Report, ReportColumn, ReportRow } from "../../api/types";

const BY_CLASS = ["object_detection", "instance_segmentation", "semantic_segmentation"];
const LABELS: Record<string, string> = {
  label: "Label",
  label_name: "Class",
  ap: "AP",
  iou: "IoU",
  error: "Wrong",
};

/** Whether a report has such a table. */
export function hasClassRows({ task, kind }: Pick<Report, "task" | "kind">): boolean {
  return BY_CLASS.includes(task) && (kind === "annotations" || kind === "parent_predictions");
}

const words = (name: string) => {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Columns from some rows: a value may be missing in one of them. */
export function columnsOf(rows: readonly ReportRow[]): ReportColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => {
    const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
    return { name, label: LABELS[name] ?? words(name), type: typeOf(values), unit: "", description: "" };
  });
}

function typeOf(values: readonly unknown[]): ReportColumn["type"] {
  if (values.some((value) => typeof value === "string")) return "text";
  if (values.some((value) => typeof value === "boolean")) return "boolean";
  return values.length > 0 && values.every((value) => Number.isInteger(value)) ? "integer" : "number";
}
