/** Conditions on the numbers of layers, as the address holds them: "time>20", "gflops<5", "share:1..10". */
import type { Layer } from "../../api/types";

export interface Measure {
  id: string;
  label: string;
  unit: string;
  /** In the unit above; undefined where it is not known, which no condition fits. */
  value: (layer: Layer) => number | undefined;
}

const scaled = (value: number | null | undefined, by: number) =>
  value === null || value === undefined ? undefined : value / by;

export const MEASURES: Measure[] = [
  { id: "time", label: "Time", unit: "µs", value: (layer) => layer.time_us ?? undefined },
  { id: "share", label: "Share", unit: "%", value: (layer) => layer.share * 100 },
  { id: "flop", label: "FLOP", unit: "MFLOP", value: (layer) => scaled(layer.flop, 1e6) },
  { id: "bytes", label: "Bytes", unit: "kB", value: (layer) => scaled(layer.bytes, 1e3) },
  { id: "weights", label: "Weights", unit: "kB", value: (layer) => scaled(layer.weight_bytes, 1e3) },
  { id: "gflops", label: "GFLOP/s", unit: "GFLOP/s", value: (layer) => layer.gflops ?? undefined },
  { id: "gbps", label: "GB/s", unit: "GB/s", value: (layer) => layer.gbps ?? undefined },
  { id: "intensity", label: "FLOP/byte", unit: "FLOP/B", value: (layer) => layer.intensity ?? undefined },
  { id: "roof", label: "Of the roof", unit: "%", value: (layer) => scaled(layer.roof_share, 0.01) },
  { id: "originals", label: "Originals", unit: "", value: (layer) => layer.originals.length },
  { id: "order", label: "Order", unit: "", value: (layer) => layer.order },
];

export type Condition =
  | { measure: Measure; kind: "above" | "below"; value: number }
  | { measure: Measure; kind: "between"; low: number; high: number };

const NUMBER = String.raw`(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)`;
const ONE = new RegExp(`^([a-z]+)([<>])${NUMBER}$`, "i");
const TWO = new RegExp(String.raw`^([a-z]+):${NUMBER}\.\.${NUMBER}$`, "i");

/** Null for what is not understood, which is then no condition. */
export function parseCondition(text: string): Condition | null {
  const measureOf = (id: string | undefined) => MEASURES.find((entry) => entry.id === id);
  const one = ONE.exec(text);
  const first = measureOf(one?.[1]);
  if (one && first)
    return { measure: first, kind: one[2] === ">" ? "above" : "below", value: Number(one[3]) };
  const two = TWO.exec(text);
  const measure = measureOf(two?.[1]);
  if (!two || !measure) return null;
  const [a, b] = [Number(two[2]), Number(two[3])];
  return { measure, kind: "between", low: Math.min(a, b), high: Math.max(a, b) };
}

export function written(condition: Condition): string {
  const { measure } = condition;
  if (condition.kind === "between") return `${measure.id}:${condition.low}..${condition.high}`;
  return `${measure.id}${condition.kind === "above" ? ">" : "<"}${condition.value}`;
}

/** "share 1 to 10 %": for the chip. */
export function conditionText(condition: Condition): string {
  const { label, unit } = condition.measure;
  const name = label === unit ? "" : `${label.toLowerCase()} `;
  const said =
    condition.kind === "between"
      ? `${condition.low} to ${condition.high}`
      : `${condition.kind === "above" ? ">" : "<"} ${condition.value}`;
  return `${name}${said}${unit ? ` ${unit}` : ""}`;
}

/** `<` and `>` without the number itself, between with both ends. */
export function fits(layer: Layer, condition: Condition): boolean {
  const value = condition.measure.value(layer);
  if (value === undefined) return false;
  if (condition.kind === "between") return value >= condition.low && value <= condition.high;
  return condition.kind === "above" ? value > condition.value : value < condition.value;
}
