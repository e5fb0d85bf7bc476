/** What is in a sample, in a few words. */
import type { Sample } from "../../api/types";

/** Its label, its person, or its objects by how many there are: "person 3, car"; null where nothing is annotated. */
export function contents(sample: Pick<Sample, "label" | "label_name" | "identity" | "boxes">): string | null {
  if (sample.label_name) return sample.label_name;
  if (sample.label !== null && sample.label !== undefined) return `class ${sample.label}`;
  if (sample.identity) return sample.identity;
  const counts = new Map<string, number>();
  for (const { label, label_name } of sample.boxes) {
    const name = label_name ?? (label === null || label === undefined ? "object" : `class ${label}`);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return null;
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, many]) => (many === 1 ? name : `${name} ${many}`))
    .join(", ");
}
