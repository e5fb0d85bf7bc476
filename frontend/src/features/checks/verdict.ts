/** What a check decided, in words; its interval as a chart; the command that repeats it. */
import type { EChartsOption } from "echarts";
import type { CheckResult } from "../../api/types";
import { baseOption, rounded, tooltipLines, valueAxis } from "../../charts/axes";
import { type ChartColors, faded } from "../../charts/colors";
import { change, count, decimal, known, MISSING, NBSP, percent, type Quantity } from "../../format/number";
import { milliseconds } from "../../format/time";
import type { Tone } from "../../format/words";
import { scaleOf } from "../compare/metrics";

export type CheckVerdict = CheckResult["verdict"];

export const VERDICTS: Record<CheckVerdict, { title: string; tone: Tone; meaning: string; exit: number }> = {
  passed: {
    title: "Passed",
    tone: "good",
    meaning: "The project is not slower than the baseline by more than the limit.",
    exit: 0,
  },
  regression: {
    title: "Regression",
    tone: "bad",
    meaning: "The project is slower than the baseline by more than the limit allows.",
    exit: 1,
  },
  noisy: {
    title: "Too noisy to tell",
    tone: "warn",
    meaning:
      "The measurements differ too much among themselves: repeat it on a quieter machine, or for longer.",
    exit: 4,
  },
  contended: {
    title: "Contended",
    tone: "warn",
    meaning:
      "Other programs used the machine meanwhile, so that nothing can be said: repeat it without them.",
    exit: 4,
  },
};

/** "3.2 % slower", "1.0 % faster". */
export function slowdownText(slowdown: number | null | undefined): string {
  if (!known(slowdown)) return "not known";
  if (slowdown === 0) return "as fast";
  return `${percent(Math.abs(slowdown))} ${slowdown > 0 ? "slower" : "faster"}`;
}

export function slowdownInterval(result: Pick<CheckResult, "slowdown_ci95">): string {
  const [low, high] = result.slowdown_ci95 ?? [];
  return known(low) && known(high) ? `${change(low)} to ${change(high)}` : "";
}

type Shown = Pick<CheckResult, "slowdown" | "slowdown_ci95" | "max_slowdown">;

/** Both ends of the axis, in percent: no change and the limit are always in sight, with room around. */
export function axisRange({ slowdown, slowdown_ci95: ci, max_slowdown: limit }: Shown): [number, number] {
  const all = [0, limit, slowdown, ...(ci ?? [])].filter(known).map((value) => value * 100);
  const most = Math.max(...all.map(Math.abs)) * 1.15;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return [low < 0 ? -rounded(Math.max(-low * 1.2, most / 4)) : -rounded(most / 4), rounded(high * 1.2)];
}

/** The interval of the slowdown as a line, its middle as a dot, against no change and against the limit. */
export function intervalOption(
  result: Shown & { verdict: CheckVerdict },
  colors: ChartColors,
): EChartsOption {
  const { slowdown, slowdown_ci95: ci, max_slowdown: limit, verdict } = result;
  const [min, max] = axisRange(result);
  const base = baseOption(colors);
  const tone = VERDICTS[verdict].tone;
  const color = tone === "good" ? colors.good : tone === "bad" ? colors.bad : colors.warn;
  const middle = known(slowdown) ? slowdown * 100 : null;
  const [low, high] = ci ?? [];
  const line = (xAxis: number, name: string, stroke: string, type: "solid" | "dashed") => ({
    xAxis,
    lineStyle: { color: stroke, type, width: 1.4 },
    label: { show: true, formatter: name, color: colors.dim, fontSize: 11, position: "end" as const },
  });
  return {
    ...base,
    grid: { left: 24, right: 24, top: 26, bottom: 42 },
    xAxis: {
      ...valueAxis(colors, "x", { name: "slowdown against the baseline, %", min, max, odd: true }),
      axisLine: { show: true, lineStyle: { color: colors.line } },
    },
    yAxis: { type: "value", min: -1, max: 1, show: false },
    tooltip: {
      ...base.tooltip,
      trigger: "item",
      formatter: () =>
        tooltipLines(slowdownText(slowdown), [
          `95${NBSP}%: ${slowdownInterval(result) || MISSING}`,
          `limit: ${change(limit)}`,
        ]),
    },
    series: [
      {
        type: "line",
        data:
          known(low) && known(high)
            ? [
                [low * 100, 0],
                [high * 100, 0],
              ]
            : [],
        symbol: "rect",
        symbolSize: [2, 18],
        lineStyle: { color, width: 5 },
        itemStyle: { color },
        markLine: {
          silent: true,
          symbol: "none",
          data: [
            line(0, "no change", colors.dim, "solid"),
            line(limit * 100, `limit ${change(limit)}`, colors.bad, "dashed"),
          ],
        },
        markArea: {
          silent: true,
          itemStyle: { color: faded(colors.bad, 0.07) },
          data: [[{ xAxis: limit * 100 }, { xAxis: max }]],
        },
      },
      {
        type: "scatter",
        z: 4,
        data: middle === null ? [] : [[middle, 0]],
        symbolSize: 14,
        itemStyle: { color, borderColor: colors.panel, borderWidth: 2 },
      },
    ],
  };
}

/** A word that the shell takes as it stands, or in quotes. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A share as the command line takes it: 5%, 2.5%. */
function share(value: number): string {
  return `${Number((value * 100).toFixed(4))}%`;
}

export function baselineRun(result: Pick<CheckResult, "baseline">): string | null {
  const { run_id: run, id } = result.baseline;
  const found = run ?? id;
  return typeof found === "string" && found ? found : null;
}

