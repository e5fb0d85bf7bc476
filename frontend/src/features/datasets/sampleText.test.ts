import { describe, expect, it } from "vitest";
import { contents } from "./sampleText";

const box = (label: number | null, label_name: string | null) => ({
  label,
  label_name,
  bbox: [0, 0, 1, 1],
  difficult: false,
  crowd: false,
});

describe("contents", () => {
  it("has the most frequent objects first", () => {
    const boxes = [box(1, "car"), box(0, "person"), box(0, "person"), box(7, null)];
    expect(contents({ label: null, label_name: null, identity: null, boxes })).toBe("person 2, car, class 7");
  });

  it("names label or person, and nothing where nothing is annotated", () => {
    expect(contents({ label: 2, label_name: "cat", identity: null, boxes: [] })).toBe("cat");
    expect(contents({ label: 2, label_name: null, identity: null, boxes: [] })).toBe("class 2");
    expect(contents({ label: null, label_name: null, identity: "Ann", boxes: [] })).toBe("Ann");
    expect(contents({ label: null, label_name: null, identity: null, boxes: [] })).toBeNull();
  });
});
