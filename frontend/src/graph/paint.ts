/** The colour of each box, and the legend that explains it. */
import { type ChartColors, readColors } from "../charts/colors";
import { microseconds } from "../format/time";
import type { Facts } from "./facts";
import { FAMILIES, family } from "./families";
import type { ColorMode, GraphDocument } from "./types";
import { NODE, OPEN, type View } from "./view";

export type GraphColors = ChartColors & { bg: string };

export function readGraphColors(element: Element = document.documentElement): GraphColors {
  const read = { ...readColors(element), bg: getComputedStyle(element).getPropertyValue("--bg").trim() };
  return Object.fromEntries(
    Object.entries(read).map(([name, color]) => [name, sixDigits(color)]),
  ) as GraphColors;
}

/** Style sheets are made smaller by writing `#fff`. */
export function sixDigits(color: string): string {
  return /^#[0-9a-f]{3}$/i.test(color) ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
}

/** How a box of one class looks: near by with its text on it, and from afar. */
export interface Shade {
  label: string;
  fill: string;
  /** The stripe at its left, and the whole box from afar. */
  solid: string;
  ink: string;
  dim: string;
  /** Its frame. */
  edge: string;
  /** Drawn with a stripe. */
  striped: boolean;
}

export interface Paint {
  shades: readonly Shade[];
  /** For each box the place in `shades`; -1 for a plain one. */
  of: Int16Array;
}

export const INTERVALS = 6;
const FILLS = [0.08, 0.22, 0.38, 0.56, 0.77, 1];
/** From afar a few pixels have to stand out from the ground. */
const SOLIDS = [0.24, 0.38, 0.52, 0.67, 0.84, 1];
const FAMILY_COLORS = ["c1", "c4", "c3", "c2", "c6", "c5", "faint"] as const;
const PRECISIONS: readonly (readonly [RegExp, keyof ChartColors])[] = [
  [/^(i|u)8$|^int8|^uint8/i, "c2"],
  [/^bf16/i, "c6"],
  [/^f?p?16$|^f16/i, "c4"],
  [/^f?p?32$|^f32/i, "c1"],
  [/^(i|u)4|^nf4|^(i|u)2|^f4|^f8/i, "c3"],
];

/** `#rrggbb` between two of them; 0 is the first. */
export function mixed(from: string, to: string, part: number): string {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16) || 0;
  return `#${[1, 3, 5]
    .map((at) => Math.round(channel(from, at) * (1 - part) + channel(to, at) * part))
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}

/** WCAG's relative luminance of `#rrggbb`, 0 to 1 (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance). */
export function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = (Number.parseInt(color.slice(at, at + 2), 16) || 0) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function tinted(label: string, color: string, colors: ChartColors): Shade {
  const fill = mixed(colors.panel, color, 0.13);
  return {
    label,
    fill,
    solid: color,
    ink: colors.ink,
    dim: colors.dim,
    edge: mixed(colors.line, color, 0.45),
    striped: true,
  };
}

/** A box without a class. */
export function plain(colors: ChartColors): Shade {
  return {
    label: "",
    fill: colors.panel,
    solid: mixed(colors.panel, colors.faint, 0.36),
    ink: colors.ink,
    dim: colors.dim,
    edge: mixed(colors.line, colors.faint, 0.45),
    striped: false,
  };
}

/** The shades of the six intervals from 0 to `longest`, pale to strong. */
export function timeShades(longest: number, colors: ChartColors): Shade[] {
  return Array.from({ length: INTERVALS }, (_, i) => {
    const fill = mixed(colors.panel, colors.c3, FILLS[i] as number);
    const solid = mixed(colors.panel, colors.c3, SOLIDS[i] as number);
    const ink = contrast(fill, colors.ink) > contrast(fill, colors.panel) ? colors.ink : colors.panel;
    const low = (longest * i) / INTERVALS;
    const high = (longest * (i + 1)) / INTERVALS;
    const label = i === 0 ? `up to ${microseconds(high)}` : `${microseconds(low)} to ${microseconds(high)}`;
    return {
      label,
      fill,
      solid,
      ink,
      dim: i < 2 ? colors.dim : ink,
      edge: mixed(colors.line, colors.c3, 0.3),
      striped: false,
    };
  });
}

/** The interval of a time in 0 to `longest`, upper ends included. */
export function interval(time: number, longest: number): number {
  if (!(longest > 0)) return 0;
  return Math.min(INTERVALS - 1, Math.max(0, Math.ceil((time / longest) * INTERVALS) - 1));
}

interface Shown {
  document: GraphDocument;
  view: View;
  facts: Facts;
  /** Times of the boxes: of closed groups, the sum. */
  times: Float64Array;
}

/** `longest` is the time of the slowest box of all graphs shown, so that they have one scale. */
export function paint(mode: ColorMode, shown: Shown, longest: number, colors: ChartColors): Paint {
  const { view, facts, times } = shown;
  if (mode === "none") return { shades: [], of: new Int16Array(view.count).fill(-1) };
  if (mode === "time") {
    const of = Int16Array.from(view.ref, (ref, box) => {
      const time = view.kind[box] === NODE ? (facts.time[ref] as number) : (times[box] as number);
      return view.kind[box] === OPEN || !(time > 0) ? -1 : interval(time, longest);
    });
    return { shades: timeShades(longest, colors), of };
  }
  if (mode === "type") {
    const classes = Int16Array.from(shown.document.nodes, (node) => family(node.type));
    const shades = FAMILIES.map((label, i) =>
      tinted(label, colors[FAMILY_COLORS[i] as keyof ChartColors], colors),
    );
    return { shades, of: dominant(shown, classes) };
  }
  const names = mode === "runtime_precision" ? facts.runtimePrecision : facts.outputPrecision;
  const places = new Map<string, number>();
  for (const name of [...new Set(names)].sort()) if (name) places.set(name, places.size);
  const shades = [...places.keys()].map((name) =>
    tinted(name, colors[PRECISIONS.find(([rule]) => rule.test(name))?.[1] ?? "c5"], colors),
  );
  return {
    shades,
    of: dominant(
      shown,
      Int16Array.from(names, (name) => places.get(name ?? "") ?? -1),
    ),
  };
}

/** A closed group has the class that takes most of its time; without times, the most frequent one. */
function dominant({ view, facts }: Shown, classes: Int16Array): Int16Array {
  const of = new Int16Array(view.count).fill(-1);
  const weights = new Map<number, Map<number, number>>();
  view.boxOf.forEach((box, node) => {
    const kind = classes[node] as number;
    if (view.kind[box] === NODE) {
      of[box] = kind;
      return;
    }
    let sums = weights.get(box);
    if (!sums) {
      sums = new Map();
      weights.set(box, sums);
    }
    // A count decides only between groups without any time.
    sums.set(kind, (sums.get(kind) ?? 0) + (facts.part[node] as number) + 1e-9);
  });
  for (const [box, sums] of weights) {
    let most = -1;
    for (const [kind, weight] of sums) if (most === -1 || weight > (sums.get(most) ?? 0)) most = kind;
    of[box] = most;
  }
  return of;
}

/** The shades that occur, with how many nodes of how much time they stand for. */
export function legend({ shades, of }: Paint, sums: { time: Float64Array; nodes: Int32Array }) {
  const entries = shades.map((shade) => ({ ...shade, nodes: 0, time: 0 }));
  of.forEach((kind, box) => {
    const entry = entries[kind];
    if (!entry) return;
    entry.nodes += sums.nodes[box] as number;
    entry.time += sums.time[box] as number;
  });
  return entries;
}
