import { describe, expect, it } from "vitest";
import { columnsOf, hasClassRows } from "./classColumns";

describe("rows of classes", () => {
  it("are there where a sample has several", () => {
    expect(hasClassRows({ task: "object_detection", kind: "annotations" })).toBe(true);
    expect(hasClassRows({ task: "classification", kind: "annotations" })).toBe(false);
    expect(hasClassRows({ task: "object_detection", kind: "tensor_distance" })).toBe(false);
  });

  it("have columns by what is in them", () => {
    const rows = [
      { row: 0, label_name: "cat", precision: null, ap: 1, error: false },
      { row: 1, label_name: "dog", precision: 0.5, ap: 0.5, error: true, pixels_of_it: 3 },
    ];
    expect(columnsOf(rows).map(({ name, label, type }) => [name, label, type])).toEqual([
      ["row", "Row", "integer"],
      ["label_name", "Class", "text"],
      ["precision", "Precision", "number"],
      ["ap", "AP", "number"],
      ["error", "Wrong", "boolean"],
      ["pixels_of_it", "Pixels of it", "integer"],
    ]);
  });
});
