/** The matrix of a new benchmark: hints and streams (or requests) down, batches across, and which cells are chosen. */

export const HINTS = ["latency", "throughput", "cumulative_throughput"] as const;
export type Hint = (typeof HINTS)[number];

/** A hint, or a number of streams or requests. */
export type Row = Hint | number;
export type Steps = "powers" | "ones";

export interface Place {
  row: number;
  column: number;
}

export function cellKey(row: Row, batch: number): string {
  return `${row}|${batch}`;
}

/** Null for a text that is no cell. */
export function parseCell(key: string): { row: Row; batch: number } | null {
  const [row = "", batch = ""] = key.split("|");
  const size = Number(batch);
  if (!Number.isInteger(size) || size < 1) return null;
  const hint = HINTS.find((entry) => entry === row);
  if (hint) return { row: hint, batch: size };
  const count = Number(row);
  return Number.isInteger(count) && count >= 1 ? { row: count, batch: size } : null;
}

/** 1, 2, 3, … or 1, 2, 4, …: the first `count` of them. */
export function numbersOf(count: number, steps: Steps): number[] {
  return Array.from({ length: count }, (_, index) => (steps === "powers" ? 2 ** index : index + 1));
}

/** The number after the last. */
export function nextNumber(numbers: readonly number[], steps: Steps): number {
  const last = numbers[numbers.length - 1] ?? 0;
  if (last === 0) return 1;
  return steps === "powers" ? 2 ** (Math.floor(Math.log2(last)) + 1) : last + 1;
}

/** The same extent in other steps; numbers that hold chosen cells stay. */
export function restepped(
  numbers: readonly number[],
  steps: Steps,
  kept: readonly number[],
  most: number,
): number[] {
  const last = Math.max(...numbers, 1);
  const all: number[] = [];
  for (let next = 1; next <= last && all.length < most; next = nextNumber(all, steps)) all.push(next);
  return [...new Set([...all, ...kept])].sort((a, b) => a - b);
}

/** In the order of the matrix, whatever the order in which they were clicked. */
function ordered(chosen: Iterable<string>, rows: readonly Row[], columns: readonly number[]): string[] {
  const all = new Set(chosen);
  return rows.flatMap((row) => columns.map((batch) => cellKey(row, batch)).filter((key) => all.has(key)));
}

export interface Grid {
  rows: readonly Row[];
  columns: readonly number[];
}

/** All cells of the rectangle between two cells are chosen, or none of them. */
export function painted(
  chosen: readonly string[],
  { rows, columns }: Grid,
  from: Place,
  to: Place,
  value: boolean,
): string[] {
  const next = new Set(chosen);
  const [top, bottom] = [Math.min(from.row, to.row), Math.max(from.row, to.row)];
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
  for (const row of rows.slice(top, bottom + 1)) {
    for (const batch of columns.slice(left, right + 1)) {
      if (value) next.add(cellKey(row, batch));
      else next.delete(cellKey(row, batch));
    }
  }
  return ordered(next, rows, columns);
}

/** A whole row or column: chosen, unless all of it is already. */
export function toggledLine(
  chosen: readonly string[],
  grid: Grid,
  line: { row: number } | { column: number },
): string[] {
  const { rows, columns } = grid;
  const from = "row" in line ? { row: line.row, column: 0 } : { row: 0, column: line.column };
  const to =
    "row" in line
      ? { row: line.row, column: columns.length - 1 }
      : { row: rows.length - 1, column: line.column };
  const cells = painted([], grid, from, to, true);
  const all = cells.every((key) => chosen.includes(key));
  return painted(chosen, grid, from, to, !all);
}

const MOVES: Record<string, Place> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** Where a key leads; −1 is the header of the row or column. Null when the key moves nothing. */
export function movedPlace(at: Place, key: string, { rows, columns }: Grid): Place | null {
  if (key === "Home") return { row: at.row, column: -1 };
  if (key === "End") return { row: at.row, column: columns.length - 1 };
  const move = MOVES[key];
  if (!move) return null;
  const next = {
    row: Math.min(Math.max(at.row + move.row, -1), rows.length - 1),
    column: Math.min(Math.max(at.column + move.column, -1), columns.length - 1),
  };
  // The corner has nothing to choose.
  return next.row === -1 && next.column === -1 ? at : next;
}

export function rowName(row: Row): string {
  return typeof row === "number" ? String(row) : `${row.replaceAll("_", " ")} hint`;
}
