import { describe, expect, it } from "vitest";
import type { ClassRow } from "../../api/types";
import { figureLabel, figuresOf, sortedClasses } from "./classes";

const rows: ClassRow[] = [
  { label: 0, name: "cat", samples: 5, metrics: { ap: 0.5 } },
  { label: 1, name: "dog", samples: 9, metrics: { ap: null } },
  { label: 2, name: "", samples: 1, metrics: { ap: 0.9, predicted: 3 } },
];

describe("the table of classes", () => {
  it("has every figure that any class has", () => {
    expect(figuresOf(rows)).toEqual(["ap", "predicted"]);
    expect(figureLabel("coco_ap")).toBe("AP, COCO");
    expect(figureLabel("some_figure")).toBe("Some figure");
  });

  it("keeps what has no figure at the end", () => {
    const names = (sort: string, search?: string) =>
      sortedClasses(rows, sort, search).map(({ label }) => label);
    expect(names("ap")).toEqual([0, 2, 1]);
    expect(names("-ap")).toEqual([2, 0, 1]);
    expect(names("-samples")).toEqual([1, 0, 2]);
    expect(names("name")).toEqual([0, 2, 1]);
    expect(names("name", "CLASS")).toEqual([2]);
  });
});
