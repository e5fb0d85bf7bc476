import { describe, expect, it } from "vitest";
import { splitProblem } from "./splitting";

describe("splitProblem", () => {
  it("lets both parts have what is there", () => {
    expect(splitProblem(10, 3, "")).toBeNull();
    expect(splitProblem(10, 3, 7)).toBeNull();
  });

  it("says what does not go", () => {
    expect(splitProblem(10, "", 3)).toMatch(/Calibration/);
    expect(splitProblem(10, 10, "")).toMatch(/left to validate/);
    expect(splitProblem(10, 3, 8)).toMatch(/Together that is 11/);
    expect(splitProblem(10, 3, 0)).toMatch(/Validation/);
  });
});
