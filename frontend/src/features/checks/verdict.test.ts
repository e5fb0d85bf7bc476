import { describe, expect, it } from "vitest";
import type { ChartColors } from "../../charts/colors";
import {
  axisRange,
  command,
  conditionRows,
  figureRows,
  intervalOption,
  quoted,
  slowdownInterval,
  slowdownText,
  wordRows,
} from "./verdict";

const plain = (text: string) => text.replaceAll("\u00a0", " ");
const result = {
  verdict: "regression" as const,
  interleaved: true,
  slowdown: 0.083,
  slowdown_ci95: [0.071, 0.095],
  max_slowdown: 0.05,
  max_p99_ms: null,
  configuration: { hint: "none" as const, streams: 2, batch: 1, requests: null, api: "async" as const },
  baseline: { run_id: "r1", throughput_fps: 100, latency_ms: { median: 8.36, p99: null }, verdict: "stable" },
  current: { throughput_fps: 92, latency_ms: { median: 9.1, p99: 12.4 }, peak_memory_bytes: 141e6 },
};

describe("the slowdown in words", () => {
  it("says slower or faster", () => {
    expect(plain(slowdownText(0.083))).toBe("8.3 % slower");
    expect(plain(slowdownText(-0.01))).toBe("1.0 % faster");
    expect(slowdownText(null)).toBe("not known");
    expect(plain(slowdownInterval(result))).toBe("+7.1 % to +9.5 %");
    expect(slowdownInterval({ slowdown_ci95: null })).toBe("");
  });
});

describe("the chart", () => {
  it.each([
    [0.083, [0.071, 0.095], 0.05],
    [-0.4, [-0.5, -0.3], 0.05],
    [0.001, [-0.001, 0.003], 0.2],
    [null, null, 0.05],
    [3, [2, 4], 0.05],
  ])("has no change, the limit and the interval of %o in sight", (slowdown, ci, limit) => {
    const [min, max] = axisRange({ slowdown, slowdown_ci95: ci, max_slowdown: limit });
    for (const value of [0, limit, ...(ci ?? [])]) {
      expect(value * 100).toBeGreaterThan(min);
      expect(value * 100).toBeLessThan(max);
    }
  });

  it("draws the interval from end to end, in percent", () => {
    const colors = new Proxy({}, { get: () => "#000000" }) as ChartColors;
    const [line, dot] = intervalOption(result, colors).series as { data: number[][] }[];
    expect(line?.data.map(([x]) => x)).toEqual([7.1, 9.5].map((value) => expect.closeTo(value, 9)));
    expect(dot?.data[0]?.[0]).toBeCloseTo(8.3, 9);
  });
});

describe("the command that does it again", () => {
  it("names project, baseline and limits as the shell takes them", () => {
    expect(command("it's mine", { ...result, max_p99_ms: 15 })).toBe(
      "workbench check 'it'\\''s mine' --baseline r1 --max-slowdown 5% --max-p99-ms 15 --streams 2 --batch 1",
    );
    const hinted = { hint: "throughput" as const, precision: "f32" as const, api: "async" as const };
    expect(command("p", { ...result, max_slowdown: 0.025, baseline: {}, configuration: hinted })).toBe(
      "workbench check p --baseline BASELINE.json --max-slowdown 2.5% --hint throughput --precision f32",
    );
  });

  it.each([
    ["plain-name_1.2", "plain-name_1.2"],
    ["$(rm -rf /)", "'$(rm -rf /)'"],
    ["a\nb", "'a\nb'"],
    ["", "''"],
  ])("quotes %j", (word, expected) => {
    expect(quoted(word)).toBe(expected);
  });
});

describe("what both measurements told", () => {
  it("is shown where at least one of them did", () => {
    expect(figureRows(result).map(({ name, baseline, current }) => [name, baseline, current])).toEqual([
      ["Throughput", "100.0", "92.00"],
      ["Latency, median", "8.360", "9.100"],
      ["p99", "–", "12.40"],
      ["Peak memory", "–", "141.0"],
    ]);
    expect(wordRows(result)).toEqual([{ name: "Verdict", unit: "", baseline: "stable", current: "–" }]);
  });

  it("and the conditions, known or not", () => {
    const rows = conditionRows({ cpu_others: 0.31, new_thing: 7, frequency: null });
    expect(rows.map(({ name, text }) => [name, plain(text)])).toEqual([
      ["CPU used by others", "31.0 %"],
      ["new thing", "7.000"],
    ]);
  });
});
