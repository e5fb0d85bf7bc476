/** Times and durations. */
import { decimal, known, MISSING, NBSP, type Quantity } from "./number";

/** Milliseconds as a number with unit; seconds from 10,000 ms on, microseconds below a tenth. */
export function milliseconds(value: number | null | undefined, figures = 3): Quantity {
  if (!known(value)) return { value: MISSING, unit: "" };
  const size = Math.abs(value);
  if (size >= 10_000) return { value: decimal(value / 1000, figures), unit: "s" };
  if (size > 0 && size < 0.1) return { value: decimal(value * 1000, figures), unit: "µs" };
  return { value: decimal(value, figures), unit: "ms" };
}

export function millisecondsText(value: number | null | undefined): string {
  const { value: number, unit } = milliseconds(value);
  return unit ? number + NBSP + unit : number;
}

/** The time of one layer: 742 µs, 12.4 ms. */
export function microseconds(value: number | null | undefined): string {
  if (!known(value)) return MISSING;
  if (Math.abs(value) >= 10_000) return `${decimal(value / 1000, 3)}${NBSP}ms`;
  return `${decimal(value, 3)}${NBSP}µs`;
}

/** A running clock: 0:38, 12:04, 1:02:03. */
export function clock(seconds: number | null | undefined): string {
  if (!known(seconds)) return MISSING;
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** In words: 0.8 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number | null | undefined): string {
  if (!known(seconds)) return MISSING;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${NBSP}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NBSP}s`;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours}${NBSP}h${minutes ? ` ${minutes}${NBSP}min` : ""}`;
  return `${minutes}${NBSP}min${rest ? ` ${rest}${NBSP}s` : ""}`;
}

/** "just now", "5 min ago", "3 h ago", "yesterday", then the date. */
export function ago(moment: string | null | undefined, now: number = Date.now()): string {
  const at = moment ? Date.parse(moment) : Number.NaN;
  if (Number.isNaN(at)) return MISSING;
  const seconds = (now - at) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3570) return `${Math.round(seconds / 60)}${NBSP}min ago`;
  if (seconds < 84_600) return `${Math.round(seconds / 3600)}${NBSP}h ago`;
  const days = Math.round(seconds / 86_400);
  if (days === 1) return "yesterday";
  if (days < 7) return `${days} days ago`;
  return date(moment);
}

/** The same in a narrow column: "now", "5 min", "3 h", "1 day". */
export function age(moment: string | null | undefined, now: number = Date.now()): string {
  return ago(moment, now).replace("just now", "now").replace("yesterday", `1${NBSP}day`).replace(" ago", "");
}

/** 2026-03-09, in the reader's time zone. */
export function date(moment: string | null | undefined): string {
  const at = moment ? new Date(moment) : null;
  if (!at || Number.isNaN(at.getTime())) return MISSING;
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** 2026-03-09 14:05:11, in the reader's time zone. */
export function dateTime(moment: string | null | undefined): string {
  const at = moment ? new Date(moment) : null;
  if (!at || Number.isNaN(at.getTime())) return MISSING;
  return `${date(moment)} ${at.toTimeString().slice(0, 8)}`;
}
