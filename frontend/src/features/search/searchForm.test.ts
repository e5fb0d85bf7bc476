import { describe, expect, it } from "vitest";
import {
  emptySearch,
  objectiveText,
  type SearchForm,
  searchEstimate,
  searchWanted,
  skippedGroups,
} from "./searchForm";

const form = (more: Partial<SearchForm> = {}): SearchForm => ({ ...emptySearch(24), ...more });
const problem = (more: Partial<SearchForm>) => {
  const asked = searchWanted(form(more));
  return asked.ok ? null : asked.problem;
};

describe("searchWanted", () => {
  it("sends the limit that its objective knows, and no other", () => {
    const both = { limitMs: 24, minFps: 100 } as const;
    const asked = (objective: SearchForm["objective"]) => searchWanted(form({ ...both, objective }));
    expect(asked("throughput")).toMatchObject({ wanted: { max_latency_ms: 24, min_fps: null } });
    expect(asked("latency")).toMatchObject({ wanted: { max_latency_ms: null, min_fps: 100 } });
    expect(asked("front")).toMatchObject({ wanted: { max_latency_ms: null, min_fps: null } });
  });

  it("leaves the grid and the budget to the server when nothing is named", () => {
    expect(searchWanted(form())).toMatchObject({ wanted: { streams: null, batches: null, budget_s: null } });
    expect(searchWanted(form({ streams: "1-3", batches: "1, 8", budgetS: 30 }), "job")).toMatchObject({
      wanted: { streams: [1, 2, 3], batches: [1, 8], budget_s: 30, continues: "job" },
    });
  });

  it("says what is missing or wrong", () => {
    expect(problem({ limitMs: "" })).toMatch(/latency/);
    expect(problem({ objective: "latency" })).toMatch(/FPS/);
    expect(problem({ streams: "x" })).toMatch(/^Streams: Whole/);
    expect(problem({ batches: "1-33" })).toMatch(/Up to 32/);
    expect(problem({ cellS: "" })).toMatch(/cell/);
    expect(problem({})).toBeNull();
  });
});

describe("searchEstimate", () => {
  it("takes a quarter of the grid unless a budget is named", () => {
    expect(searchEstimate(form(), 4)).toEqual({ cells: 24, gridS: 240, budgetS: 60 });
    expect(searchEstimate(form({ streams: "1, 2", batches: "1, 2, 4", cellS: 5, budgetS: 12 }), 4)).toEqual({
      cells: 6,
      gridS: 30,
      budgetS: 12,
    });
  });

  it("does not wait for the limit, but for lists that can be read", () => {
    expect(searchEstimate(form({ limitMs: "" }), 4)?.cells).toBe(24);
    expect(searchEstimate(form({ streams: "x" }), 4)).toBeNull();
  });
});

describe("objectiveText", () => {
  it("says what is looked for", () => {
    expect(objectiveText("throughput", "p99", { limitMs: 24 })).toBe(
      "highest throughput with p99 up to 24 ms",
    );
    expect(objectiveText("latency", "median", { minFps: 100 })).toBe(
      "lowest median latency at 100 FPS or more",
    );
    expect(objectiveText("front", "p95")).toBe("the whole front of throughput and p95 latency");
  });
});

describe("skippedGroups", () => {
  it("gathers cells by their reason", () => {
    const cell = (label: string, reason: string) => ({
      label,
      reason,
      configuration: { hint: "none" as const, api: "async" as const },
    });
    expect(skippedGroups([cell("1", "a"), cell("2", "b"), cell("3", "b")])).toEqual([
      { reason: "b", labels: ["2", "3"] },
      { reason: "a", labels: ["1"] },
    ]);
  });
});
