/** The figures that versions are held against each other by: their units, and which way is better. */
import type { Version, VersionAxis } from "../../api/types";
import type { Range } from "../../charts/plane";
import { decimal, known, NBSP } from "../../format/number";
import { isShare } from "../reports/metricText";

export interface AxisKind {
  axis: VersionAxis;
  /** With its unit, as it stands at the chart. */
  title: string;
  name: string;
  unit: string;
  /** What a limit of it means: at most, or at least. */
  keep: "most" | "least";
  /** A figure as the API has it, times this, is what is shown. */
  factor: number;
}

export const AXIS_NAMES: Record<VersionAxis, string> = {
  latency_ms: "median latency",
  throughput_fps: "throughput",
  size_bytes: "size of the model",
  memory_bytes: "peak memory",
  accuracy: "accuracy",
  distance: "distance to the parent",
};

const OF_RUNS: Partial<Record<VersionAxis, { unit: string; keep: AxisKind["keep"]; factor: number }>> = {
  latency_ms: { unit: "ms", keep: "most", factor: 1 },
  throughput_fps: { unit: "FPS", keep: "least", factor: 1 },
  size_bytes: { unit: "MB", keep: "most", factor: 1e-6 },
  memory_bytes: { unit: "MB", keep: "most", factor: 1e-6 },
};

/** Reports name their own metric and unit: those of the first version that has one stand at the axis. */
export function axisKind(axis: VersionAxis, items: readonly Version[]): AxisKind {
  const name = AXIS_NAMES[axis];
  const plain = OF_RUNS[axis];
  if (plain) return { axis, name, title: `${name}, ${plain.unit}`, ...plain };
  const told = items.map((item) => reportOf(item, axis)).find((entry) => entry !== null);
  const share = told ? isShare(told.metric, told) : axis === "accuracy";
  const unit = share ? "%" : (told?.unit ?? "");
  const title = [told?.label ?? name, unit].filter(Boolean).join(", ");
  const better = told?.better ?? (axis === "accuracy" ? "higher" : "lower");
  return { axis, name, title, unit, keep: better === "lower" ? "most" : "least", factor: share ? 100 : 1 };
}

function reportOf(item: Version, axis: VersionAxis) {
  if (axis === "accuracy") return item.accuracy;
  return axis === "distance" ? item.distance : null;
}

/** The figure of a version, as the API has it. */
export function figureOf(item: Version, axis: VersionAxis): number | null {
  switch (axis) {
    case "latency_ms":
      return item.run?.latency_median_ms ?? null;
    case "throughput_fps":
      return item.run?.throughput_fps ?? null;
    case "memory_bytes":
      return item.run?.peak_memory_bytes ?? null;
    case "size_bytes":
      return item.size_bytes;
    default:
      return reportOf(item, axis)?.value ?? null;
  }
}

export function intervalOf(item: Version, axis: VersionAxis): number[] | null {
  switch (axis) {
    case "latency_ms":
      return item.run?.latency_median_ci95 ?? null;
    case "throughput_fps":
      return item.run?.throughput_ci95 ?? null;
    case "accuracy":
    case "distance":
      return reportOf(item, axis)?.ci95 ?? null;
    default:
      return null;
  }
}

export interface Point {
  version: Version;
  /** In the units that are shown. */
  x: number;
  y: number;
  xInterval: [number, number] | null;
  yInterval: [number, number] | null;
}

/** Versions that have both figures; what the server says cannot be compared has no place on the plane. */
export function pointsOf(items: readonly Version[], x: AxisKind, y: AxisKind): Point[] {
  return items
    .flatMap((version) => {
      const [across, up] = [figureOf(version, x.axis), figureOf(version, y.axis)];
      if (!known(across) || !known(up) || version.lacks.length > 0) return [];
      return [
        {
          version,
          x: across * x.factor,
          y: up * y.factor,
          xInterval: shown(intervalOf(version, x.axis), x.factor),
          yInterval: shown(intervalOf(version, y.axis), y.factor),
        },
      ];
    })
    .sort((a, b) => a.x - b.x || a.y - b.y);
}

function shown(interval: readonly number[] | null, factor: number): [number, number] | null {
  const [low, high] = interval ?? [];
  return known(low) && known(high) ? [low * factor, high * factor] : null;
}

/** Room around the points, from 0 where they are not all far from it, in round numbers. */
export function rangeOf(values: readonly number[], limit: number | undefined): Range {
  const all = limit === undefined ? [...values] : [...values, limit];
  if (all.length === 0) return { min: 0, max: 1 };
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const spread = high - low || Math.abs(high) * 0.1 || 1;
  const fromZero = low >= 0 && low < high / 2;
  const step = roundStep((fromZero ? high : spread) / 5);
  const min = fromZero ? 0 : Math.floor((low - spread * 0.12) / step) * step;
  const max = Math.ceil((high + (fromZero ? high : spread) * 0.08) / step) * step;
  return { min: clean(low >= 0 ? Math.max(0, min) : min), max: clean(max) };
}

const clean = (value: number) => Number(value.toPrecision(10));

function roundStep(wish: number): number {
  const power = 10 ** Math.floor(Math.log10(wish));
  return ([1, 2, 5, 10].find((entry) => entry * power >= wish * (1 - 1e-9)) ?? 10) * power;
}

export function within(value: number, limit: number | undefined, kind: AxisKind): boolean {
  if (limit === undefined) return true;
  return kind.keep === "most" ? value <= limit : value >= limit;
}

/** "24 ms", "76.3 %". */
export function figureText(value: number | null | undefined, kind: AxisKind, figures = 4): string {
  const text = decimal(value, figures);
  return known(value) && kind.unit ? `${text}${NBSP}${kind.unit}` : text;
}

export function limitText(limit: number, kind: AxisKind): string {
  return `${kind.keep === "most" ? "≤" : "≥"}${NBSP}${Number(limit.toPrecision(5))}${kind.unit && NBSP}${kind.unit}`;
}

/** What a version is called on the plane: names of models repeat where one runs in several precisions. */
export function versionName(version: Version, items: readonly Version[]): string {
  const several = items.filter((other) => other.model_id === version.model_id).length > 1;
  return several && version.effective_precision
    ? `${version.name} in ${version.effective_precision}`
    : version.name;
}

/** What it computes in beside integers: "int8/bf16" is bf16, as it is asked for. */
export const floatingOf = (precision: string | null) => precision?.split("/").at(-1) ?? null;

/** The version of the model that this one was made from: in the same precision, else its fastest. */
export function parentOf(version: Version, items: readonly Version[]): Version | null {
  const all = items.filter((other) => other.model_id === version.parent_id);
  const wanted = floatingOf(version.effective_precision);
  const same = all.find((other) => floatingOf(other.effective_precision) === wanted && other.run);
  const speed = (other: Version) => other.run?.throughput_fps ?? 0;
  return same ?? [...all].sort((a, b) => speed(b) - speed(a))[0] ?? null;
}

/** The front in the order of the horizontal axis, among what the server found not to be beaten. */
export function frontOf(points: readonly Point[]): Point[] {
  return points.filter(({ version }) => version.on_front);
}

export function sentenceOf(point: Point, x: AxisKind, y: AxisKind, items: readonly Version[]): string {
  const place = point.version.on_front ? "on the front" : "beaten by another version in both";
  const run = point.version.run;
  const trusted = run && run.verdict !== "stable" ? `, ${run.verdict}` : "";
  return `${versionName(point.version, items)}: ${x.name} ${figureText(point.x, x)}, ${y.name} ${figureText(point.y, y)}, ${place}${trusted}`;
}
