import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { remember, remembered } from "./remembered";
import { emptySearch } from "./searchForm";

describe("a search that is gone on with", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    globalThis.sessionStorage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
    } as unknown as Storage;
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, "sessionStorage");
  });

  it("begins with what was filled in", () => {
    const form = { ...emptySearch(undefined), streams: "1-3", budgetS: 20 } as const;
    remember("job", form);
    expect(remembered("job", 24)).toEqual(form);
  });

  it("is a new one when nothing is kept, or what is kept cannot be read", () => {
    expect(remembered("other", 24)).toEqual(emptySearch(24));
    expect(remembered(undefined, 24)).toEqual(emptySearch(24));
    kept.set("search broken", "{");
    expect(remembered("broken", undefined)).toEqual(emptySearch(undefined));
  });

  it("does without a browser that keeps something", () => {
    Reflect.deleteProperty(globalThis, "sessionStorage");
    remember("job", emptySearch(1));
    expect(remembered("job", 2)).toEqual(emptySearch(2));
  });
});
