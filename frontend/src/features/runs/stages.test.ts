import { describe, expect, it } from "vitest";
import { bins } from "./latencyCharts";
import { mixedPrecisions, unstable } from "./runColumns";
import { someRun } from "./runs.fixture";
import { stagesOf } from "./stages";

describe("stagesOf", () => {
  it("has the stages of which something is known, in order", () => {
    expect(stagesOf(someRun()).map(({ name, ms, bytes }) => [name, ms, bytes])).toEqual([
      ["process start", null, 61e6],
      ["read", 18, 74e6],
      ["compile", 268, 132e6],
      ["first inference", 44, null],
    ]);
  });
});

describe("what a table of runs warns of", () => {
  it("is different precisions side by side", () => {
    expect(mixedPrecisions([someRun(), someRun()])).toEqual([]);
    expect(mixedPrecisions([someRun(), someRun({ effective_precision: "f32" })])).toEqual(["bf16", "f32"]);
  });

  it("is runs that were not stable", () => {
    const runs = [someRun(), someRun({ verdict: "noisy" }), someRun({ verdict: "noisy" })];
    expect(unstable(runs)).toEqual([{ verdict: "noisy", count: 2 }]);
  });
});

describe("bins", () => {
  it("have edges and shares", () => {
    expect(bins({ edges: [1, 2, 3], counts: [3, 1] })).toEqual([
      { from: 1, to: 2, count: 3, share: 0.75 },
      { from: 2, to: 3, count: 1, share: 0.25 },
    ]);
    expect(bins({ edges: [], counts: [] })).toEqual([]);
  });
});
