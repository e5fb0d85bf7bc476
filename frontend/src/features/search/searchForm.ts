/** What is filled in of a guided search, what it asks of the server, and how long it may take. */
import type { Precision, SearchResult, SearchWanted } from "../../api/types";
import { numberList } from "../runs/configurations";

export type Objective = SearchWanted["objective"];

export interface SearchForm {
  objective: Objective;
  percentile: SearchWanted["percentile"];
  limitMs: number | "";
  minFps: number | "";
  streams: string;
  batches: string;
  budgetS: number | "";
  cellS: number | "";
  precision: Precision | "";
  input: "dataset" | "synthetic";
}

export const SEARCH_PERCENTILES = ["median", "p90", "p95", "p99"] as const;

export function emptySearch(limitMs: number | undefined): SearchForm {
  return {
    objective: "throughput",
    percentile: "p99",
    limitMs: limitMs ?? "",
    minFps: "",
    streams: "",
    batches: "",
    budgetS: "",
    cellS: 10,
    precision: "",
    input: "dataset",
  };
}

export type SearchAsked = { ok: true; wanted: SearchWanted } | { ok: false; problem: string };

const MOST_STREAMS = 64;
const MOST_BATCHES = 32;

/** Only what the objective knows is sent: the server refuses a limit that means nothing to it. */
export function searchWanted(form: SearchForm, continues: string | null = null): SearchAsked {
  const [streams, batches] = [numberList(form.streams, 1024), numberList(form.batches, 65_536)];
  if (!streams.ok) return { ok: false, problem: `Streams: ${streams.problem}` };
  if (!batches.ok) return { ok: false, problem: `Batches: ${batches.problem}` };
  if (streams.values.length > MOST_STREAMS)
    return { ok: false, problem: `Up to ${MOST_STREAMS} numbers of streams.` };
  if (batches.values.length > MOST_BATCHES) return { ok: false, problem: `Up to ${MOST_BATCHES} batches.` };
  if (form.objective === "throughput" && form.limitMs === "") {
    return { ok: false, problem: "Say which latency must not be exceeded." };
  }
  if (form.objective === "latency" && form.minFps === "") {
    return { ok: false, problem: "Say how many FPS are needed." };
  }
  if (form.cellS === "") return { ok: false, problem: "Say how long a cell of the full grid would take." };
  return {
    ok: true,
    wanted: {
      objective: form.objective,
      percentile: form.percentile,
      max_latency_ms: form.objective === "throughput" ? form.limitMs || null : null,
      min_fps: form.objective === "latency" ? form.minFps || null : null,
      budget_s: form.budgetS === "" ? null : form.budgetS,
      streams: streams.values.length > 0 ? streams.values : null,
      batches: batches.values.length > 0 ? batches.values : null,
      precision: form.precision || null,
      cell_s: form.cellS,
      input: form.input,
      continues,
    },
  };
}

// The server's own grid where none is named: each number of streams, batches 1 to 32 in powers of two.
const USUAL_BATCHES = 6;

export interface SearchEstimate {
  cells: number;
  gridS: number;
  budgetS: number;
}

/** The grid's time, and what the search may take of it: a quarter unless a budget was named. */
export function searchEstimate(form: SearchForm, deviceStreams: number): SearchEstimate | null {
  const asked = searchWanted({ ...form, objective: "front" });
  if (!asked.ok) return null;
  const { streams, batches, cell_s, budget_s } = asked.wanted;
  const cells = (streams?.length ?? deviceStreams) * (batches?.length ?? USUAL_BATCHES);
  const gridS = cells * cell_s;
  return { cells, gridS, budgetS: budget_s ?? gridS / 4 };
}

/** "highest throughput with p99 up to 24 ms". */
export function objectiveText(
  objective: string,
  percentile: string,
  limits: { limitMs?: number | null; minFps?: number | null } = {},
): string {
  if (objective === "throughput") {
    return `highest throughput with ${percentile} ${limits.limitMs ? `up to ${limits.limitMs} ms` : "within the limit"}`;
  }
  if (objective === "latency") {
    return `lowest ${percentile} latency at ${limits.minFps ? `${limits.minFps} FPS or more` : "the throughput needed"}`;
  }
  return `the whole front of throughput and ${percentile} latency`;
}

export function stoppedText(stopped: SearchResult["stopped"]): string {
  if (stopped === "resolved") return "everything was decided";
  return stopped === "budget" ? "the time was used up" : "it was stopped";
}

export interface SkippedGroup {
  reason: string;
  labels: string[];
}

/** Cells that were not measured, by why they need not be; the most frequent reason first. */
export function skippedGroups(skipped: SearchResult["skipped"]): SkippedGroup[] {
  const groups = new Map<string, string[]>();
  for (const { reason, label } of skipped) groups.set(reason, [...(groups.get(reason) ?? []), label]);
  return [...groups]
    .map(([reason, labels]) => ({ reason, labels }))
    .sort((a, b) => b.labels.length - a.labels.length);
}
