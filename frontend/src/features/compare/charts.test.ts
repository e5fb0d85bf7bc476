import { describe, expect, it } from "vitest";
import type { Project } from "../../api/types";
import type { ChartColors } from "../../charts/colors";
import { runAt } from "../runs/runs.fixture";
import { barPoints, barRows, barsOption, latencyGroups } from "./bars";
import { cloudKeys, cloudOption, cloudPoints } from "./cloud";
import { exportAddress, moved, type Side, sideNames, withoutSide, withSide } from "./sides";

const colors = new Proxy({}, { get: () => "#000000" }) as ChartColors;
const project = (id: string, model = id) =>
  ({ id, name: `${id} on data`, model: { name: model } }) as unknown as Project;
const side = (id: string, run: string, latency: number, throughput: number): Side => ({
  key: id,
  project: project(id),
  run: runAt(run, latency, throughput, { project_id: id }),
});

describe("sides", () => {
  it("are added once, up to eight, moved and taken away", () => {
    expect(withSide(["a"], "b")).toEqual(["a", "b"]);
    expect(withSide(["a"], "a")).toEqual(["a"]);
    const eight = [..."abcdefgh"];
    expect(withSide(eight, "i")).toEqual(eight);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(withoutSide(["a", "b"], "a")).toEqual(["b"]);
  });

  it("are called by what tells them apart", () => {
    const [a, b] = [side("p", "1 × 1", 1, 1), side("q", "1 × 1", 1, 1)];
    expect(sideNames([a, b])).toEqual(["A · p", "B · q"]);
    expect(sideNames([a, side("p", "2 × 1", 1, 1)])).toEqual(["A · 1 × 1", "B · 2 × 1"]);
    expect(sideNames([a, side("q", "2 × 1", 1, 1)])).toEqual(["A · p, 1 × 1", "B · q, 2 × 1"]);
  });

  it("go into the address of a file, whatever they are called", () => {
    expect(exportAddress(["a b", "c&d"], "html")).toBe(
      "/api/v1/comparisons/export?side=a+b&side=c%26d&format=html",
    );
  });
});

const wish = {
  groups: [
    { name: "one", bars: [{ value: 10, ci95: [9, 12] }, null] },
    { name: "two", bars: [null, { value: 4 }] },
    { name: "three", bars: [{ value: 1 }, { value: 2 }] },
  ],
  sides: ["A", "B"],
  axis: "time, ms",
  unit: "ms",
};

describe("bars", () => {
  it("start at nothing and leave room for the intervals", () => {
    expect(barsOption(wish, colors).yAxis).toMatchObject({ min: 0, max: 15, name: "time, ms" });
    expect(barsOption({ ...wish, horizontal: true }, colors).xAxis).toMatchObject({ min: 0, max: 15 });
  });

  it("are found by the keyboard in the series that draws them", () => {
    const series = barsOption(wish, colors).series as { data: number[][] }[];
    const points = barPoints(wish);
    expect(points.map(({ sentence }) => sentence)).toEqual([
      "one, A: 10.00 ms, 95 % interval 9.000 to 12.00",
      "two, B: 4.000 ms",
      "three, A: 1.000 ms",
      "three, B: 2.000 ms",
    ]);
    expect(points.map(({ series: at, index }) => series[at]?.data[index]?.[1])).toEqual([10, 4, 1, 2]);
  });

  it("are rows as well, with those that are missing", () => {
    expect(barRows(wish)).toHaveLength(6);
    expect(barRows(wish)[1]).toEqual({ group: "one", side: "B", bar: null });
  });

  it("leave out percentiles that no side has samples for", () => {
    const few = runAt("few", 5, 50);
    few.latency_ms.p99 = null;
    const groups = latencyGroups([few, runAt("b", 6, 60)]);
    expect(groups.map(({ name }) => name)).toEqual(["median", "p90", "p95", "p99"]);
    expect(groups[3]?.bars.map((bar) => bar?.value ?? null)).toEqual([null, 6 * 1.3]);
    expect(groups[0]?.bars[0]?.ci95).toEqual([9.9, 10.1]);
  });
});

describe("the field of all runs", () => {
  const sides = [side("p", "p1", 10, 100), side("q", "q1", 20, 300)];
  const runs = [
    runAt("p1", 10, 100, { project_id: "p" }),
    runAt("p2", 5, 60, { project_id: "p" }),
    runAt("q2", 30, 310, { project_id: "q" }),
    runAt("other", 1, 1, { project_id: "z" }),
  ];
  const points = cloudPoints(sides, runs, "median");

  it("has every run once, in the colour of its project's side", () => {
    expect(points.map(({ run, side: at, chosen }) => [run.id, at, chosen])).toEqual([
      ["p2", 0, false],
      ["p1", 0, true],
      ["q1", 1, true],
      ["q2", 1, false],
    ]);
  });

  it("is read by the keyboard in the same order as it is drawn", () => {
    const series = cloudOption(points, "median", colors).series as { data: { id: string }[] }[];
    for (const { series: at, index, id } of cloudKeys(points, "median")) {
      expect(series[at]?.data[index]?.id).toBe(id);
    }
  });
});
