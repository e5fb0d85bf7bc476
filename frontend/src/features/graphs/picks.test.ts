import { describe, expect, it } from "vitest";
import { chain, node } from "../../graph/graphs.fixture";
import { links } from "../../graph/links";
import type { GraphDocument } from "../../graph/types";
import { pictureScale } from "./exports";
import { layerOf, orderOf, related } from "./picks";

const MODEL = chain(["conv", "bn", "pool", "shape"]);
const RUNTIME: GraphDocument = {
  kind: "runtime",
  nodes: [
    node({ name: "a", order: 7, time_us: 9, originals: ["conv", "bn"] }),
    node({ name: "b", order: 12, time_us: 1, originals: ["pool"] }),
  ],
};
const LINKS = links(MODEL, RUNTIME);

describe("picks", () => {
  it("finds the layer of an order, which is no place in the list", () => {
    expect(layerOf(RUNTIME, 12)).toBe(1);
    expect(layerOf(RUNTIME, 1)).toBe(-1);
    expect(layerOf(RUNTIME, null)).toBe(-1);
    expect(layerOf(undefined, 7)).toBe(-1);
  });

  it("selects the executed layer of a node of either graph", () => {
    expect(orderOf({ side: "runtime", kind: "node", ref: 1 }, RUNTIME, LINKS)).toBe(12);
    expect(orderOf({ side: "ir", kind: "node", ref: 1 }, RUNTIME, LINKS)).toBe(7);
    expect(orderOf({ side: "ir", kind: "node", ref: 3 }, RUNTIME, LINKS)).toBe(null);
    expect(orderOf({ side: "ir", kind: "group", ref: 0 }, RUNTIME, LINKS)).toBe(null);
    expect(orderOf(null, RUNTIME, LINKS)).toBe(null);
  });

  it("marks the partners, and what was fused with a node of the model", () => {
    expect(related({ side: "runtime", kind: "node", ref: 0 }, LINKS, undefined)).toEqual({
      ir: [0, 1],
      runtime: [],
    });
    expect(related({ side: "ir", kind: "node", ref: 1 }, LINKS, undefined)).toEqual({
      ir: [0],
      runtime: [0],
    });
    expect(related(null, LINKS, undefined)).toEqual({ ir: [], runtime: [] });
  });

  it("marks the partners of all that is in a group", () => {
    const grouping = {
      groups: [
        { label: "outer", parent: -1, copies: 0, size: 3 },
        { label: "inner", parent: 0, copies: 0, size: 2 },
      ],
      of: Int32Array.of(1, 1, 0, -1),
    };
    expect(related({ side: "ir", kind: "group", ref: 0 }, LINKS, grouping).runtime).toEqual([0, 1]);
    expect(related({ side: "ir", kind: "group", ref: 1 }, LINKS, grouping).runtime).toEqual([0]);
  });
});

describe("pictureScale", () => {
  it("doubles small pictures, and keeps large ones within what a canvas can hold", () => {
    expect(pictureScale(300, 200)).toBe(2);
    for (const [width, height] of [
      [900, 600_000],
      [50_000, 50_000],
    ] as const) {
      const scale = pictureScale(width, height);
      expect(Math.max(width, height) * scale).toBeLessThanOrEqual(12_000);
      expect(width * height * scale * scale).toBeLessThanOrEqual(48_000_000 * 1.001);
    }
  });
});
