import { describe, expect, it } from "vitest";
import type { Reading } from "../../api/types";
import { decodingFields, familiesOf } from "./families";
import { FAMILIES } from "./familyParts";
import type { Family } from "./field";
import { typed, typedText, valueAt, withValue } from "./fields";

const reading = {
  task: "inpainting",
  decoding: { family: "inpainting", hole: { width: 64 } },
} as unknown as Reading;

describe("the fields of a reading", () => {
  it("reads and changes a value without touching the rest", () => {
    const next = withValue(reading, "decoding.hole.width", 10);
    expect(valueAt(next, "decoding.hole.width")).toBe(10);
    expect(valueAt(reading, "decoding.hole.width")).toBe(64);
    expect(valueAt(next, "decoding.family")).toBe("inpainting");
    expect(valueAt(reading, "nowhere.at.all")).toBeUndefined();
  });

  it("takes lists as people type them", () => {
    expect(typed({ kind: "numbers", none: "none" }, "1, 2.5 3")).toEqual({ ok: true, value: [1, 2.5, 3] });
    expect(typed({ kind: "numbers", none: "none" }, " ")).toEqual({ ok: true, value: null });
    expect(typed({ kind: "numbers" }, "").ok).toBe(false);
    expect(typed({ kind: "numbers", none: "none" }, "1, x").ok).toBe(false);
    expect(typed({ kind: "pairs", none: "none" }, "10,13; 16,30")).toEqual({
      ok: true,
      value: [
        [10, 13],
        [16, 30],
      ],
    });
    expect(typed({ kind: "pairs", none: "none" }, "10,13,16").ok).toBe(false);
    expect(typed({ kind: "json", none: "none" }, "[{").ok).toBe(false);
  });

  it("writes what it reads", () => {
    const pairs = [
      [10, 13],
      [16, 30],
    ];
    expect(typed({ kind: "pairs" }, typedText("pairs", pairs))).toEqual({ ok: true, value: pairs });
    expect(typedText("numbers", null)).toBe("");
  });

  it("offers every family for some task", () => {
    const offered = new Set(
      (
        [
          "classification",
          "object_detection",
          "instance_segmentation",
          "semantic_segmentation",
          "super_resolution",
          "style_transfer",
          "inpainting",
          "facial_landmark_detection",
          "face_recognition",
        ] as const
      ).flatMap(familiesOf),
    );
    const known = Object.keys(FAMILIES).filter((family) => family !== "none");
    expect([...offered].sort()).toEqual(known.sort());
    for (const family of offered) {
      const paths = decodingFields(family as Family).map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
    }
  });
});
