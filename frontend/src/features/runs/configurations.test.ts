import { describe, expect, it } from "vitest";
import type { Configuration } from "../../api/types";
import {
  configurationName,
  estimateSeconds,
  numberList,
  parseShape,
  rateList,
  runsOf,
  withoutRun,
} from "./configurations";
import { executedCells } from "./executed";
import { emptyForm, type FormState, filledForm } from "./form";
import { someRun } from "./runs.fixture";

const form = (more: Partial<FormState>): FormState => ({ ...emptyForm(4), ...more });
const names = (more: Partial<FormState>) => {
  const wanted = runsOf(form(more));
  return wanted.ok ? wanted.runs.map(({ name }) => name) : wanted.problem;
};
const wanted = (more: Partial<FormState>, ownBatch: number | null = 1): Configuration[] => {
  const found = runsOf(form(more), ownBatch);
  return found.ok ? found.runs.map(({ configuration }) => configuration) : [];
};
const plain: Configuration = { hint: "none", api: "async", streams: 2, batch: 1 };

describe("numberList", () => {
  it("takes commas, blanks and ranges, each number once", () => {
    expect(numberList("1, 2 4-6,5", 100)).toEqual({ ok: true, values: [1, 2, 4, 5, 6] });
    expect(numberList("", 100)).toEqual({ ok: true, values: [] });
  });

  it.each(["0", "101", "two", "1.5", "4-2"])("refuses %s", (text) => {
    expect(numberList(text, 100).ok).toBe(false);
  });
});

describe("rateList", () => {
  it("takes fractions, and refuses what is no rate", () => {
    expect(rateList("100, 62.5 100")).toEqual({ ok: true, values: [62.5, 100] });
    for (const text of ["0", "-3", "many", "1e9"]) expect(rateList(text).ok).toBe(false);
  });
});

describe("runsOf", () => {
  it("is every chosen cell, hints beside streams", () => {
    expect(names({ chosen: ["latency|1", "latency|4", "1|1", "2|4"] })).toEqual([
      "latency hint",
      "latency hint, batch 4",
      "1 × 1",
      "2 × 4",
    ]);
  });

  it("never sends streams with a hint, which the server refuses", () => {
    expect(wanted({ chosen: ["throughput|1"], beside: "4" })).toMatchObject([{ streams: null, requests: 4 }]);
  });

  it("counts requests down the matrix when it is asked to", () => {
    expect(wanted({ axis: "requests", chosen: ["8|2", "throughput|1"], beside: "1, 2" })).toMatchObject([
      { hint: "none", requests: 8, streams: 1, batch: 2 },
      { hint: "none", requests: 8, streams: 2, batch: 2 },
      // A hint sets the streams itself: both numbers of them are the same run.
      { hint: "throughput", requests: null, streams: null, batch: 1 },
    ]);
  });

  it("multiplies by threads, precisions and rates", () => {
    const many = names({
      chosen: ["2|1"],
      threads: "1, 2",
      precisions: ["f32", "bf16"],
      load: "open",
      rates: "50 100",
    });
    expect(many).toHaveLength(8);
    expect(many[0]).toBe("2 × 1, 1 threads, f32, 50 arrivals/s");
  });

  it("blocks with one request, whatever was typed", () => {
    expect(wanted({ chosen: ["1|1"], api: "sync", beside: "8" })).toMatchObject([
      { api: "sync", requests: null },
    ]);
    expect(names({ api: "sync", load: "open", rates: "5" })).toMatch(/asynchronous/);
  });

  it("leaves the batch of a model alone that may have none", () => {
    expect(wanted({ chosen: ["1|1", "1|2"] }, null).map(({ batch }) => batch)).toEqual([null, 2]);
    expect(wanted({ chosen: ["1|1"] }, 4).map(({ batch }) => batch)).toEqual([1]);
  });

  it("says what is missing, wrong or too much", () => {
    expect(names({ chosen: [] })).toMatch(/Choose cells/);
    expect(names({ threads: "x" })).toMatch(/Whole numbers/);
    expect(names({ load: "open" })).toMatch(/rate/);
    expect(names({ chosen: ["1|1", "2|1"], threads: "1-256" })).toMatch(/up to 400/);
  });
});

describe("taking a run out", () => {
  it("takes the cell when it is its only run, and otherwise just the run", () => {
    const start = form({ chosen: ["1|1", "2|1"] });
    const [first] = (runsOf(start) as { runs: Parameters<typeof withoutRun>[1][] }).runs;
    expect(first && withoutRun(start, first).chosen).toEqual(["2|1"]);

    const many = form({ chosen: ["1|1"], threads: "1, 2" });
    const [one] = (runsOf(many) as { runs: Parameters<typeof withoutRun>[1][] }).runs;
    const after = one ? runsOf(withoutRun(many, one)) : null;
    expect(after?.ok && after.runs.map(({ name }) => name)).toEqual(["1 × 1, 2 threads"]);
  });
});

describe("filledForm", () => {
  it("makes cells of runs that differ in nothing else", () => {
    const filled = filledForm(form({}), [
      { ...plain, precision: "bf16" },
      { ...plain, streams: 16, batch: 3, precision: "bf16" },
    ]);
    expect(filled.chosen).toEqual(["2|1", "16|3"]);
    expect(filled.rows).toContain(16);
    expect(filled.columns).toEqual([1, 2, 3, 4, 8, 16]);
    expect(filled.precisions).toEqual(["bf16"]);
  });

  it("lists runs one by one when they differ otherwise", () => {
    const filled = filledForm(form({}), [plain, { ...plain, precision: "f32" }]);
    expect(filled.chosen).toEqual([]);
    expect(runsOf(filled)).toMatchObject({ ok: true, runs: [{ name: "2 × 1" }, { name: "2 × 1, f32" }] });
  });
});

describe("executedCells", () => {
  const at = (id: string, minute: number, more = {}) =>
    someRun({ id, streams: 2, batch: 4, created_at: `2026-03-09T12:0${minute}:00Z`, ...more });

  it("shows the newest run of a cell", () => {
    const cells = executedCells([at("old", 1), at("new", 2)], form({}));
    expect([...cells].map(([key, run]) => [key, run.id])).toEqual([["2|4", "new"]]);
  });

  it("puts runs with a hint beside it, and others where they were loaded alike", () => {
    const hinted = at("hinted", 1, { hint: "latency", streams: 1, batch: 1 });
    const open = at("open", 2, { configuration: { ...plain, arrivals_per_s: 50 } });
    expect([...executedCells([hinted, open], form({})).keys()]).toEqual(["latency|1"]);
    expect([...executedCells([hinted, open], form({ load: "open" })).keys()]).toEqual(["2|4"]);
  });

  it("leaves out cells that the matrix does not have", () => {
    expect(executedCells([at("far", 1, { streams: 77 })], form({})).size).toBe(0);
  });
});

describe("names", () => {
  it("are the server's", () => {
    expect(configurationName({ ...plain, api: "sync", precision: "f16", threads: 4 })).toBe(
      "2 × 1, 4 threads, f16, sync",
    );
    expect(configurationName({ hint: "cumulative_throughput", api: "async", batch: 2 })).toBe(
      "cumulative throughput hint, batch 2",
    );
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
