import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/errors";
import { fieldPath, problemsIn } from "./useChecked";

describe("what is wrong with a draft", () => {
  it("finds the field of the form that the server means", () => {
    expect(fieldPath("body.reading.decoding.yolo_rows.nms_iou")).toBe("decoding.nms_iou");
    expect(fieldPath("reading.preprocessing.mean")).toBe("preprocessing.mean");
    expect(fieldPath("task")).toBe("task");
  });

  it("comes from the answer or from the refusal", () => {
    const refused = new ApiError({ status: 422, code: "invalid", title: "t", detail: "d", action: "a" }, [
      { field: "body.reading.task", problem: "no such task" },
    ]);
    expect(problemsIn(undefined, refused)).toEqual([
      { line: null, column: null, field: "task", message: "no such task" },
    ]);
    expect(problemsIn(undefined, null)).toEqual([]);
    const told = { line: 1, column: 2, field: null, message: "m" };
    expect(problemsIn({ reading: null, problems: [told], unsupported: [] }, null)).toEqual([told]);
  });
});
