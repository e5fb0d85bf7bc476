import { defaultParseSearch } from "@tanstack/react-router";
import { describe, expect, it } from "vitest";
import { stringifySearch } from "./address";
import { compareSearch } from "./search";

const again = (search: object) => {
  const read = compareSearch(defaultParseSearch(stringifySearch({ ...search })));
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
};

describe("the address of a comparison", () => {
  it("names every side by itself, in order", () => {
    expect(stringifySearch({ side: ["b", "a"], with: 1 })).toBe("?side=b&side=a&with=1");
  });

  it.each([
    [{ side: ["0197a000-0000-7000-8000-000000000001"] }],
    [{ side: ["2017", "true", "a & b = c"], types: ["Convolution"], sort: "-ratio" }],
    [{ side: ["one", "two"], q: "7", row: "conv1" }],
  ])("is read as it was written: %o", (search) => {
    expect(again(search)).toEqual(search);
  });

  it("has every side once, and no more than the server takes", () => {
    expect(compareSearch({ side: ["a", "b", "a"] }).side).toEqual(["a", "b"]);
    expect(compareSearch({ side: Array.from({ length: 20 }, (_, at) => `s${at}`) }).side).toHaveLength(8);
    expect(compareSearch({}).side).toBeUndefined();
  });

  it("is the router's own elsewhere", () => {
    expect(stringifySearch({ types: ["a"], q: "12" })).toBe("?types=%5B%22a%22%5D&q=%2212%22");
  });
});
