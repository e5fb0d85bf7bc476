import { describe, expect, it } from "vitest";
import type { ReportColumn } from "../../api/types";
import {
  cellConditions,
  classConditions,
  conditionText,
  operatorsFor,
  parsed,
  replaced,
  valueProblem,
  written,
} from "./conditions";

const column = (name: string, type: ReportColumn["type"], label = name): ReportColumn => ({
  name,
  type,
  label,
  unit: "",
  description: "",
});
const classifier = [
  column("label", "integer", "Label"),
  column("label_name", "text", "Annotated"),
  column("predicted", "integer"),
  column("rank", "integer"),
  column("error", "boolean", "Wrong"),
  column("confidence", "number", "Confidence"),
];
const detector = ["annotated", "classes", "missed", "false_positives", "matched", "error"].map((name) =>
  column(name, name === "classes" ? "text" : "integer"),
);

describe("conditions on samples", () => {
  it("survive being written, with the longest name that fits", () => {
    for (const text of ["label = 3", "label_name contains a b", "confidence <= 0.5", "rank in 1, 2"]) {
      const condition = parsed(text, classifier);
      expect(condition && written(condition)).toBe(text);
    }
    expect(parsed("label_name contains a b", classifier)?.column).toBe("label_name");
    expect(parsed("nothing = 1", classifier)).toBeNull();
    expect(parsed("label is 1", classifier)).toBeNull();
  });

  it("read as people say them", () => {
    expect(conditionText("error = true", classifier)).toBe("wrong");
    expect(conditionText("error = false", classifier)).toBe("not wrong");
    expect(conditionText("confidence <= 0.5", classifier)).toBe("Confidence ≤ 0.5");
    expect(conditionText("label = null", classifier)).toBe("Label is empty");
    expect(conditionText("odd", classifier)).toBe("odd");
  });

  it("fit the type of the column", () => {
    expect(operatorsFor("boolean").map(({ value }) => value)).toEqual(["=", "!="]);
    expect(operatorsFor("text").map(({ value }) => value)).not.toContain("<");
    expect(operatorsFor("number").map(({ value }) => value)).not.toContain("contains");
    expect(valueProblem("number", { operator: "<", value: "x" })).not.toBeNull();
    expect(valueProblem("number", { operator: "in", value: "1, 2" })).toBeNull();
    expect(valueProblem("integer", { operator: "=", value: "null" })).toBeNull();
    expect(valueProblem("text", { operator: "contains", value: " " })).not.toBeNull();
  });

  it("replace those on the same column", () => {
    expect(
      replaced(["label = 1", "error = true"], [{ column: "label", operator: "=", value: "2" }], classifier),
    ).toEqual(["error = true", "label = 2"]);
  });

  it("are exact for a cell of a classifier", () => {
    const of = (row: number, col: number) =>
      cellConditions(classifier, { labels: ["a", "b"] }, row, col).map(written);
    expect(of(0, 1)).toEqual(["label = 0", "predicted = 1"]);
    expect(of(1, 2)).toEqual(["label = 1", "predicted = null"]);
  });

  it("name both classes of a cell of a detector", () => {
    const of = (row: number, col: number) =>
      cellConditions(detector, { labels: ["cat", "dog"] }, row, col).map(written);
    expect(of(0, 1)).toEqual(["classes contains cat", "classes contains dog", "error = true"]);
    expect(of(0, 0)).toEqual(["classes contains cat", "matched > 0"]);
    expect(of(0, 2)).toEqual(["classes contains cat", "missed > 0"]);
    expect(of(2, 1)).toEqual(["classes contains dog", "false_positives > 0"]);
  });

  it("find the samples of a class", () => {
    expect(classConditions(classifier, 1, "b").map(written)).toEqual(["label = 1"]);
    expect(classConditions(detector, 1, "dog").map(written)).toEqual(["classes contains dog"]);
    expect(classConditions([column("psnr", "number")], 1, "x")).toEqual([]);
  });
});
