/** Figures of reports as people read them. */
import type { Report, ReportMetric } from "../../api/types";
import { decimal, halfWidth, known, MISSING, NBSP, type Quantity } from "../../format/number";

const MINUS = "\u2212";
// No shares: other scales, though without a unit.
const BARE = /ssim|cosine|similarity|threshold|distance|mse|max_abs|sqnr|loss/i;

/** A share of 1 is told in percent; what has a unit, or a scale of its own, as it is. */
export function isShare(name: string, metric: Pick<ReportMetric, "unit">): boolean {
  return !metric.unit && !BARE.test(name);
}

export function metricQuantity(name: string, metric: Pick<ReportMetric, "unit" | "value">): Quantity {
  if (!isShare(name, metric)) return { value: decimal(metric.value, 4), unit: metric.unit ?? "" };
  return { value: shareText(metric.value), unit: "%" };
}

/** Percent with two decimals: figures of accuracy are compared down to there. */
function shareText(value: number): string {
  const text = Math.abs(value * 100).toFixed(2);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

export function metricText(name: string, metric: Pick<ReportMetric, "unit" | "value">): string {
  const { value, unit } = metricQuantity(name, metric);
  return unit ? `${value}${NBSP}${unit}` : value;
}

/** "± 1.13": half the interval, in percent points where the figure is in percent. */
export function intervalText(name: string, metric: Pick<ReportMetric, "unit" | "ci95">): string {
  const half = halfWidth(metric.ci95);
  if (half === null) return "";
  return `±${NBSP}${isShare(name, metric) ? (half * 100).toFixed(2) : decimal(half, 2)}`;
}

/** Both ends. */
export function rangeText(name: string, metric: Pick<ReportMetric, "unit" | "ci95">): string {
  const [low, high] = metric.ci95 ?? [];
  if (!known(low) || !known(high)) return MISSING;
  const unit = metric.unit ?? "";
  return `${metricText(name, { unit, value: low })} to ${metricText(name, { unit, value: high })}`;
}

/** "+0.50" with its unit: percent points where the figure is in percent. */
export function differenceText(name: string, unit: string, difference: number): string {
  const share = isShare(name, { unit });
  const size = share ? Math.abs(difference * 100).toFixed(2) : decimal(Math.abs(difference), 3);
  const sign = Number(size) === 0 ? "±" : difference > 0 ? "+" : MINUS;
  return `${sign}${size}${share ? `${NBSP}pp` : unit ? NBSP + unit : ""}`;
}

/** Whether a difference is for the better, for the worse, or neither. */
export function differenceTone(
  better: ReportMetric["better"] | undefined,
  difference: number,
  ci95: readonly number[] | null | undefined,
): "good-text" | "bad-text" | "dim" {
  const [low, high] = ci95 ?? [];
  if (difference === 0 || !better) return "dim";
  if (known(low) && known(high) && low <= 0 && high >= 0) return "dim";
  return difference > 0 === (better === "higher") ? "good-text" : "bad-text";
}

/** About the interval of a difference of two figures, as if they were of different samples: wide enough to be careful. */
export function betweenCi95(
  difference: number,
  now: Pick<ReportMetric, "ci95">,
  before: Pick<ReportMetric, "ci95">,
): number[] | null {
  const [a, b] = [halfWidth(now.ci95), halfWidth(before.ci95)];
  if (a === null || b === null) return null;
  const half = Math.hypot(a, b);
  return [difference - half, difference + half];
}

/** The metrics of a report with the one that stands for it first. */
export function ordered(report: Pick<Report, "metrics" | "primary">): [string, ReportMetric][] {
  const entries = Object.entries(report.metrics);
  const first = entries.filter(([name]) => name === report.primary);
  return [...first, ...entries.filter(([name]) => name !== report.primary)];
}

/** The report that stands beside this one: of the parent, else the one before it; of the same kind, task and samples. */
export function besides(
  report: Report,
  own: readonly Report[],
  parents: readonly Report[] | undefined,
): { report: Report; of: "parent" | "previous" } | null {
  // Figures of other samples would differ for that alone.
  const drawn = ({ samples, subset, without }: Report) => JSON.stringify([samples, subset, without ?? null]);
  const alike = (other: Report) =>
    other.kind === report.kind &&
    other.task === report.task &&
    other.dataset_id === report.dataset_id &&
    drawn(other) === drawn(report);
  const parent = parents?.find(alike);
  if (parent) return { report: parent, of: "parent" };
  const previous = own.find((other) => alike(other) && other.created_at < report.created_at);
  return previous ? { report: previous, of: "previous" } : null;
}
