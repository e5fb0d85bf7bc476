import { describe, expect, it } from "vitest";
import {
  configurationName,
  configurationsOf,
  EMPTY_FORM,
  estimateSeconds,
  numberList,
  parseShape,
} from "./configurations";

const names = (form: Parameters<typeof configurationsOf>[0]) => {
  const wanted = configurationsOf(form);
  return wanted.ok ? wanted.configurations.map(configurationName) : wanted.problem;
};

describe("numberList", () => {
  it("takes commas, blanks and ranges, each number once", () => {
    expect(numberList("1, 2 4-6,5", 100)).toEqual({ ok: true, values: [1, 2, 4, 5, 6] });
    expect(numberList("", 100)).toEqual({ ok: true, values: [] });
  });

  it.each(["0", "101", "two", "1.5", "4-2"])("refuses %s", (text) => {
    expect(numberList(text, 100).ok).toBe(false);
  });
});

describe("configurationsOf", () => {
  it("is every hint, and every pair of streams and batch", () => {
    const form = { ...EMPTY_FORM, hints: ["latency" as const], streams: "1, 2", batches: "1, 4" };
    expect(names(form)).toEqual([
      "latency hint",
      "latency hint, batch 4",
      "1 × 1",
      "1 × 4",
      "2 × 1",
      "2 × 4",
    ]);
  });

  it("never sends streams with a hint, which the server refuses", () => {
    const wanted = configurationsOf({ ...EMPTY_FORM, streams: "3" });
    expect(
      wanted.ok &&
        wanted.configurations.filter(({ hint }) => hint !== "none").every(({ streams }) => streams === null),
    ).toBe(true);
  });

  it("repeats every run for each number of requests and threads", () => {
    const form = { ...EMPTY_FORM, hints: [], streams: "2", requests: "2, 4", threads: "1, 2" };
    expect(names(form)).toHaveLength(4);
  });

  it("takes one stream when only a batch is named", () => {
    expect(names({ ...EMPTY_FORM, hints: [], batches: "8" })).toEqual(["1 × 8"]);
  });

  it("says what is missing, wrong or too much", () => {
    expect(names({ ...EMPTY_FORM, hints: [] })).toMatch(/Choose a hint/);
    expect(names({ ...EMPTY_FORM, streams: "x" })).toMatch(/Whole numbers/);
    expect(names({ ...EMPTY_FORM, streams: "1-50", batches: "1-50" })).toMatch(/up to 400/);
  });
});

describe("estimateSeconds", () => {
  it("counts starting and layers with each run", () => {
    expect(estimateSeconds(3, 10, true)).toBe(54);
    expect(estimateSeconds(3, 10, false)).toBe(39);
    expect(estimateSeconds(3, null, true)).toBeNull();
  });
});

describe("parseShape", () => {
  it("reads the usual ways of writing one", () => {
    expect(parseShape("1, 3, 224, 224", 4)).toEqual({ ok: true, shape: [1, 3, 224, 224] });
    expect(parseShape("1x3x8x8", 4)).toEqual({ ok: true, shape: [1, 3, 8, 8] });
  });

  it("wants the rank of the input and whole sizes", () => {
    expect(parseShape("1, 3", 4).ok).toBe(false);
    expect(parseShape("1, 0, 8, 8", 4).ok).toBe(false);
  });
});
