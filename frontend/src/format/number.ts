/** Numbers as people read them: enough digits to compare, never more than the measurement carries. */

/** Stands between number and unit: they stay on one line. */
export const NBSP = "\u00a0";
export const MISSING = "–";
const MINUS = "\u2212";

export interface Quantity {
  value: string;
  unit: string;
}

export function known(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Thousands are grouped by commas: 12,345.6 */
function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** `figures` significant figures, but whole numbers keep all of theirs: 214.6, 8.91, 0.0512, 12,346. */
export function decimal(value: number | null | undefined, figures = 4): string {
  if (!known(value)) return MISSING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  let places = Math.max(0, figures - 1 - Math.floor(Math.log10(size)));
  // 9.9996 has one digit before the point, but its rounded form 10.00 has two.
  if (places > 0 && Number(size.toFixed(places)) >= 10 ** (figures - places)) places -= 1;
  const text = grouped(size.toFixed(Math.min(places, 12)));
  return value < 0 ? MINUS + text : text;
}

/** A whole number with its thousands grouped. */
export function count(value: number | null | undefined): string {
  if (!known(value)) return MISSING;
  return (value < 0 ? MINUS : "") + grouped(Math.abs(Math.round(value)).toFixed(0));
}

/** "1 image", "2,000 images". */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

const SI = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** With an SI prefix before the unit: 25.6 M, 7.75 G. Three figures. */
export function scaled(value: number | null | undefined, unit = ""): Quantity {
  if (!known(value)) return { value: MISSING, unit: "" };
  for (const [factor, prefix] of SI) {
    if (Math.abs(value) >= factor * 0.9995) return { value: decimal(value / factor, 3), unit: prefix + unit };
  }
  return { value: Number.isInteger(value) ? count(value) : decimal(value, 3), unit };
}

/** Decimal bytes, as disks and models are sold: 1 MB is 1,000,000 bytes. */
export function bytes(value: number | null | undefined): Quantity {
  return scaled(value, "B");
}

export function bytesText(value: number | null | undefined): string {
  return joined(bytes(value));
}

/** A share of 0 to 1 in percent; what is there but tiny is not called 0. */
export function percent(share: number | null | undefined): string {
  if (!known(share)) return MISSING;
  const size = Math.abs(share) * 100;
  if (size === 0) return `0${NBSP}%`;
  if (size < 0.01) return `<${NBSP}0.01${NBSP}%`;
  const text = size.toFixed(size < 1 ? 2 : size < 99.95 ? 1 : 0);
  return `${share < 0 ? MINUS : ""}${text}${NBSP}%`;
}

/** A change in percent always shows its direction. */
export function change(share: number | null | undefined): string {
  if (!known(share)) return MISSING;
  return share > 0 ? `+${percent(share)}` : percent(share);
}

/** Half the width of an interval: the number after ±. */
export function halfWidth(interval: readonly number[] | null | undefined): number | null {
  const [low, high] = interval ?? [];
  return known(low) && known(high) ? (high - low) / 2 : null;
}

/** The half width with as many decimals as it needs for one or two figures: "± 1.2". Empty without an interval. */
export function plusMinus(interval: readonly number[] | null | undefined): string {
  const half = halfWidth(interval);
  return half === null ? "" : `±${NBSP}${decimal(half, 2)}`;
}

export function joined({ value, unit }: Quantity): string {
  return unit ? `${value}${NBSP}${unit}` : value;
}
