/** A confusion matrix from its cells: what is drawn, what is confused most. */
import type { Confusion } from "../../api/types";

export interface Matrix {
  /** Names of rows and columns; the last one may be the background. */
  names: string[];
  /** Numbers of the labels that the rows and columns are. */
  labels: number[];
  /** [row, column] in order of `labels`, row by row. */
  counts: Float64Array;
  rowSums: Float64Array;
}

/** What the last row and column are, where a task has no better word. */
export const NOTHING = "nothing";

/** All labels, or only some of them. The background is a row and column where anything was counted there. */
export function matrixOf(
  { labels, cells }: Confusion,
  only?: readonly number[] | null,
  nothingName = NOTHING,
): Matrix {
  const nothing = labels.length;
  const background = cells.some(([row, column, count]) => (row === nothing || column === nothing) && count);
  const all = only ? [...only] : [...labels.keys(), ...(background ? [nothing] : [])];
  const place = new Map(all.map((label, index) => [label, index]));
  const side = all.length;
  const counts = new Float64Array(side * side);
  const rowSums = new Float64Array(side);
  for (const [annotated = -1, predicted = -1, count = 0] of cells) {
    const row = place.get(annotated);
    if (row === undefined) continue;
    // Of all columns: shares stay those of the whole matrix when only some labels are shown.
    rowSums[row] = (rowSums[row] ?? 0) + count;
    const column = place.get(predicted);
    if (column === undefined) continue;
    counts[row * side + column] = (counts[row * side + column] ?? 0) + count;
  }
  return { names: all.map((label) => labels[label] ?? nothingName), labels: all, counts, rowSums };
}

export interface Confused {
  annotated: number;
  predicted: number;
  names: [string, string];
  count: number;
  /** Of all that is annotated so. */
  share: number;
}

/** What is taken for something else, the most frequent first. */
export function confusedMost({ labels, cells }: Confusion, search = "", nothingName = NOTHING): Confused[] {
  const sums = new Map<number, number>();
  for (const [annotated = -1, , count = 0] of cells) sums.set(annotated, (sums.get(annotated) ?? 0) + count);
  const name = (label: number) => labels[label] ?? nothingName;
  const wanted = search.trim().toLowerCase();
  return cells
    .flatMap(([annotated = -1, predicted = -1, count = 0]): Confused[] => {
      if (annotated === predicted || count === 0) return [];
      const names: [string, string] = [name(annotated), name(predicted)];
      if (wanted && !names.some((text) => text.toLowerCase().includes(wanted))) return [];
      return [{ annotated, predicted, names, count, share: count / (sums.get(annotated) || 1) }];
    })
    .sort((a, b) => b.count - a.count || b.share - a.share);
}

const MOST_PARTNERS = 24;

/** Labels whose name fits, with those that they are confused with most; null when nothing is searched for. */
export function labelsFor(confusion: Confusion, search: string): number[] | null {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return null;
  const found = [...confusion.labels.keys()].filter((label) =>
    confusion.labels[label]?.toLowerCase().includes(wanted),
  );
  const chosen = new Set(found);
  for (const { annotated, predicted } of confusedMost(confusion, search)) {
    if (chosen.size >= found.length + MOST_PARTNERS) break;
    chosen.add(annotated);
    chosen.add(predicted);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** How strongly a cell is drawn, 0 to 1: its share of the row, so that rare classes show, too; a little is not nothing. */
export function strength(count: number, rowSum: number): number {
  return count === 0 || rowSum === 0 ? 0 : 0.1 + 0.9 * Math.sqrt(count / rowSum);
}
