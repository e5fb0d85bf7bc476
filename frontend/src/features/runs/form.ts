/** What is filled in of a new benchmark. */
import type { Configuration, Precision } from "../../api/types";
import { cellKey, HINTS, type Hint, numbersOf, parseCell, type Row, type Steps } from "./matrix";

export interface FormState {
  /** What the numbered rows of the matrix count. */
  axis: "streams" | "requests";
  rows: number[];
  rowSteps: Steps;
  columns: number[];
  columnSteps: Steps;
  /** Cells, as `cellKey` writes them. */
  chosen: string[];
  /** Single runs taken out of the list again: the cell, and the run's name. */
  removed: string[];
  /** Runs that fit no cell: proposed by a finding. */
  extra: Configuration[];
  /** Lists of numbers; each of them multiplies the runs. The other one of streams and requests than `axis`. */
  beside: string;
  threads: string;
  rates: string;
  precisions: (Precision | "")[];
  api: "async" | "sync";
  load: "closed" | "open";
  end: "duration" | "iterations";
  seconds: number | "";
  iterations: number | "";
  layers: boolean;
  startUp: boolean;
  input: "dataset" | "synthetic";
  shapes: Record<string, string>;
}

export const MOST_ROWS = 64;
export const MOST_COLUMNS = 20;

export function emptyForm(streams: number): FormState {
  return {
    axis: "streams",
    rows: numbersOf(Math.min(Math.max(streams, 2), 8), "ones"),
    rowSteps: "ones",
    columns: numbersOf(5, "powers"),
    columnSteps: "powers",
    chosen: [cellKey("latency", 1), cellKey("throughput", 1)],
    removed: [],
    extra: [],
    beside: "",
    threads: "",
    rates: "",
    precisions: [""],
    api: "async",
    load: "closed",
    end: "duration",
    seconds: 10,
    iterations: 1000,
    layers: true,
    startUp: true,
    input: "dataset",
    shapes: {},
  };
}

export function rowsOf(form: Pick<FormState, "rows">): Row[] {
  return [...HINTS, ...form.rows];
}

/** The number with its cells' rows or columns in it, sorted. */
function withNumber(numbers: readonly number[], more: readonly number[]): number[] {
  return [...new Set([...numbers, ...more])].sort((a, b) => a - b);
}

/** The form filled in with these runs: as cells where they differ in nothing else, otherwise one by one. */
export function filledForm(form: FormState, wanted: readonly Configuration[]): FormState {
  const first = wanted[0];
  if (!first) return form;
  const besides = (entry: Configuration) =>
    JSON.stringify(
      [entry.requests, entry.threads, entry.precision, entry.api, entry.arrivals_per_s].map((v) => v ?? null),
    );
  const cells = wanted.map((entry) => {
    const hint = entry.hint ?? "none";
    return cellKey(hint === "none" ? (entry.streams ?? 1) : (hint as Hint), entry.batch ?? 1);
  });
  const alike = wanted.every((entry) => besides(entry) === besides(first));
  if (!alike || new Set(cells).size < cells.length) {
    return { ...form, chosen: [], extra: [...wanted] };
  }
  const parsed = cells.flatMap((key) => parseCell(key) ?? []);
  return {
    ...form,
    axis: "streams",
    chosen: cells,
    rows: withNumber(
      form.rows,
      parsed.flatMap(({ row }) => (typeof row === "number" ? [row] : [])),
    ),
    columns: withNumber(
      form.columns,
      parsed.map(({ batch }) => batch),
    ),
    beside: first.requests ? String(first.requests) : "",
    threads: first.threads ? String(first.threads) : "",
    precisions: [first.precision ?? ""],
    api: first.api ?? "async",
    load: first.arrivals_per_s ? "open" : "closed",
    rates: first.arrivals_per_s ? String(first.arrivals_per_s) : "",
  };
}
