/** The figures of a comparison in words: values on one scale, differences with their intervals. */
import type { Comparison } from "../../api/types";
import { change, decimal, known, MISSING, NBSP } from "../../format/number";

export type Metric = Comparison["metrics"][number];
export type Value = NonNullable<Metric["values"][number]>;
export type Difference = NonNullable<Metric["differences"][number]>;

export interface Scale {
  unit: string;
  /** What is shown is the value divided by this. */
  factor: number;
}

const BYTES = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
] as const;

/** One unit for a whole row, so that its numbers can be compared by looking at them. */
export function scaleOf(unit: string, values: readonly (number | null | undefined)[]): Scale {
  const largest = Math.max(0, ...values.filter(known).map(Math.abs));
  if (unit === "bytes" || unit === "B") {
    const [factor, name] = BYTES.find(([size]) => largest >= size) ?? [1, "B"];
    return { unit: name, factor };
  }
  if (unit === "ms" && largest >= 10_000) return { unit: "s", factor: 1000 };
  if (unit === "us" || unit === "µs") {
    return largest >= 10_000 ? { unit: "ms", factor: 1000 } : { unit: "µs", factor: 1 };
  }
  return { unit, factor: 1 };
}

export function metricScale(metric: Metric): Scale {
  return scaleOf(
    metric.unit,
    metric.values.map((entry) => entry?.value),
  );
}

/** Far from the same, a multiple says more than a percentage. */
function asMultiple(ratio: number): boolean {
  return ratio >= 2 || ratio < 0.5;
}

/** "+12.3 %" for 1.123; "2.4 ×" from the double on, and below the half. */
export function ratioText(ratio: number, multiple = asMultiple(ratio)): string {
  return multiple ? `${decimal(ratio, 3)}${NBSP}×` : change(ratio - 1);
}

export type Tone = "good" | "bad" | "plain" | "dim";

export interface Judgement {
  text: string;
  /** The 95 % interval of the ratio; empty when there is none. */
  interval: string;
  /** What it means, in words: colour alone tells nobody. */
  word: string;
  /** Precedes the word. */
  sign: string;
  tone: Tone;
}

/** Whether a certain difference is for the better: null where neither direction is. */
export function improves(
  { absolute }: Pick<Difference, "absolute">,
  better: Metric["better"],
): boolean | null {
  if (better === null || absolute === 0) return null;
  return absolute > 0 === (better === "higher");
}

export function judge(difference: Difference, metric: Pick<Metric, "better" | "unit">): Judgement {
  const { absolute, absolute_ci95: apart, ratio, ratio_ci95: ci, certain } = difference;
  const size = (value: number) => (value > 0 ? `+${decimal(value, 3)}` : decimal(value, 3));
  // Of accuracy the difference counts, not the ratio.
  const text =
    known(ratio) && !apart ? ratioText(ratio) : `${size(absolute)}${metric.unit ? NBSP + metric.unit : ""}`;
  const [low, high] = apart ?? ci ?? [];
  const multiple = known(ratio) && asMultiple(ratio);
  const end = (value: number) => (apart ? size(value) : ratioText(value, multiple));
  const interval = known(low) && known(high) ? `${end(low)} to ${end(high)}` : "";
  const plain = { text, interval };
  if (certain === false) return { ...plain, word: "no certain difference", sign: "≈", tone: "dim" };
  if (absolute === 0) return { ...plain, text: "the same", word: "", sign: "=", tone: "dim" };
  if (certain === null) return { ...plain, word: "no interval", sign: "", tone: "plain" };
  const up = absolute > 0 ? "▲" : "▼";
  const better = improves(difference, metric.better);
  if (better === null) return { ...plain, word: "differs", sign: up, tone: "plain" };
  return { ...plain, word: better ? "better" : "worse", sign: up, tone: better ? "good" : "bad" };
}

/** One sentence on a side against the first, from the metric that is looked at first: the throughput. */
export function headline(metric: Metric | undefined, index: number): string | null {
  const difference = metric?.differences[index];
  if (!metric || !difference) return null;
  const { text, word } = judge(difference, metric);
  if (word === "no certain difference") return `${metric.label}: no certain difference`;
  return `${metric.label} ${text}${word ? `, ${word}` : ""}`;
}

const EXPLAINED: Record<string, string> = {
  throughput_fps: "Inferences in a second; a batch counts as as many as it has samples.",
  latency_median_ms: "Half of all requests took less.",
  latency_mean_ms: "The average of all requests.",
  latency_min_ms: "The fastest request.",
  latency_max_ms: "The slowest request.",
  latency_p90_ms: "90 of 100 requests took less.",
  latency_p95_ms: "95 of 100 requests took less.",
  latency_p99_ms: "99 of 100 requests took less. Needs samples enough.",
  latency_p999_ms: "999 of 1,000 requests took less. Needs samples enough.",
  compile_ms: "Compiling the model for the device, without a cache.",
  compile_cached_ms: "Compiling again, with the first result in the cache.",
  read_ms: "Reading the model from disk.",
  first_inference_ms: "The first result after compiling; it also allocates what the device needs.",
  peak_memory_bytes: "The largest resident size of the measuring process, start-up included.",
  layers_us: "All layers together, in the instrumented run.",
  weight_bytes: "Size of the model's weights.",
  model_size_bytes: "Size of the model's files.",
  gflop: "Arithmetic of one inference by the model's shapes; a multiply-add counts as 2.",
};

export function explained(metric: Pick<Metric, "name" | "better">): string {
  const what = EXPLAINED[metric.name] ?? "As the run measured it.";
  if (metric.better === null) return what;
  return `${what} ${metric.better === "higher" ? "Higher" : "Lower"} is better.`;
}

export function valueText(value: Value | null | undefined, scale: Scale): string {
  return value ? decimal(value.value / scale.factor, 4) : MISSING;
}

export function intervalText(value: Value | null | undefined, scale: Scale): string {
  const [low, high] = value?.ci95 ?? [];
  return known(low) && known(high) ? `±${NBSP}${decimal((high - low) / 2 / scale.factor, 2)}` : "";
}
