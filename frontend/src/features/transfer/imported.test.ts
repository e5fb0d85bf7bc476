import { describe, expect, it } from "vitest";
import { made, sourceProblem } from "./imported";

describe("sourceProblem", () => {
  it("takes one archive", () => {
    expect(sourceProblem([])).toBeNull();
    expect(sourceProblem(["a.tar.gz"])).toBeNull();
    expect(sourceProblem(["A.TGZ"])).toBeNull();
  });

  it("says what is wrong with others", () => {
    expect(sourceProblem(["a.zip"])).toMatch(/tar\.gz/);
    expect(sourceProblem(["a.tar.gz", "b.tar.gz"])).toMatch(/one file/);
  });
});

describe("made", () => {
  it("tells where the project is and what came with it", () => {
    const result = { project_id: "p", project_ids: ["p", "q"], model_ids: ["m"], runs: 1600, reports: 1 };
    expect(made({ result })).toEqual({ project: "p", sentence: "2 projects, 1 model, 1,600 runs, 1 report" });
  });

  it("does without what is not known", () => {
    expect(made({ result: null })).toEqual({ project: null, sentence: "" });
  });
});
