import { describe, expect, it } from "vitest";
import { countProblem, parseNumbers } from "./preprocessing";

describe("parseNumbers", () => {
  it("takes commas, semicolons and blanks", () => {
    expect(parseNumbers("123.675, 116.28;103.53")).toEqual({ ok: true, values: [123.675, 116.28, 103.53] });
    expect(parseNumbers("  ")).toEqual({ ok: true, values: null });
  });

  it("refuses words, and a divisor that is not positive", () => {
    expect(parseNumbers("a, b").ok).toBe(false);
    expect(parseNumbers("0, 1", true).ok).toBe(false);
    expect(parseNumbers("-5").ok).toBe(true);
  });
});

describe("countProblem", () => {
  it("wants one number, or one for each channel", () => {
    expect(countProblem("RGB", [1])).toBeNull();
    expect(countProblem("RGB", [1, 2, 3])).toBeNull();
    expect(countProblem("RGB", [1, 2])).toMatch(/3 channels/);
    expect(countProblem("GRAY", [1, 2, 3])).toMatch(/only channel/);
    expect(countProblem(null, [1, 2])).toBeNull();
  });
});
