/** Conditions on the rows of a report, as address and API have them: "confidence < 0.5". */
import type { Confusion, ReportColumn } from "../../api/types";

export const OPERATORS = ["=", "!=", "<", ">", "<=", ">=", "contains", "in"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition {
  column: string;
  operator: Operator;
  value: string;
}

const SHOWN: Record<Operator, string> = {
  "=": "=",
  "!=": "≠",
  "<": "<",
  ">": ">",
  "<=": "≤",
  ">=": "≥",
  contains: "contains",
  in: "is one of",
};
const SAID: Record<Operator, string> = {
  "=": "equals",
  "!=": "is not",
  "<": "less than",
  ">": "more than",
  "<=": "at most",
  ">=": "at least",
  contains: "contains",
  in: "is one of",
};

/** Which comparisons a column has. */
export function operatorsFor(type: ReportColumn["type"]): { value: Operator; label: string }[] {
  const wanted: Operator[] =
    type === "boolean"
      ? ["=", "!="]
      : type === "text"
        ? ["contains", "=", "!=", "in"]
        : ["=", "!=", "<", ">", "<=", ">=", "in"];
  return wanted.map((value) => ({
    value,
    label: SHOWN[value] === SAID[value] ? SAID[value] : `${SHOWN[value]}  ${SAID[value]}`,
  }));
}

export function written({ column, operator, value }: Condition): string {
  return `${column} ${operator} ${value}`;
}

/** Null for what is not understood; the server says what is wrong with it. */
export function parsed(text: string, columns: readonly Pick<ReportColumn, "name">[]): Condition | null {
  const names = columns.map(({ name }) => name).sort((a, b) => b.length - a.length);
  const column = names.find((name) => text.startsWith(name));
  if (column === undefined) return null;
  const found = /^\s*(<=|>=|!=|=|<|>|contains\b|in\b)\s*(.*)$/s.exec(text.slice(column.length));
  const operator = OPERATORS.find((entry) => entry === found?.[1]);
  return operator ? { column, operator, value: found?.[2] ?? "" } : null;
}

/** For the chip: "Confidence < 0.5". */
export function conditionText(text: string, columns: readonly ReportColumn[]): string {
  const condition = parsed(text, columns);
  if (!condition) return text;
  const column = columns.find(({ name }) => name === condition.column);
  const label = column?.label ?? condition.column;
  const { operator, value } = condition;
  if (column?.type === "boolean" && (operator === "=" || operator === "!="))
    return (value === "true") === (operator === "=") ? label.toLowerCase() : `not ${label.toLowerCase()}`;
  if (value === "null") return `${label} ${operator === "=" ? "is empty" : "is there"}`;
  return `${label} ${SHOWN[operator]} ${value}${column?.unit ? ` ${column.unit}` : ""}`;
}

/** What is wrong with a value before it is sent, or null. */
export function valueProblem(
  type: ReportColumn["type"],
  { operator, value }: Omit<Condition, "column">,
): string | null {
  if (value.trim() === "") return "A value is needed.";
  const values = operator === "in" ? value.split(",") : [value];
  if (type === "integer" || type === "number") {
    const empty = value.trim() === "null" && (operator === "=" || operator === "!=");
    if (!empty && values.some((one) => one.trim() === "" || !Number.isFinite(Number(one))))
      return operator === "in" ? "Numbers, with commas between them." : "A number.";
  }
  return null;
}

/** In place of other conditions on the same columns. */
export function replaced(
  conditions: readonly string[],
  wanted: readonly Condition[],
  columns: readonly Pick<ReportColumn, "name">[],
): string[] {
  const own = new Set(wanted.map(({ column }) => column));
  const kept = conditions.filter((text) => {
    const condition = parsed(text, columns);
    return !condition || !own.has(condition.column);
  });
  return [...kept, ...wanted.map(written)];
}

const has = (columns: readonly Pick<ReportColumn, "name">[], name: string) =>
  columns.some((column) => column.name === name);

/**
 * The samples behind a cell of the confusion matrix. Of a classifier exactly those; where a sample has several objects
 * or classes, those in which both classes occur. Index `labels.length` is the background, or nothing.
 */
export function cellConditions(
  columns: readonly Pick<ReportColumn, "name">[],
  { labels }: Pick<Confusion, "labels">,
  annotated: number,
  predicted: number,
): Condition[] {
  const nothing = labels.length;
  if (has(columns, "label") && has(columns, "predicted") && has(columns, "rank"))
    return [
      { column: "label", operator: "=", value: annotated === nothing ? "null" : String(annotated) },
      { column: "predicted", operator: "=", value: predicted === nothing ? "null" : String(predicted) },
    ];
  const named = new Set(
    [annotated, predicted].flatMap((index) => (index === nothing ? [] : [labels[index] ?? ""])),
  );
  const text = has(columns, "classes") ? "classes" : has(columns, "annotated") ? "annotated" : null;
  // Of semantic segmentation only what is annotated is named in a row.
  const names =
    text === "annotated" ? [labels[annotated === nothing ? predicted : annotated] ?? ""] : [...named];
  const found: Condition[] = text
    ? names.map((value) => ({ column: text, operator: "contains", value }))
    : [];
  if (text !== "classes") return found;
  if (predicted === nothing) found.push({ column: "missed", operator: ">", value: "0" });
  else if (annotated === nothing) found.push({ column: "false_positives", operator: ">", value: "0" });
  else if (annotated !== predicted) found.push({ column: "error", operator: "=", value: "true" });
  else found.push({ column: "matched", operator: ">", value: "0" });
  return found;
}

/** The samples that have a class. */
export function classConditions(
  columns: readonly Pick<ReportColumn, "name">[],
  label: number,
  name: string,
): Condition[] {
  if (has(columns, "label") && has(columns, "rank"))
    return [{ column: "label", operator: "=", value: String(label) }];
  if (has(columns, "fold")) return [{ column: "fold", operator: "=", value: String(label) }];
  if (has(columns, "worst_point")) return [{ column: "worst_point", operator: "=", value: String(label) }];
  const text = has(columns, "classes") ? "classes" : has(columns, "annotated") ? "annotated" : null;
  return text ? [{ column: text, operator: "contains", value: name }] : [];
}
