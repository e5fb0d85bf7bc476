/** What the wizard derives from what was chosen. */
import type { Dataset, Target } from "../../api/types";

/** The list with what was chosen in it, also when that is on a later page, or was filtered away. */
export function withChosen<T extends { id: string }>(list: readonly T[], chosen: T | undefined): T[] {
  return !chosen || list.some((entry) => entry.id === chosen.id) ? [...list] : [chosen, ...list];
}

/** The target and device that are meant: those that were chosen, else the only target, else CPU or the first device. */
export function environmentOf(
  targets: readonly Target[],
  wanted: { target?: string; device?: string },
): { target: Target | null; device: string | null } {
  const named = targets.find((target) => target.id === wanted.target || target.name === wanted.target);
  const target = named ?? (wanted.target === undefined && targets.length === 1 ? (targets[0] ?? null) : null);
  if (!target) return { target: null, device: null };
  if (wanted.device !== undefined) return { target, device: wanted.device };
  const names = target.devices.map((device) => device.name);
  return { target, device: names.includes("CPU") ? "CPU" : (names[0] ?? null) };
}

const BASELINE_RUNS = 3;
const ESTIMATED_FOR_S = 10;

/** The server estimates the baseline for runs of 10 s. */
export function estimateFor(estimate: number | null | undefined, durationS: number): number | null {
  return estimate === null || estimate === undefined
    ? null
    : estimate + BASELINE_RUNS * (durationS - ESTIMATED_FOR_S);
}

/** Machines that can measure now come first. */
export function onlineFirst(targets: readonly Target[]): Target[] {
  return [...targets].sort((a, b) => Number(b.state === "online") - Number(a.state === "online"));
}

/** Only an order: which of two lists' entries probably fit. What fits is the server's to say. */
export function fittingFirst<T>(list: readonly T[], fits: (entry: T) => boolean): T[] {
  return [...list.filter(fits), ...list.filter((entry) => !fits(entry))];
}

export function servesTask(
  dataset: Pick<Dataset, "annotated" | "tasks">,
  task: string | null | undefined,
): boolean {
  return !dataset.annotated || !task || task === "generic" || dataset.tasks.includes(task);
}
