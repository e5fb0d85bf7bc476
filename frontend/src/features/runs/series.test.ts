import { describe, expect, it } from "vitest";
import { candidates, colorOf, relation, seriesName, shown, toggledSeries } from "./series";

const model = (id: string, precision: "FP16" | "INT8") => ({
  id,
  name: id,
  precision,
  task: null,
  size_bytes: 1,
});
const project = (id: string, parent_id: string | null, more = {}) => ({
  id,
  name: `${id} on set`,
  parent_id,
  model: model(`model ${id}`, "FP16"),
  run_count: 3,
  ...more,
});

const own = project("own", "parent", { model: model("shared", "INT8") });
const parent = project("parent", null);
const child = project("child", "own");
const sibling = project("sibling", "parent");
const same = project("same", null, { model: model("shared", "INT8") });
const stranger = project("stranger", null);
const empty = project("empty", "own", { run_count: 0 });
const ids = (list: { id: string }[]) => list.map(({ id }) => id);
const all = candidates(own, [stranger, same, sibling, child, parent, own, parent, empty]);

describe("who may stand in the chart", () => {
  it("is the family and the same model, the nearest first, each once", () => {
    expect(ids(all)).toEqual(["own", "parent", "child", "sibling", "same"]);
  });

  it("knows how they are related", () => {
    expect([own, parent, child, sibling, same].map((other) => relation(own, other))).toEqual([
      "own",
      "parent",
      "child",
      "sibling",
      "other",
    ]);
  });
});

describe("who stands there", () => {
  it("is the family, unless somebody was taken out", () => {
    expect(ids(shown(own, all))).toEqual(["own", "parent", "child"]);
    expect(ids(shown(own, all, ["same"], ["parent", "own"]))).toEqual(["own", "child", "same"]);
  });

  it("is written to the address as what differs from the usual", () => {
    expect(toggledSeries(own, parent, {})).toEqual({ series: undefined, without: ["parent"] });
    expect(toggledSeries(own, parent, { without: ["parent"] })).toEqual({
      series: undefined,
      without: undefined,
    });
    expect(toggledSeries(own, same, { series: ["x"] })).toEqual({
      series: ["x", "same"],
      without: undefined,
    });
  });

  it("keeps its colour when others come and go", () => {
    expect(all.map((other) => colorOf(own, all, other))).toEqual(["c1", "c5", "c4", "c2", "c6"]);
  });

  it("is named by what differs within the family", () => {
    expect(seriesName(own, own)).toBe("INT8 (this)");
    expect(seriesName(own, parent)).toBe("FP16 parent");
    expect(seriesName(own, same)).toBe("same on set");
  });
});
