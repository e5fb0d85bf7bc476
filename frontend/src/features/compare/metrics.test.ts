import { describe, expect, it } from "vitest";
import { type Difference, headline, intervalText, judge, type Metric, scaleOf, valueText } from "./metrics";

const NBSP = "\u00a0";
const plain = (text: string) => text.replaceAll(NBSP, " ");
const throughput = { name: "throughput_fps", label: "Throughput", unit: "FPS", better: "higher" } as const;
const latency = { name: "latency_median_ms", label: "Latency, median", unit: "ms", better: "lower" } as const;
const of = (first: number, other: number, ci: number[] | null, certain: boolean | null): Difference => ({
  absolute: other - first,
  ratio: first === 0 ? null : other / first,
  ratio_ci95: ci,
  certain,
});

describe("scaleOf", () => {
  it.each([
    ["bytes", [141e6, 2e9], "GB", 1e9],
    ["bytes", [141e6, null], "MB", 1e6],
    ["bytes", [512], "B", 1],
    ["ms", [8, 9], "ms", 1],
    ["ms", [8, 12_000], "s", 1000],
    ["ms", [0.05, null], "ms", 1],
    ["µs", [400, 12_000], "ms", 1000],
    ["FPS", [1e6], "FPS", 1],
    ["ms", [], "ms", 1],
  ])("%s of %o is shown in %s", (unit, values, shown, factor) => {
    expect(scaleOf(unit, values)).toEqual({ unit: shown, factor });
  });
});

describe("judge", () => {
  it("tells the difference of accuracy and its interval, not the ratio", () => {
    const accuracy = { name: "accuracy", label: "Top-1 accuracy", unit: "", better: "higher" } as const;
    const difference = { ...of(0.75, 0.74, null, true), absolute_ci95: [-0.02, -0.001] };
    expect(judge(difference, accuracy)).toMatchObject({
      text: "−0.0100",
      interval: "−0.0200 to −0.00100",
      word: "worse",
      tone: "bad",
    });
  });

  it("calls a certain difference better or worse by the direction that is better", () => {
    expect(judge(of(100, 110, [1.08, 1.12], true), throughput)).toMatchObject({
      word: "better",
      sign: "▲",
      tone: "good",
    });
    expect(judge(of(10, 11, [1.08, 1.12], true), latency)).toMatchObject({
      word: "worse",
      sign: "▲",
      tone: "bad",
    });
    expect(judge(of(10, 9, [0.88, 0.92], true), latency)).toMatchObject({
      word: "better",
      sign: "▼",
      tone: "good",
    });
  });

  it("does not colour what is not certain, however large", () => {
    expect(judge(of(100, 150, [0.9, 2.1], false), throughput)).toMatchObject({
      word: "no certain difference",
      tone: "dim",
    });
    expect(judge(of(100, 150, null, null), throughput)).toMatchObject({ word: "no interval", tone: "plain" });
  });

  it("has no better and worse where neither direction is", () => {
    const judged = judge(of(1, 1.1, [1.09, 1.11], true), { better: null, unit: "GFLOP" });
    expect(judged).toMatchObject({ word: "differs", tone: "plain" });
  });

  it("tells small ratios in percent, large ones as multiples, the interval alike", () => {
    const small = judge(of(100, 112.3, [1.1, 1.145], true), throughput);
    expect([plain(small.text), plain(small.interval)]).toEqual(["+12.3 %", "+10.0 % to +14.5 %"]);
    const large = judge(of(100, 240, [1.95, 2.9], true), throughput);
    expect([plain(large.text), plain(large.interval)]).toEqual(["2.40 ×", "1.95 × to 2.90 ×"]);
  });

  it("falls back to the absolute difference where there is no ratio", () => {
    expect(plain(judge(of(0, 3, null, null), latency).text)).toBe("+3.00 ms");
  });

  it("calls equal numbers the same", () => {
    expect(judge(of(5, 5, null, null), latency)).toMatchObject({ text: "the same", word: "" });
  });
});

describe("headline", () => {
  const metric: Metric = {
    ...throughput,
    values: [{ value: 100 }, { value: 174 }, { value: 101 }, null],
    differences: [null, of(100, 174, [1.7, 1.78], true), of(100, 101, [0.98, 1.04], false), null],
  };

  it("tells a side in one sentence", () => {
    expect(plain(headline(metric, 1) ?? "")).toBe("Throughput +74.0 %, better");
    expect(headline(metric, 2)).toBe("Throughput: no certain difference");
    expect(headline(metric, 3)).toBeNull();
    expect(headline(undefined, 1)).toBeNull();
  });
});

describe("values", () => {
  it("are shown on the row's scale with half of their interval", () => {
    const scale = { unit: "MB", factor: 1e6 };
    expect(valueText({ value: 141_234_176 }, scale)).toBe("141.2");
    expect(plain(intervalText({ value: 141e6, ci95: [140e6, 142e6] }, scale))).toBe("± 1.0");
    expect(valueText(null, scale)).toBe("–");
    expect(intervalText({ value: 1 }, scale)).toBe("");
  });
});
