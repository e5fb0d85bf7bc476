/** Layer differences: which are shown, in which order, and how much of the time they tell of. */
import type { Comparison } from "../../api/types";
import { known } from "../../format/number";

export type LayerDifference = Comparison["layers"][number];
export type LayerSide = NonNullable<LayerDifference["sides"][number]>;

export interface DifferenceFilter {
  q?: string;
  types?: string[];
}

/** Text is looked for in the label, in the originals and in the names of the executed layers of every side. */
export function filtered(rows: readonly LayerDifference[], filter: DifferenceFilter): LayerDifference[] {
  const needle = filter.q?.trim().toLowerCase();
  const has = (name: string) => name.toLowerCase().includes(needle ?? "");
  return rows.filter((row) => {
    if (filter.types && !filter.types.includes(row.type)) return false;
    if (!needle) return true;
    return has(row.label) || row.originals.some(has) || row.sides.some((side) => side?.names.some(has));
  });
}

/** Times of a side; null where the side has no such layer, or it was below the resolution. */
export function timeOf(row: LayerDifference, side: number): number | null {
  return row.sides[side]?.time_us ?? null;
}

/** What the row adds to the time of `side` against the first; a layer that is not there takes no time. */
export function deltaOf(row: LayerDifference, side: number): number {
  return row.delta_us[side] ?? (timeOf(row, side) ?? 0) - (timeOf(row, 0) ?? 0);
}

const KEYS: Record<string, (row: LayerDifference, side: number) => number | string | null> = {
  change: (row, side) => Math.abs(deltaOf(row, side)),
  ratio: (row, side) => row.ratio[side] ?? null,
  first: (row) => timeOf(row, 0),
  other: timeOf,
  label: (row) => row.label,
  type: (row) => row.type,
};

export const USUAL_SORT = "-change";

/** By the named column; what has no value there comes last, in either direction. */
export function sorted(rows: readonly LayerDifference[], sort: string, side: number): LayerDifference[] {
  const down = sort.startsWith("-");
  const key = KEYS[sort.replace("-", "")] ?? deltaOf;
  return rows
    .map((row, index) => ({ row, index, value: key(row, side) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) {
        return Number(a.value === null) - Number(b.value === null) || a.index - b.index;
      }
      const order =
        typeof a.value === "number" && typeof b.value === "number"
          ? a.value - b.value
          : String(a.value).localeCompare(String(b.value), undefined, { numeric: true });
      return (down ? -order : order) || a.index - b.index;
    })
    .map(({ row }) => row);
}

export interface TypeFacet {
  value: string;
  count: number;
}

export function typesOf(rows: readonly LayerDifference[]): TypeFacet[] {
  const counts = new Map<string, number>();
  for (const { type } of rows) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}

/** All rows together on a side, in µs. */
export function totalOf(rows: readonly LayerDifference[], side: number): number {
  return rows.reduce((sum, row) => sum + (timeOf(row, side) ?? 0), 0);
}

/** "i8", or "i8 + bf16" where the executed layers of a row differ. */
export function precisionText(side: LayerSide | null | undefined): string | null {
  const found = [...new Set(side?.precisions.filter(Boolean))];
  return found.length > 0 ? found.join(" + ") : null;
}

/** The most rows of a chart by type; the others go together. */
const MOST_TYPES = 8;

export interface TypeRow {
  type: string;
  times: (number | null)[];
}

/** Times by layer type for the chart: the largest on any side first, the small ones as one row. */
export function typeRows(types: Comparison["types"], most = MOST_TYPES): TypeRow[] {
  const size = (row: { time_us: (number | null)[] }) => Math.max(0, ...row.time_us.filter(known));
  const rows = [...types].filter((row) => size(row) > 0).sort((a, b) => size(b) - size(a));
  const named = rows.length > most ? rows.slice(0, most - 1) : rows;
  const rest = rows.slice(named.length);
  const shown: TypeRow[] = named.map(({ type, time_us }) => ({ type, times: time_us }));
  if (rest.length > 0) {
    const width = rest[0]?.time_us.length ?? 0;
    const times = Array.from({ length: width }, (_, side) =>
      rest.reduce((sum, row) => sum + (row.time_us[side] ?? 0), 0),
    );
    shown.push({ type: `${rest.length} other types`, times });
  }
  return shown;
}
