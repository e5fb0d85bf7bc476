/** What a device can reach at most: precisions as columns, devices as rows. */
import type { Ceilings, Target } from "../../api/types";

const ORDER = ["f32", "bf16", "f16", "i8"];

/** The precisions that were measured on any device, in their usual order. */
export function precisionsOf(ceilings: readonly Ceilings[]): string[] {
  const found = new Set(ceilings.flatMap((entry) => Object.keys(entry.compute_gflops)));
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...found].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

export interface CeilingRow {
  device: string;
  ceilings: Ceilings | null;
}

/** Every device of the target, and every one that was measured, though it is gone. */
export function ceilingRows(target: Pick<Target, "devices" | "ceilings">): CeilingRow[] {
  const measured = target.ceilings ?? [];
  const names = new Set([...target.devices.map(({ name }) => name), ...measured.map(({ device }) => device)]);
  return [...names].map((device) => ({
    device,
    ceilings: measured.find((entry) => entry.device === device) ?? null,
  }));
}

/** FLOP per byte from which on computing, and no longer the memory, is the limit. */
export function ridge(ceilings: Ceilings, precision: string): number | null {
  const compute = ceilings.compute_gflops[precision];
  return compute !== undefined && ceilings.memory_gbps > 0 ? compute / ceilings.memory_gbps : null;
}
