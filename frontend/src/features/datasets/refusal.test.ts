import { describe, expect, it } from "vitest";
import { refusals } from "./refusal";

const problem = { file: "a.json", line: 3, problem: "no categories", fix: "add them" };

describe("refusals", () => {
  it("takes places, and how many there are beyond those that were kept", () => {
    const result = { count: 240, problems: [problem, { problem: "no picture", file: null, line: null }] };
    expect(refusals({ state: "failed", result })).toEqual({
      items: [problem, { file: null, line: null, problem: "no picture", fix: null }],
      total: 240,
    });
  });

  it("makes nothing of what it does not know", () => {
    expect(refusals({ state: "failed", result: { problems: ["x", null, { file: "a" }] } }).items).toEqual([]);
    expect(refusals({ state: "failed", result: null }).total).toBe(0);
    expect(refusals({ state: "succeeded", result: { problems: [problem] } }).items).toEqual([]);
  });
});
