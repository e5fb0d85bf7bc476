import { describe, expect, it } from "vitest";
import type { ChartColors } from "../../charts/colors";
import { runAt } from "./runs.fixture";
import { bestWithin, chartPoints, front, pointsOf, sentence, tradeoffOption } from "./tradeoff";

const runs = [
  runAt("1x1", 8.4, 118),
  runAt("2x1", 8.9, 214),
  runAt("1x2", 15.2, 131),
  runAt("2x2", 17.4, 228),
  runAt("1x4", 29.3, 136, { verdict: "contended", verdict_reason: "Others used the CPU." }),
  runAt("2x4", 34.1, 233),
];
const ids = (points: { run: { id: string } }[]) => points.map((point) => point.run.id);
const colors = new Proxy({}, { get: () => "#000000" }) as ChartColors;

describe("pointsOf", () => {
  it("leaves out runs that have too few samples for the percentile", () => {
    const few = runAt("few", 5, 50);
    few.latency_ms.p99 = null;
    expect(ids(pointsOf([...runs, few], "p99"))).not.toContain("few");
    expect(ids(pointsOf([...runs, few], "median"))[0]).toBe("few");
  });
});

describe("front", () => {
  it("keeps what no other run beats in both", () => {
    expect(ids(front(pointsOf(runs, "median")))).toEqual(["1x1", "2x1", "2x2", "2x4"]);
  });

  it("takes one of two runs with the same latency: the faster", () => {
    expect(ids(front(pointsOf([runAt("a", 5, 10), runAt("b", 5, 20)], "median")))).toEqual(["b"]);
  });
});

describe("bestWithin", () => {
  const points = pointsOf(runs, "median");

  it("is the highest throughput without a limit", () => {
    expect(bestWithin(points, undefined)?.run.id).toBe("2x4");
  });

  it("does not exceed the limit, which itself is allowed", () => {
    expect(bestWithin(points, 12)?.run.id).toBe("2x1");
    expect(bestWithin(points, 17.4)?.run.id).toBe("2x2");
  });

  it("is nothing when no run stays within", () => {
    expect(bestWithin(points, 1)).toBeNull();
  });
});

describe("what the keyboard reads", () => {
  it("tells run, throughput, latency and whether it can be trusted", () => {
    const [, , , , contended] = pointsOf(runs, "median");
    expect(contended && sentence(contended, "median")).toBe(
      "1x4: 136.0 FPS, median latency 29.3 ms, contended: Others used the CPU.",
    );
  });

  it("points into the series that holds the runs", () => {
    const points = pointsOf(runs, "median");
    const option = tradeoffOption({ points, percentile: "median", selected: null, limit: undefined }, colors);
    const series = option.series as { type: string; data: { id?: string }[] }[];
    for (const { series: at, index, id } of chartPoints({ points, percentile: "median" })) {
      expect(series[at]?.type).toBe("scatter");
      expect(series[at]?.data[index]?.id).toBe(id);
    }
  });
});

describe("tradeoffOption", () => {
  it("leaves room for the limit and for the intervals", () => {
    const points = pointsOf(runs, "median");
    const option = tradeoffOption({ points, percentile: "median", selected: "2x1", limit: 90 }, colors);
    expect(option.xAxis).toMatchObject({ min: 0, max: 100, name: "median latency, ms" });
    expect(option.yAxis).toMatchObject({ min: 0, max: 300 });
  });

  it("stars the best run", () => {
    const points = pointsOf(runs, "median");
    const option = tradeoffOption({ points, percentile: "median", selected: null, limit: 12 }, colors);
    const [, , scatter] = option.series as { data: { label: { formatter: string } }[] }[];
    const starred = scatter?.data.map(({ label }) => label.formatter).filter((text) => text.startsWith("★"));
    expect(starred).toEqual(["★ 2x1"]);
  });
});
