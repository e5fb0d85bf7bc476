import { describe, expect, it } from "vitest";
import { classCounts, foundClasses } from "./classCounts";

describe("classCounts", () => {
  it("has the most frequent first and keeps classes that never occur", () => {
    expect(classCounts({ labels: ["cat", "dog", "bird"], class_counts: { "1": 7, "0": 2 } })).toEqual([
      { label: 1, name: "dog", count: 7 },
      { label: 0, name: "cat", count: 2 },
      { label: 2, name: "bird", count: 0 },
    ]);
  });

  it("names what has no name", () => {
    expect(classCounts({ labels: null, class_counts: { "4": 1 } })).toEqual([
      { label: 4, name: "class 4", count: 1 },
    ]);
  });
});

describe("foundClasses", () => {
  const rows = classCounts({ labels: ["cat", "dog 10", "dog 9"], class_counts: { "0": 2, "1": 7, "2": 7 } });
  const names = (q: string | undefined, sort: string) => foundClasses(rows, q, sort).map(({ name }) => name);

  it("sorts by name as people do, by number and by count", () => {
    expect(names(undefined, "name")).toEqual(["cat", "dog 9", "dog 10"]);
    expect(names(undefined, "-label")).toEqual(["dog 9", "dog 10", "cat"]);
    expect(names(undefined, "-count")).toEqual(["dog 10", "dog 9", "cat"]);
    expect(names(undefined, "count")).toEqual(["cat", "dog 10", "dog 9"]);
  });

  it("finds a part of a name", () => {
    expect(names("DOG", "name")).toEqual(["dog 9", "dog 10"]);
    expect(names("bird", "name")).toEqual([]);
  });
});
