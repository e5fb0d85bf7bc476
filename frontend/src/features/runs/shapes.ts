/** Shapes that were typed for inputs with open dimensions. */
import type { Port } from "../../api/types";
import { parseShape } from "./configurations";

export function dynamicPorts(ports: readonly Port[] | null | undefined): Port[] {
  return (ports ?? []).filter((port) => port.shape?.some((size) => typeof size === "string"));
}

export function namedShapes(
  ports: readonly Port[],
  typed: Record<string, string>,
): { ok: true; shapes: Record<string, number[]> | null } | { ok: false; problem: string } {
  const shapes: Record<string, number[]> = {};
  for (const port of ports) {
    const text = typed[port.name]?.trim();
    if (!text) continue;
    const parsed = parseShape(text, port.shape?.length ?? 0);
    if (!parsed.ok) return { ok: false, problem: `Shape of ${port.name}: ${parsed.problem}` };
    shapes[port.name] = parsed.shape;
  }
  return { ok: true, shapes: Object.keys(shapes).length > 0 ? shapes : null };
}
