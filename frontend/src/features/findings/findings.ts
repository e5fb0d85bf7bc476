/** Findings: their order, their evidence as text, and what their button does. */
import type { Finding, Findings } from "../../api/types";
import type { ProjectSearch } from "../../app/search";
import { decimal, NBSP } from "../../format/number";

const RANK: Record<Finding["severity"], number> = { high: 0, medium: 1, info: 2 };

/** The gravest first; of equals in the order of the server. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

const SHOWN = 3;

/** What is shown at once, and what is opened: more than a few findings at once are none. Grave ones never wait. */
export function foremost(findings: readonly Finding[]): [Finding[], Finding[]] {
  const all = inOrder(findings);
  const grave = all.filter(({ severity }) => severity === "high").length;
  const shown = Math.max(SHOWN, grave);
  // A single one more is not worth a click.
  const cut = all.length === shown + 1 ? all.length : shown;
  return [all.slice(0, cut), all.slice(cut)];
}

/** "11.3 %", "7", "1.01 ms": a number with its unit. */
export function evidenceText({ value, unit }: Finding["evidence"][number]): string {
  const text =
    typeof value === "number" ? (Number.isInteger(value) ? String(value) : decimal(value, 3)) : value;
  return unit ? `${text}${NBSP}${unit}` : text;
}

/** Where the dialog that folds the preprocessing in is open on the page of a model. */
export const FOLD = "fold";

export type Step =
  | { kind: "open"; search: Partial<ProjectSearch> }
  | { kind: "project"; ref: string; search: ProjectSearch }
  | { kind: "ceilings" }
  | { kind: "page"; to: "/models/import" }
  | { kind: "model"; hash: string }
  | { kind: "none" };

/** What the button of a finding leads to. */
export function stepOf(finding: Finding): Step {
  switch (finding.action.kind) {
    case "benchmark":
      return { kind: "open", search: { configure: true, advice: finding.rule } };
    case "search":
      return { kind: "open", search: { find: true } };
    case "ceilings":
      return { kind: "ceilings" };
    case "quantize": {
      const { project_id: ref, ignored = [] } = finding.action;
      const search: ProjectSearch = { tab: "optimize", make: "int8" };
      if (ignored.length > 0) search.ignore = ignored;
      return ref ? { kind: "project", ref, search } : { kind: "open", search };
    }
    case "import_model":
      return { kind: "page", to: "/models/import" };
    case "preprocessing":
      return { kind: "model", hash: FOLD };
    default:
      return { kind: "none" };
  }
}

/** The rules that found nothing, those that do not apply last. */
export function quietRules(rules: Findings["rules"]): Findings["rules"] {
  return rules
    .filter(({ outcome }) => outcome !== "found")
    .sort((a, b) => Number(a.outcome === "not_applicable") - Number(b.outcome === "not_applicable"));
}
