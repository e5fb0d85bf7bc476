/** Which layers are shown, and how they are put together in facets and in the bars. */
import type { Layer, LayerPrecision, LayerType } from "../../api/types";
import type { LayerSearch } from "../../app/search";
import { fits, parseCondition } from "./conditions";

export type LayerFilter = Pick<
  LayerSearch,
  "q" | "types" | "precisions" | "status" | "bounds" | "where" | "only"
>;

/** What takes all filters away. */
export const NO_FILTER: Record<keyof LayerFilter, undefined> = {
  q: undefined,
  types: undefined,
  precisions: undefined,
  status: undefined,
  bounds: undefined,
  where: undefined,
  only: undefined,
};

export function isFiltered(filter: LayerFilter): boolean {
  return Object.keys(NO_FILTER).some((key) => filter[key as keyof LayerFilter] !== undefined);
}

/** All filters hold at once. Text is looked for in names, also of original layers, and in the primitive. */
export function filtered(layers: readonly Layer[], filter: LayerFilter): Layer[] {
  const needle = filter.q?.trim().toLowerCase();
  const conditions = (filter.where ?? []).flatMap((text) => parseCondition(text) ?? []);
  return layers.filter((layer) => {
    if (filter.types && !filter.types.includes(layer.type)) return false;
    if (filter.precisions && !filter.precisions.includes(layer.runtime_precision ?? "")) return false;
    if (filter.status && layer.status !== filter.status) return false;
    if (filter.bounds && !filter.bounds.some((bound) => bound === layer.bound)) return false;
    if (filter.only && !filter.only.includes(layer.order)) return false;
    if (!conditions.every((condition) => fits(layer, condition))) return false;
    if (!needle) return true;
    return (
      layer.name.toLowerCase().includes(needle) ||
      layer.primitive?.toLowerCase().includes(needle) ||
      layer.originals.some((original) => original.name.toLowerCase().includes(needle))
    );
  });
}

export interface Facet {
  value: string;
  count: number;
}

/** The values that occur, the most frequent first. */
export function facet(layers: readonly Layer[], value: (layer: Layer) => string): Facet[] {
  const counts = new Map<string, number>();
  for (const layer of layers) counts.set(value(layer), (counts.get(value(layer)) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ value: name, count }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}

export interface TypePart {
  key: string;
  label: string;
  /** Null for the rest, which is many types. */
  type: string | null;
  precision: string | null;
  share: number;
  time_us: number;
  count: number;
  color: string;
}

const COLORS = ["var(--c1)", "var(--c4)", "var(--c3)", "var(--c2)", "var(--c6)"];
const REST = "var(--c5)";

/** The largest types, each in its precision, and one part for all others. */
export function typeParts(byType: readonly LayerType[], most = COLORS.length): TypePart[] {
  const rows = [...byType].filter((row) => row.time_us > 0).sort((a, b) => b.time_us - a.time_us);
  const shown = rows.slice(0, most);
  const parts: TypePart[] = shown.map((row, index) => ({
    key: `${row.type} ${row.precision ?? ""}`,
    label: row.precision ? `${row.type} ${row.precision}` : row.type,
    type: row.type,
    precision: row.precision,
    share: row.share,
    time_us: row.time_us,
    count: row.count,
    color: COLORS[index] ?? REST,
  }));
  const rest = rows.slice(most);
  if (rest.length > 0) {
    parts.push({
      key: "rest",
      label: rest.length === 1 ? "1 other" : `${rest.length} others`,
      type: null,
      precision: null,
      share: rest.reduce((sum, row) => sum + row.share, 0),
      time_us: rest.reduce((sum, row) => sum + row.time_us, 0),
      count: rest.reduce((sum, row) => sum + row.count, 0),
      color: REST,
    });
  }
  return parts;
}

/** The time by precision, for the second bar. */
export function precisionParts(byPrecision: readonly LayerPrecision[]): TypePart[] {
  return typeParts(byPrecision.map((row) => ({ ...row, type: "" }))).map((part) => ({
    ...part,
    label: part.type === null ? part.label : (part.precision ?? "not told"),
  }));
}

/** How many original layers stand behind the executed ones. */
export function originalCount(layers: readonly Layer[]): number {
  return new Set(layers.flatMap((layer) => layer.originals.map((original) => original.name))).size;
}
