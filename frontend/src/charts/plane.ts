/** Zooming: which part of a plane a chart shows, and where its values lie in pixels. */

export interface Range {
  min: number;
  max: number;
}

export interface View {
  x: Range;
  y: Range;
}

export type Scale = "linear" | "log";

/** The plot within a chart, in pixels from the chart's left upper corner. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

const to = (value: number, scale: Scale) => (scale === "log" ? Math.log10(value) : value);
const from = (value: number, scale: Scale) => (scale === "log" ? 10 ** value : value);

/** How far along `range` a value lies: 0 at its start, 1 at its end, beyond that outside. */
export function shareOf(value: number, range: Range, scale: Scale = "linear"): number {
  const [low, high] = [to(range.min, scale), to(range.max, scale)];
  return high > low ? (to(value, scale) - low) / (high - low) : 0;
}

export function valueAt(share: number, range: Range, scale: Scale = "linear"): number {
  const [low, high] = [to(range.min, scale), to(range.max, scale)];
  return from(low + share * (high - low), scale);
}

/** `factor` below 1 zooms in. What lies at `at` (0 to 1 along the range) stays where it is; never beyond `full`. */
export function zoomedRange(range: Range, full: Range, at: number, factor: number, scale: Scale): Range {
  const [low, high] = [to(range.min, scale), to(range.max, scale)];
  const [first, last] = [to(full.min, scale), to(full.max, scale)];
  const width = Math.min((high - low) * factor, last - first);
  const start = low + at * (high - low) - at * width;
  const kept = Math.min(Math.max(start, first), last - width);
  return { min: from(kept, scale), max: from(kept + width, scale) };
}

// Closer than this, a chart shows nothing but the digits of one number.
const CLOSEST = 1 / 400;

/** Null when all of it is shown again. */
export function zoomed(view: View, full: View, at: { x: number; y: number }, factor: number, scale: Scale) {
  const x = zoomedRange(view.x, full.x, at.x, factor, scale);
  const y = zoomedRange(view.y, full.y, at.y, factor, scale);
  if (factor < 1 && widthOf(x, scale) < widthOf(full.x, scale) * CLOSEST) return view;
  return same(x, full.x, scale) && same(y, full.y, scale) ? null : { x, y };
}

function widthOf(range: Range, scale: Scale): number {
  return to(range.max, scale) - to(range.min, scale);
}

function same(a: Range, b: Range, scale: Scale): boolean {
  return widthOf(a, scale) >= widthOf(b, scale) * 0.999;
}

export interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

// A hand that only clicks moves a little.
const SMALLEST_PX = 8;

/** What a box drawn in the plot shows; null for one that is too small to have been meant. Pixels as in `Frame`. */
export function boxView(box: Box, frame: Frame, view: View, scale: Scale): View | null {
  const [left, right] = [Math.min(box.x1, box.x2), Math.max(box.x1, box.x2)];
  const [top, bottom] = [Math.min(box.y1, box.y2), Math.max(box.y1, box.y2)];
  if (right - left < SMALLEST_PX || bottom - top < SMALLEST_PX) return null;
  const across = (px: number) => Math.min(Math.max((px - frame.left) / frame.width, 0), 1);
  const up = (px: number) => Math.min(Math.max(1 - (px - frame.top) / frame.height, 0), 1);
  return {
    x: { min: valueAt(across(left), view.x, scale), max: valueAt(across(right), view.x, scale) },
    y: { min: valueAt(up(bottom), view.y, scale), max: valueAt(up(top), view.y, scale) },
  };
}

export function inside(x: number, y: number, frame: Frame): boolean {
  return x >= frame.left && x <= frame.left + frame.width && y >= frame.top && y <= frame.top + frame.height;
}
