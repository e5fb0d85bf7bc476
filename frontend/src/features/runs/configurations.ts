/** Which runs the form of a new benchmark means, and how long they take. */
import type { Configuration } from "../../api/types";
import type { FormState } from "./form";
import { parseCell, type Row } from "./matrix";

export type NumberList = { ok: true; values: number[] } | { ok: false; problem: string };

/** "1, 2 4-6" as [1, 2, 4, 5, 6]: whole numbers from 1 to `most`, each once, in order. */
export function numberList(text: string, most: number): NumberList {
  const found = new Set<number>();
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const range = /^(\d+)(?:[-–](\d+))?$/.exec(part);
    if (!range) return { ok: false, problem: "Whole numbers, as 1, 2, 4 or 1-4." };
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (from < 1 || to > most || to < from) return { ok: false, problem: `From 1 to ${most}.` };
    if (to - from > 256) return { ok: false, problem: "A range of up to 256 numbers." };
    for (let value = from; value <= to; value += 1) found.add(value);
  }
  return { ok: true, values: [...found].sort((a, b) => a - b) };
}

const MOST_RATE = 1_000_000;

/** "50, 100.5": rates above 0, each once, in order. */
export function rateList(text: string): NumberList {
  const values = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  if (values.some((rate) => !(rate > 0 && rate <= MOST_RATE))) {
    return { ok: false, problem: "Rates above 0, as 50, 100." };
  }
  return { ok: true, values: [...new Set(values)].sort((a, b) => a - b) };
}

export interface Chosen {
  /** The cell that it comes from; null for one that was proposed. */
  cell: string | null;
  name: string;
  configuration: Configuration;
}

export type Wanted = { ok: true; runs: Chosen[] } | { ok: false; problem: string };

export const MOST_CONFIGURATIONS = 400;
export const MOST = { streams: 1024, requests: 4096, threads: 4096 } as const;

const some = (list: NumberList): (number | null)[] =>
  list.ok && list.values.length > 0 ? list.values : [null];

/**
 * The runs that the form means: every chosen cell with every thread count, precision and rate. `ownBatch` is the
 * model's; one whose batch is not known is left as it is for a batch of 1, since it may have none to set.
 */
export function runsOf(form: FormState, ownBatch: number | null = 1): Wanted {
  const other = form.axis === "streams" ? "requests" : "streams";
  const beside = numberList(form.beside, MOST[other]);
  const threads = numberList(form.threads, MOST.threads);
  const rates = form.load === "open" ? rateList(form.rates) : ({ ok: true, values: [] } as NumberList);
  for (const list of [beside, threads, rates]) if (!list.ok) return { ok: false, problem: list.problem };
  if (form.load === "open" && some(rates)[0] === null) {
    return { ok: false, problem: "Say at which rate requests arrive." };
  }
  if (form.api === "sync" && form.load === "open") {
    return { ok: false, problem: "Requests that arrive by themselves need the asynchronous way." };
  }
  const runs: Chosen[] = form.extra.map((configuration) => ({
    cell: null,
    name: configurationName(configuration),
    configuration,
  }));
  for (const cell of form.chosen) {
    const parsed = parseCell(cell);
    if (!parsed) continue;
    for (const configuration of besides(form, parsed, { beside, threads, rates, ownBatch })) {
      const name = configurationName(configuration);
      if (!form.removed.includes(`${cell}|${name}`)) runs.push({ cell, name, configuration });
    }
  }
  if (runs.length === 0) return { ok: false, problem: "Choose cells of the matrix." };
  if (runs.length > MOST_CONFIGURATIONS) {
    return {
      ok: false,
      problem: `These are ${runs.length} runs; up to ${MOST_CONFIGURATIONS} are possible.`,
    };
  }
  return { ok: true, runs };
}

interface Lists {
  beside: NumberList;
  threads: NumberList;
  rates: NumberList;
  ownBatch: number | null;
}

function besides(
  form: FormState,
  { row, batch }: { row: Row; batch: number },
  lists: Lists,
): Configuration[] {
  const hint = typeof row === "number" ? ("none" as const) : row;
  const found: Configuration[] = [];
  const precisions = form.precisions.length > 0 ? form.precisions : ([""] as const);
  for (const beside of some(lists.beside)) {
    for (const threads of some(lists.threads)) {
      for (const precision of precisions) {
        for (const rate of some(lists.rates)) {
          const counted = typeof row === "number" ? row : null;
          // A hint sets the streams itself, and one blocking request is all that there is.
          const streams = form.axis === "streams" ? counted : hint === "none" ? beside : null;
          const requests = form.api === "sync" ? null : form.axis === "streams" ? beside : counted;
          found.push({
            hint,
            streams,
            requests,
            batch: batch === 1 && lists.ownBatch === null ? null : batch,
            threads,
            precision: precision || null,
            api: form.api,
            arrivals_per_s: rate,
          });
        }
      }
    }
  }
  // Without requests, several numbers of them are the same run.
  return [...new Map(found.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** The form without one run of its list. */
export function withoutRun(form: FormState, run: Chosen): FormState {
  if (run.cell === null) {
    return { ...form, extra: form.extra.filter((entry) => entry !== run.configuration) };
  }
  const wanted = runsOf(form);
  const alone = wanted.ok && wanted.runs.filter(({ cell }) => cell === run.cell).length === 1;
  return alone
    ? { ...form, chosen: form.chosen.filter((cell) => cell !== run.cell) }
    : { ...form, removed: [...form.removed, `${run.cell}|${run.name}`] };
}

/** What people call a configuration; the server names runs alike. */
export function configurationName(wanted: Configuration): string {
  const hinted = wanted.hint !== undefined && wanted.hint !== "none";
  const parts = [
    hinted ? `${wanted.hint?.replaceAll("_", " ")} hint` : `${wanted.streams ?? 1} × ${wanted.batch ?? 1}`,
  ];
  if (hinted && wanted.batch !== null && wanted.batch !== undefined && wanted.batch !== 1)
    parts.push(`batch ${wanted.batch}`);
  if (wanted.requests) parts.push(`${wanted.requests} requests`);
  if (wanted.threads) parts.push(`${wanted.threads} threads`);
  if (wanted.precision) parts.push(wanted.precision);
  if (wanted.api === "sync") parts.push("sync");
  if (wanted.arrivals_per_s) parts.push(`${wanted.arrivals_per_s} arrivals/s`);
  return parts.join(", ");
}

// As the server reckons: starting, compiling and warming up; and the instrumented run.
const AROUND_RUN_S = 3;
const AROUND_LAYERS_S = 5;

export function estimateSeconds(runs: number, durationS: number | null, layers: boolean): number | null {
  return durationS === null ? null : runs * (durationS + AROUND_RUN_S + (layers ? AROUND_LAYERS_S : 0));
}

/** "1,3,224,224" as a shape, or the reason why it is none. */
export function parseShape(
  text: string,
  rank: number,
): { ok: true; shape: number[] } | { ok: false; problem: string } {
  const parts = text
    .split(/[\s,;x×]+/)
    .filter(Boolean)
    .map(Number);
  if (parts.length !== rank) return { ok: false, problem: `${rank} numbers are needed.` };
  if (parts.some((size) => !Number.isInteger(size) || size < 1 || size > 1_000_000)) {
    return { ok: false, problem: "Whole numbers from 1 to 1,000,000." };
  }
  return { ok: true, shape: parts };
}