/** What the check measured with, as flags; where they are those of the baseline, they say so again. */
function flags(configuration: CheckResult["configuration"]): string[] {
  const { hint, streams, batch, requests, threads, precision } = configuration;
  const wanted = { hint: hint === "none" ? null : hint, streams, batch, requests, threads, precision };
  return Object.entries(wanted).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`--${name} ${value}`],
  );
}

type Repeated = Pick<CheckResult, "baseline" | "max_slowdown" | "max_p99_ms" | "configuration">;

/** The command that does the same again; a recorded baseline has to be named by its file. */
export function command(project: string, result: Repeated): string {
  const parts = [
    "workbench check",
    quoted(project),
    `--baseline ${quoted(baselineRun(result) ?? "BASELINE.json")}`,
    `--max-slowdown ${share(result.max_slowdown)}`,
  ];
  if (known(result.max_p99_ms)) parts.push(`--max-p99-ms ${result.max_p99_ms}`);
  return [...parts, ...flags(result.configuration)].join(" ");
}

// Figures of the two measurements that are shown, in this order, where they are told.
const FIGURES: [string, string, string][] = [
  ["throughput_fps", "Throughput", "FPS"],
  ["median_ms", "Latency, median", "ms"],
  ["p90_ms", "p90", "ms"],
  ["p95_ms", "p95", "ms"],
  ["p99_ms", "p99", "ms"],
  ["p999_ms", "p99.9", "ms"],
  ["compile_ms", "Compile", "ms"],
  ["first_inference_ms", "First inference", "ms"],
  ["peak_memory_bytes", "Peak memory", "bytes"],
  ["samples", "Requests measured", ""],
];

export interface FigureRow {
  name: string;
  unit: string;
  baseline: string;
  current: string;
}

/** A recorded measurement with its latencies beside the other figures. */
function flattened(record: Record<string, unknown>): Record<string, unknown> {
  const latency = record.latency_ms;
  if (typeof latency !== "object" || latency === null) return record;
  const own = Object.entries(latency).map(([name, value]) => [`${name}_ms`, value] as const);
  return { ...record, ...Object.fromEntries(own) };
}

/** Figures that both, or one, of the measurements told, on one scale each. */
export function figureRows(result: Pick<CheckResult, "baseline" | "current">): FigureRow[] {
  const [baseline, current] = [flattened(result.baseline), flattened(result.current)];
  return FIGURES.flatMap(([key, name, unit]) => {
    const values = [baseline[key], current[key]].map((value) => (typeof value === "number" ? value : null));
    if (values.every((value) => value === null)) return [];
    const scale = scaleOf(unit, values);
    const [first, second] = values.map((value) =>
      value === null ? MISSING : decimal(value / scale.factor, 4),
    );
    return [{ name, unit: scale.unit, baseline: first ?? MISSING, current: second ?? MISSING }];
  });
}

/** What a measurement says of itself beside its numbers: words that the reader may want to compare. */
export function wordRows(result: Pick<CheckResult, "baseline" | "current">): FigureRow[] {
  const names: [string, string][] = [
    ["verdict", "Verdict"],
    ["effective_precision", "Runs in"],
    ["model", "Model"],
    ["model_name", "Model"],
    ["label", "Configuration"],
    ["machine", "Machine"],
  ];
  const { baseline, current } = result;
  return names.flatMap(([key, name]) => {
    const [first, second] = [baseline[key], current[key]].map((value) =>
      typeof value === "string" && value ? value : MISSING,
    );
    return first === MISSING && second === MISSING
      ? []
      : [{ name, unit: "", baseline: first ?? MISSING, current: second ?? MISSING }];
  });
}

export interface ConditionRow {
  name: string;
  explain: string;
  text: string;
}

const CONDITIONS: Record<string, { name: string; explain: string; text: (value: number) => string }> = {
  cpu_others: {
    name: "CPU used by others",
    explain: "By programs that are not the measurement, of all cores, over all rounds.",
    text: percent,
  },
  spread: {
    name: "Spread",
    explain: "How much the rounds differ among themselves.",
    text: percent,
  },
  stolen: {
    name: "CPU taken away",
    explain: "By other virtual machines on the same hardware, of all cores.",
    text: percent,
  },
  disturbed_rounds: {
    name: "Rounds left out",
    explain: "Others used the machine meanwhile: they were measured, but do not count.",
    text: count,
  },
  drift: { name: "Drift", explain: "The last third against the first.", text: change },
  throttled: { name: "Throttled", explain: "The share of the time with a lowered clock.", text: percent },
  frequency: {
    name: "Clock",
    explain: "The clock of the cores at the end, of that at the start.",
    text: (value) => (value > 20 ? `${decimal(value, 4)}${NBSP}MHz` : percent(value)),
  },
};

function plain(value: unknown): string {
  if (typeof value === "number") return decimal(value, 4);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function conditionRows(conditions: Record<string, unknown>): ConditionRow[] {
  const told = Object.entries(conditions).filter(([, value]) => value !== null && value !== undefined);
  return told.map(([key, value]) => {
    const known_ = CONDITIONS[key];
    return {
      name: known_?.name ?? key.replaceAll("_", " "),
      explain: known_?.explain ?? "As the check recorded it.",
      text: known_ && typeof value === "number" ? known_.text(value) : plain(value),
    };
  });
}

export function p99Quantity(result: Pick<CheckResult, "p99_ms">): Quantity {
  return milliseconds(result.p99_ms);
}
