/** The histogram of classes. */
import type { Dataset } from "../../api/types";

export interface ClassCount {
  label: number;
  name: string;
  count: number;
}

/** The most frequent first; classes that were named but never occur are kept, with 0. */
export function classCounts(dataset: Pick<Dataset, "labels" | "class_counts">): ClassCount[] {
  const counts = dataset.class_counts ?? {};
  const indices = new Set(Object.keys(counts).map(Number));
  dataset.labels?.forEach((_, index) => {
    indices.add(index);
  });
  return [...indices]
    .map((label) => ({
      label,
      name: dataset.labels?.[label] ?? `class ${label}`,
      count: counts[String(label)] ?? 0,
    }))
    .sort((a, b) => b.count - a.count || a.label - b.label);
}

/** Those with `q` in their name, by "name", "label" or "count"; `-` in front sorts downwards. */
export function foundClasses(rows: readonly ClassCount[], q: string | undefined, sort: string): ClassCount[] {
  const wanted = q?.trim().toLowerCase();
  const down = sort.startsWith("-") ? -1 : 1;
  const key = sort.replace("-", "");
  const order = (a: ClassCount, b: ClassCount) => {
    if (key === "name") return a.name.localeCompare(b.name, undefined, { numeric: true });
    return key === "label" ? a.label - b.label : a.count - b.count;
  };
  return rows
    .filter(({ name }) => !wanted || name.toLowerCase().includes(wanted))
    .sort((a, b) => down * order(a, b) || a.label - b.label);
}
