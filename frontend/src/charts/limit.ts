/** A limit on an axis, moved by pointer or keyboard. */
import { type Range, shareOf, valueAt } from "./plane";

/** The step of an arrow key: a round number near a hundredth of the range. */
export function stepOf(range: Range): number {
  const wish = (range.max - range.min) / 100;
  if (!(wish > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(wish));
  const step = [1, 2, 5, 10].find((entry) => entry * power >= wish * (1 - 1e-9)) ?? 10;
  return step * power;
}

function clean(value: number, step: number): number {
  const places = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return Number((Math.round(value / step) * step).toFixed(Math.min(places, 12)));
}

/** The limit for a pointer at `share` of the axis. Beyond its end there is none, and it is never 0. */
export function draggedLimit(share: number, range: Range): number | undefined {
  if (share >= 1) return undefined;
  const step = stepOf(range);
  return Math.max(clean(valueAt(Math.max(share, 0), range), step), step);
}

/** What a key makes of the limit; null when the key means nothing here. */
export function keyedLimit(
  limit: number | undefined,
  key: string,
  large: boolean,
  range: Range,
): { limit: number | undefined } | null {
  const step = stepOf(range) * (large ? 10 : 1);
  const now = limit ?? range.max;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return { limit: Math.max(clean(now - step, step), stepOf(range)) };
    case "ArrowRight":
    case "ArrowUp": {
      const next = clean(now + step, step);
      return { limit: next > range.max ? undefined : next };
    }
    case "PageDown":
      return keyedLimit(limit, "ArrowLeft", true, range);
    case "PageUp":
      return keyedLimit(limit, "ArrowRight", true, range);
    case "Home":
      return { limit: Math.max(clean(range.min, step), stepOf(range)) };
    case "End":
    case "Delete":
    case "Backspace":
      return { limit: undefined };
    default:
      return null;
  }
}

/** Where the handle stands, 0 to 1: at the end of the axis when there is no limit, or when it lies beyond. */
export function handleShare(limit: number | undefined, range: Range): number {
  return limit === undefined ? 1 : Math.min(Math.max(shareOf(limit, range), 0), 1);
}

/** What a limit keeps: values up to it, or values from it on. */
export type Keep = "most" | "least";

// Without a limit the handle waits where everything is kept.
const openEnd = (range: Range, keep: Keep) => (keep === "most" ? range.max : range.min);

function bounded(value: number, range: Range, keep: Keep): number | undefined {
  const next = clean(value, stepOf(range));
  return (keep === "most" ? next >= range.max : next <= range.min) ? undefined : next;
}

/** The bound for a pointer at `share` of an axis that may begin anywhere; none at its open end. */
export function draggedBound(share: number, range: Range, keep: Keep): number | undefined {
  return bounded(valueAt(Math.min(Math.max(share, 0), 1), range), range, keep);
}

/** What a key makes of the bound; null when the key means nothing here. */
export function keyedBound(
  bound: number | undefined,
  key: string,
  large: boolean,
  range: Range,
  keep: Keep,
): { limit: number | undefined } | null {
  const step = stepOf(range) * (large ? 10 : 1);
  const now = bound ?? openEnd(range, keep);
  const inside = (value: number) => Math.min(Math.max(value, range.min), range.max);
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return { limit: bounded(inside(now - step), range, keep) };
    case "ArrowRight":
    case "ArrowUp":
      return { limit: bounded(inside(now + step), range, keep) };
    case "PageDown":
      return keyedBound(bound, "ArrowLeft", true, range, keep);
    case "PageUp":
      return keyedBound(bound, "ArrowRight", true, range, keep);
    case "Home":
      return { limit: bounded(range.min, range, keep) };
    case "End":
      return { limit: bounded(range.max, range, keep) };
    case "Delete":
    case "Backspace":
      return { limit: undefined };
    default:
      return null;
  }
}

/** Where the handle of a bound stands, 0 to 1. */
export function boundShare(bound: number | undefined, range: Range, keep: Keep): number {
  return Math.min(Math.max(shareOf(bound ?? openEnd(range, keep), range), 0), 1);
}
