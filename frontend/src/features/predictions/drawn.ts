/** What of an answer is in sight. */
import type { Drawn } from "../../api/types";

export type DrawnBox = NonNullable<Drawn["boxes"]>[number];

export function className(box: Pick<DrawnBox, "label" | "name">): string {
  return box.name ?? (box.label === null ? "object" : `class ${box.label}`);
}

/** Boxes with a score of `threshold` and above (those without a score always), of classes that are not hidden. */
export function inSight(
  boxes: readonly DrawnBox[],
  threshold: number,
  hidden: ReadonlySet<string>,
): DrawnBox[] {
  return boxes.filter((box) => (box.score ?? 1) >= threshold && !hidden.has(className(box)));
}

export interface FoundClass {
  name: string;
  label: number | null;
  count: number;
  /** Its objects have masks. */
  filled: boolean;
}

/** The classes of the objects of all answers at this threshold, the most frequent first. */
export function classesOf(answers: readonly Drawn[], threshold: number): FoundClass[] {
  const found = new Map<string, FoundClass>();
  for (const box of answers.flatMap(({ boxes }) => inSight(boxes ?? [], threshold, new Set()))) {
    const name = className(box);
    const entry = found.get(name) ?? { name, label: box.label, count: 0, filled: false };
    entry.count += 1;
    entry.filled ||= box.segmentation !== null && box.segmentation !== undefined;
    found.set(name, entry);
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}
