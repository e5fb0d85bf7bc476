/** The fields of the preprocessing editor, as text, and what they mean. */
import type { Preprocessing } from "../../api/types";

export type Numbers = { ok: true; values: number[] | null } | { ok: false; problem: string };

/** "123.675, 116.28 103.53" as numbers; nothing typed is null. `positive` for divisors. */
export function parseNumbers(text: string, positive = false): Numbers {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  if (parts.length === 0) return { ok: true, values: null };
  const values = parts.map(Number);
  if (values.some((value) => !Number.isFinite(value)))
    return { ok: false, problem: "Numbers, with commas between them." };
  if (positive && values.some((value) => value <= 0)) return { ok: false, problem: "Larger than 0." };
  if (values.length > 16) return { ok: false, problem: "Up to 16 channels." };
  return { ok: true, values };
}

export function channels(color: Preprocessing["color"] | undefined): number | null {
  return color === "GRAY" ? 1 : color === "RGB" || color === "BGR" ? 3 : null;
}

/** Why these do not go together, or null: one number for all channels, or one for each. */
export function countProblem(
  color: Preprocessing["color"] | undefined,
  values: number[] | null,
): string | null {
  const wanted = channels(color);
  if (values === null || wanted === null || values.length === 1 || values.length === wanted) return null;
  return wanted === 1
    ? "One number for the only channel."
    : `One number, or one for each of the ${wanted} channels.`;
}

export const PRESETS: { name: string; mean: string; scale: string; color: "RGB" | "BGR" }[] = [
  {
    name: "ImageNet (torchvision)",
    mean: "123.675, 116.28, 103.53",
    scale: "58.395, 57.12, 57.375",
    color: "RGB",
  },
  { name: "0 to 1", mean: "", scale: "255", color: "RGB" },
  { name: "−1 to 1", mean: "127.5", scale: "127.5", color: "RGB" },
];
