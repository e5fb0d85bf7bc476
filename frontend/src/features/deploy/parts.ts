/** The parts of a package as pieces of one bar. */
import type { PackagePart } from "../../api/types";

const COLORS: Record<string, string> = {
  model: "var(--c1)",
  runtime: "var(--c2)",
  "device plugins": "var(--c3)",
  python: "var(--c4)",
  headers: "var(--c6)",
};
const OTHER = "var(--c5)";

export interface PartShare extends PackagePart {
  share: number;
  color: string;
}

/** In the order of their size; what has no file is left out. */
export function partShares(parts: readonly PackagePart[]): PartShare[] {
  const total = parts.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  return parts
    .filter(({ files }) => files > 0)
    .map((part) => ({
      ...part,
      share: total > 0 ? part.size_bytes / total : 0,
      color: COLORS[part.name] ?? OTHER,
    }))
    .sort((a, b) => b.size_bytes - a.size_bytes);
}
