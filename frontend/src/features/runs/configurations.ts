/** The form of a new benchmark: which runs it means, and how long they take. */
import type { Configuration, Precision } from "../../api/types";

export type Hint = "latency" | "throughput" | "cumulative_throughput";

export interface FormState {
  hints: Hint[];
  streams: string;
  batches: string;
  requests: string;
  threads: string;
  precision: Precision | "";
}

export const EMPTY_FORM: FormState = {
  hints: ["latency", "throughput"],
  streams: "",
  batches: "",
  requests: "",
  threads: "",
  precision: "",
};

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

export type Wanted = { ok: true; configurations: Configuration[] } | { ok: false; problem: string };

export const MOST_CONFIGURATIONS = 400;

/** The runs that the form means: every hint, and every pair of streams and batch. */
export function configurationsOf(form: FormState): Wanted {
  const lists = {
    streams: numberList(form.streams, 1024),
    batches: numberList(form.batches, 65_536),
    requests: numberList(form.requests, 4096),
    threads: numberList(form.threads, 4096),
  };
  for (const list of Object.values(lists)) if (!list.ok) return { ok: false, problem: list.problem };
  const values = (list: NumberList) => (list.ok ? list.values : []);
  const orNull = (list: NumberList): (number | null)[] => (values(list).length > 0 ? values(list) : [null]);

  const precision = form.precision || null;
  const configurations: Configuration[] = [];
  const add = (hint: Configuration["hint"], streams: number | null) => {
    for (const threads of orNull(lists.threads)) {
      for (const requests of orNull(lists.requests)) {
        for (const batch of orNull(lists.batches)) {
          configurations.push({ hint, streams, requests, batch, threads, precision });
        }
      }
    }
  };
  // A hint chooses its own streams.
  for (const hint of form.hints) add(hint, null);
  if (values(lists.streams).length > 0 || (form.hints.length === 0 && values(lists.batches).length > 0)) {
    for (const streams of orNull(lists.streams)) add("none", streams ?? 1);
  }
  if (configurations.length === 0)
    return { ok: false, problem: "Choose a hint, or name numbers of streams." };
  if (configurations.length > MOST_CONFIGURATIONS) {
    return {
      ok: false,
      problem: `These are ${configurations.length} runs; up to ${MOST_CONFIGURATIONS} are possible.`,
    };
  }
  return { ok: true, configurations };
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
