/** How a model was made, as lines that are read: what a job kept of it is a document for programs. */
import { counted, decimal } from "../../format/number";

export interface Line {
  name: string;
  text: string;
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  (Array.isArray(value) && value.length === 0) ||
  (isFields(value) && Object.values(value).every(isNothing));

// What stands elsewhere on the page, or was only asked for: what came of it is told.
const ELSEWHERE = ["openvino", "seconds", "files", "options", "reading", "control", "resolved", "arguments"];

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : decimal(value, 4);
  return isFields(value) ? JSON.stringify(value) : String(value);
}

/** {"Convolution": 83, "Add": 7}: "83 Convolution, 7 Add". */
function countsText(counts: Fields): string | null {
  const entries = Object.entries(counts);
  if (!entries.every(([, count]) => typeof count === "number")) return null;
  return entries.map(([type, count]) => `${String(count)} ${type}`).join(", ");
}

function calibrationText({ samples, dataset, seed }: Fields): string | null {
  if (typeof samples !== "number" || typeof dataset !== "string") return null;
  return `${counted(samples, "sample")} of ${dataset}${typeof seed === "number" ? `, seed ${seed}` : ""}`;
}

function lineOf(name: string, value: unknown): Line[] {
  if (isNothing(value)) return [];
  const named = { name: name.replaceAll("_", " ") };
  if (isFields(value)) {
    if (name === "calibration") {
      const text = calibrationText(value);
      if (text) return [{ ...named, text }];
    }
    const counts = countsText(value);
    if (counts) return [{ ...named, text: counts }];
    return [{ ...named, text: fieldsText(value) }];
  }
  return [{ ...named, text: shown(value) }];
}

/** One line of what is not empty: "names: a, b; types: Add". */
function fieldsText(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => !isNothing(value))
    .map(
      ([name, value]) =>
        `${name.replaceAll("_", " ")}: ${isFields(value) ? `(${fieldsText(value)})` : shown(value)}`,
    )
    .join("; ");
}

export function conversionLines(conversion: Fields | null | undefined): Line[] {
  if (!conversion) return [];
  const settings = [conversion.arguments, conversion.resolved].filter(isFields);
  const rest = Object.entries(conversion).filter(([name]) => !ELSEWHERE.includes(name));
  const names = new Set(rest.map(([name]) => name));
  return [
    ...rest.flatMap(([name, value]) => lineOf(name, value)),
    // Number and seed of the samples stand in the line of the calibration.
    ...settings
      .flatMap(Object.entries)
      .filter(([name]) => !(names.has("calibration") && (name === "samples" || name === "seed")))
      .flatMap(([name, value]) => lineOf(name, value)),
  ];
}
