import { describe, expect, it } from "vitest";
import { expectedSeconds, timeText } from "./clock";
import { logLines, matches, pieces } from "./logLines";

describe("expectedSeconds", () => {
  it("is the given estimate while nothing else is known", () => {
    expect(expectedSeconds({ estimate_s: 100, progress: 0 }, 1)).toBe(100);
  });

  it("goes over to the job's own pace as it comes further", () => {
    // Half done after 80 s: its pace says 160 s, the estimate said 100 s.
    expect(expectedSeconds({ estimate_s: 100, progress: 0.5 }, 80)).toBeCloseTo(130);
    expect(expectedSeconds({ estimate_s: null, progress: 0.5 }, 80)).toBeCloseTo(160);
  });

  it("is unknown without estimate and progress", () => {
    expect(expectedSeconds({ estimate_s: null, progress: 0 }, 30)).toBeNull();
  });
});

describe("timeText", () => {
  it("tells elapsed and expected time", () => {
    expect(timeText({ state: "running", estimate_s: 100, progress: 0.38 }, 38)).toBe("0:38 of ~1:40");
  });

  it("drops an estimate that has passed", () => {
    expect(timeText({ state: "running", estimate_s: 10, progress: 0 }, 38)).toBe("0:38");
  });

  it("tells a waiting job's estimate, and what an ended one took", () => {
    expect(timeText({ state: "queued", estimate_s: 54, progress: 0 }, null)).toBe("will take ~0:54");
    expect(timeText({ state: "succeeded", estimate_s: 54, progress: 1 }, 61)).toBe("1:01");
  });
});

describe("a log", () => {
  const lines = logLines(
    "2026-03-09 14:05:11.123 info    stage 1 of 3: read\n2026-03-09 14:05:12.000 warning no cache\nnative ERROR text\n",
  );

  it("is lines with levels", () => {
    expect(lines.map(({ number, level }) => [number, level])).toEqual([
      [1, "info"],
      [2, "warning"],
      [3, "info"],
    ]);
    expect(logLines("")).toEqual([]);
  });

  it("can be searched whatever the case", () => {
    expect(matches(lines, "error")).toEqual([2]);
    expect(matches(lines, "  ")).toEqual([]);
  });

  it("marks every place in a line", () => {
    expect(pieces("abcABx", "ab")).toEqual([
      { text: "ab", found: true },
      { text: "c", found: false },
      { text: "AB", found: true },
      { text: "x", found: false },
    ]);
  });
});
