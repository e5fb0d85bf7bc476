import { describe, expect, it } from "vitest";
import { namedColumns, truthOf, verdictWords } from "./truth";

const column = (name: string, label: string) =>
  ({ name, label, type: "integer", unit: "", description: "" }) as const;
const COLUMNS = [column("annotated", "Annotated"), column("error", "Wrong")];
const labels = (kind: Parameters<typeof truthOf>[0]["kind"]) =>
  namedColumns({ kind }, COLUMNS).map(({ label }) => label);

describe("the words of a report", () => {
  it("follow what predictions are held against", () => {
    expect(truthOf({ kind: "annotations" }).of("mask")).toBe("Annotated mask");
    expect(truthOf({ kind: "parent_predictions" }).of("mask")).toBe("Parent's mask");
    expect(labels("annotations")).toEqual(["Annotated", "Wrong"]);
    expect(labels("parent_predictions")).toEqual(["By the parent", "Wrong"]);
    expect(labels("tensor_distance")).toEqual(["Annotated", "Far"]);
  });

  it("call no tensor wrong", () => {
    expect(verdictWords({ label: "Far" })).toEqual(["far", "near"]);
    expect(verdictWords({ label: "Wrong" })).toEqual(["wrong", "right"]);
  });
});
