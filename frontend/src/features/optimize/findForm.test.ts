import { describe, expect, it } from "vitest";
import type { Candidate } from "../../api/types";
import { emptyFind, findProblem, findWanted, inOrder, rememberedFind } from "./findForm";

describe("the search for the best version", () => {
  it("sends only the limit that its objective knows", () => {
    const form = { ...emptyFind(), limitMs: 20, minFps: 100 };
    expect(findWanted(form, true, null)).toMatchObject({ max_latency_ms: 20, min_fps: null, max_drop: 0.01 });
    expect(findWanted({ ...form, objective: "latency" }, true, null)).toMatchObject({
      max_latency_ms: null,
      min_fps: 100,
    });
  });

  it("leaves methods and settings to the server where none is chosen", () => {
    expect(findWanted(emptyFind(), true, "job")).toMatchObject({
      methods: null,
      streams: null,
      batches: null,
      continues: "job",
    });
    expect(findWanted({ ...emptyFind(), streams: "1, 2", methods: ["int8"] }, true, null)).toMatchObject({
      streams: [1, 2],
      methods: ["int8"],
    });
  });

  it("tells a drop in another unit as it is", () => {
    expect(findWanted({ ...emptyFind(), maxDrop: 0.5 }, false, null).max_drop).toBe(0.5);
    expect(findWanted({ ...emptyFind(), maxDrop: 0.5, dropType: "relative" }, false, null).max_drop).toBe(
      0.005,
    );
  });

  it("says what speaks against it", () => {
    expect(findProblem(emptyFind(), 400, false)).toBeNull();
    expect(findProblem({ ...emptyFind(), maxDrop: "" }, 400, false)).toMatch(/how far/);
    expect(findProblem({ ...emptyFind(), budgetS: 10 }, 400, false)).toMatch(/30 seconds/);
    expect(findProblem({ ...emptyFind(), streams: "two" }, 400, false)).toMatch(/^Streams/);
    expect(findProblem(emptyFind(), 400, true)).toMatch(/gone/);
  });

  it("begins anew where nothing is remembered", () => {
    expect(rememberedFind(undefined)).toEqual(emptyFind());
    expect(rememberedFind("never seen")).toEqual(emptyFind());
  });
});

describe("candidates", () => {
  it("stand with the winner first and the fastest of those within the limits next", () => {
    const one = (name: string, state: Candidate["state"], throughput_fps: number) =>
      ({ name, state, best: { throughput_fps }, verified: null }) as unknown as Candidate;
    const all = [
      one("rejected", "rejected", 900),
      one("slow", "kept", 10),
      one("fast", "kept", 20),
      one("winner", "winner", 15),
    ];
    expect(inOrder(all).map(({ name }) => name)).toEqual(["winner", "fast", "slow", "rejected"]);
  });
});
