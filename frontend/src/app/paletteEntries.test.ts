import { describe, expect, it } from "vitest";
import { type Entry, found, rank } from "./paletteEntries";

const entry = (name: string): Entry => ({ kind: "model", name, hint: "", to: "/models/$ref", ref: name });

describe("rank", () => {
  it.each([
    ["yolox_nano", "yolo", 0],
    ["my yolox", "yolo", 1],
    ["myyolox", "yolo", 2],
    ["nano of yolox", "yolox nano", 3],
    ["resnet50", "yolo", null],
    ["anything", "", 0],
  ])("%s for '%s' is %s", (name, wanted, place) => {
    expect(rank(name, wanted)).toBe(place);
  });
});

describe("found", () => {
  it("has the best answers first and keeps the order among equals", () => {
    const names = found(["a yolo", "yolo b", "xyolo", "yolo a"].map(entry), "yolo").map(({ name }) => name);
    expect(names).toEqual(["yolo b", "yolo a", "a yolo", "xyolo"]);
  });

  it("ends somewhere", () => {
    expect(
      found(
        Array.from({ length: 500 }, (_, index) => entry(`m${index}`)),
        "m",
      ),
    ).toHaveLength(40);
  });
});
