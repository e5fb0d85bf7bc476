import { describe, expect, it } from "vitest";
import { type Entry, found, projectActions, rank } from "./paletteEntries";

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

describe("projectActions", () => {
  it("are of the project, each found by what people call it", () => {
    const all = projectActions({ id: "p", name: "nano on coco" });
    expect(all.every(({ ref, hint }) => ref === "p" && hint === "nano on coco")).toBe(true);
    const first = (wanted: string) => found(all, wanted)[0];
    expect(first("deploy")).toMatchObject({ to: "/projects/$ref", tab: "deploy" });
    expect(first("package")?.tab).toBe("deploy");
    expect(first("optimize")?.tab).toBe("optimize");
    expect(first("best")).toMatchObject({ tab: "optimize", make: "best" });
    expect(first("int8")).toMatchObject({ tab: "optimize", make: "int8" });
    expect(first("accuracy")?.tab).toBe("accuracy");
    expect(first("recipe")?.tab).toBe("recipe");
    expect(first("picture")?.to).toBe("/projects/$ref/try");
  });

  it("are none without a project", () => {
    expect(projectActions(undefined)).toEqual([]);
  });
});
