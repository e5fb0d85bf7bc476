import { describe, expect, it } from "vitest";
import type { Finding } from "../../api/types";
import { evidenceText, foremost, inOrder, quietRules, stepOf } from "./findings";

function finding(
  rule: string,
  severity: Finding["severity"],
  kind: Finding["action"]["kind"] = "none",
): Finding {
  return {
    rule,
    severity,
    title: rule,
    summary: "",
    evidence: [],
    advice: "",
    action: { kind, label: "" },
    layers: [],
  };
}

describe("inOrder", () => {
  it("has the gravest first and keeps the server's order among equals", () => {
    const list = [finding("a", "info"), finding("b", "medium"), finding("c", "high"), finding("d", "medium")];
    expect(inOrder(list).map(({ rule }) => rule)).toEqual(["c", "b", "d", "a"]);
  });
});

describe("foremost", () => {
  const many = (count: number, severity: Finding["severity"]) =>
    Array.from({ length: count }, (_, index) => finding(`${severity} ${index}`, severity));
  const sizes = (list: Finding[]) => foremost(list).map(({ length }) => length);

  it("shows three, or four when that is all, and every grave one", () => {
    expect(sizes(many(2, "info"))).toEqual([2, 0]);
    expect(sizes(many(4, "info"))).toEqual([4, 0]);
    expect(sizes(many(6, "info"))).toEqual([3, 3]);
    expect(sizes([...many(4, "info"), ...many(5, "high")])).toEqual([5, 4]);
  });
});

describe("evidenceText", () => {
  it("has the number and its unit", () => {
    expect(evidenceText({ label: "", value: 11.2876, unit: "%" })).toBe("11.3\u00a0%");
    expect(evidenceText({ label: "", value: 7, unit: null })).toBe("7");
    expect(evidenceText({ label: "", value: "bf16", unit: null })).toBe("bf16");
  });
});

describe("stepOf", () => {
  it("leads where the action can be done", () => {
    expect(stepOf(finding("r", "high", "benchmark"))).toEqual({
      kind: "open",
      search: { configure: true, advice: "r" },
    });
    expect(stepOf(finding("r", "high", "search"))).toEqual({ kind: "open", search: { find: true } });
    expect(stepOf(finding("r", "high", "ceilings")).kind).toBe("ceilings");
    expect(stepOf(finding("r", "high", "import_model"))).toEqual({ kind: "page", to: "/models/import" });
    expect(stepOf(finding("r", "high", "quantize"))).toEqual({
      kind: "open",
      search: { tab: "optimize", make: "int8" },
    });
    const anew = finding("r", "high", "quantize");
    anew.action = { ...anew.action, project_id: "7", ignored: ["conv"] };
    expect(stepOf(anew)).toEqual({
      kind: "project",
      ref: "7",
      search: { tab: "optimize", make: "int8", ignore: ["conv"] },
    });
    expect(stepOf(finding("r", "high", "preprocessing"))).toEqual({ kind: "model", hash: "fold" });
    expect(stepOf(finding("r", "high")).kind).toBe("none");
  });
});

describe("quietRules", () => {
  it("are those that found nothing; what does not apply comes last", () => {
    const rule = (name: string, outcome: "found" | "fine" | "not_applicable") => ({
      rule: name,
      title: name,
      outcome,
      reason: "",
    });
    const rules = [rule("a", "not_applicable"), rule("b", "found"), rule("c", "fine")];
    expect(quietRules(rules).map((entry) => entry.rule)).toEqual(["c", "a"]);
  });
});
