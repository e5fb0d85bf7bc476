/** The colours of charts, read from the style sheet: a canvas knows no custom properties. */

const NAMES = [
  "panel",
  "ink",
  "dim",
  "faint",
  "line",
  "grid",
  "accent",
  "accent-soft",
  "good",
  "warn",
  "bad",
] as const;
const SERIES = ["c1", "c2", "c3", "c4", "c5", "c6"] as const;

export type ChartColors = Record<(typeof NAMES)[number] | (typeof SERIES)[number], string>;

export function readColors(element: Element = document.documentElement): ChartColors {
  const style = getComputedStyle(element);
  const entries = [...NAMES, ...SERIES].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as ChartColors;
}

/** `#rrggbb` with an opacity of 0 to 1. */
export function faded(color: string, opacity: number): string {
  const part = Math.round(Math.min(Math.max(opacity, 0), 1) * 255);
  return `${color}${part.toString(16).padStart(2, "0")}`;
}
