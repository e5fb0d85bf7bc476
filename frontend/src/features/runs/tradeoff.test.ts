import { describe, expect, it } from "vitest";
import type { ChartColors } from "../../charts/colors";
import { runAt } from "./runs.fixture";
import type { Series } from "./series";
import { bestWithin, ENOUGH, front, fullView, pointsOf as pointsOfAll, sentence, tooFew } from "./tradeoff";
import { chartPoints, tradeoffOption } from "./tradeoffOption";

const runs = [
  runAt("1x1", 8.4, 118),
  runAt("2x1", 8.9, 214),
  runAt("1x2", 15.2, 131),
  runAt("2x2", 17.4, 228),
  runAt("1x4", 29.3, 136, { verdict: "contended", verdict_reason: "Others used the CPU." }),
  runAt("2x4", 34.1, 233),
];
const seriesOf = (own: typeof runs): Series[] => [{ id: "p", name: "INT8 (this)", color: "c1", runs: own }];
const pointsOf = (own: typeof runs, percentile: Parameters<typeof pointsOfAll>[1]) =>
  pointsOfAll(seriesOf(own), percentile);
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
    const { series } = drawn(undefined);
    for (const { series: at, index, id } of chartPoints({
      points,
      percentile: "median",
      series: seriesOf(runs),
    })) {
      expect(series[at]?.type).toBe("scatter");
      expect(series[at]?.data[index]).toMatchObject({ id });
    }
  });
});

function drawn(limit: number | undefined, series = seriesOf(runs)) {
  const points = pointsOfAll(series, "median");
  const view = fullView(points, limit);
  const option = tradeoffOption(
    { points, series, percentile: "median", selected: null, limit, view },
    colors,
  );
  return option as {
    xAxis: object;
    yAxis: object;
    series: { type: string; symbol?: string; data: unknown[]; markArea?: { data: { xAxis: number }[][] } }[];
  };
}

describe("tradeoffOption", () => {
  it("leaves room for the limit and for the intervals", () => {
    const option = drawn(90);
    expect(option.xAxis).toMatchObject({ min: 0, max: 100, name: "median latency, ms" });
    expect(option.yAxis).toMatchObject({ min: 0, max: 300 });
  });

  it("stars the best run within the limit, and none when there is none", () => {
    const stars = (limit: number | undefined) => drawn(limit).series[3]?.data;
    expect(stars(12)).toEqual([[8.9, 214]]);
    expect(stars(undefined)).toEqual([[34.1, 233]]);
    expect(stars(1)).toEqual([]);
  });

  it("shades what lies beyond the limit", () => {
    expect(drawn(12).series[0]?.markArea?.data).toEqual([[{ xAxis: 12 }, { xAxis: 40 }]]);
    expect(drawn(undefined).series[0]?.markArea).toBeUndefined();
  });

  it("draws a front for each project, and the star only for this one", () => {
    const parent: Series = {
      id: "q",
      name: "FP16 parent",
      color: "c5",
      runs: [runAt("p1", 5, 60), runAt("p2", 9, 300)],
    };
    const { series } = drawn(undefined, [...seriesOf(runs), parent]);
    expect(series[4]?.data).toEqual([
      [5, 60],
      [9, 300],
    ]);
    expect(series[3]?.data).toEqual([[34.1, 233]]);
    const shapes = ((series[2]?.data ?? []) as { id: string; symbol: string }[]).map(
      ({ id, symbol }) => `${id} ${symbol}`,
    );
    expect(shapes).toContain("1x4 diamond");
    expect(shapes).toContain("p1 circle");
  });
});

describe("a percentile without samples enough", () => {
  it("says how many it needs: n ≥ ln 0.05 / ln p", () => {
    for (const [name, p] of [
      ["p90", 0.9],
      ["p95", 0.95],
      ["p99", 0.99],
      ["p999", 0.999],
    ] as const) {
      expect(ENOUGH[name]).toBe(Math.ceil(Math.log(0.05) / Math.log(p)));
    }
    expect(tooFew("p999", 1240)).toMatch(/p99\.9 needs 2,995, and the run has 1,240/);
  });
});
