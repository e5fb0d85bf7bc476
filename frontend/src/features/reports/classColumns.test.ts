import { expect, it } from "vitest";
import { classColumns } from "./classColumns";

it("only a report with rows by class has columns of them", () => {
  const ap = { name: "ap", label: "AP", type: "number", unit: "", description: "" } as const;
  expect(classColumns({ class_columns: [ap] })).toEqual([ap]);
  expect(classColumns({ class_columns: [] })).toBeNull();
  expect(classColumns({ class_columns: null })).toBeNull();
  expect(classColumns({})).toBeNull();
});
