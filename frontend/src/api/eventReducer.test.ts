import { describe, expect, it } from "vitest";
import { inOrder, inPages, newerJob, staleAfterChange, staleAfterJob, withJob } from "./eventReducer";
import type { Job } from "./types";

function job(id: string, state: Job["state"], more: Partial<Job> = {}): Job {
  return {
    id,
    kind: "benchmark",
    state,
    title: id,
    measuring: false,
    stage: null,
    stage_index: 0,
    stage_count: 0,
    progress: 0,
    elapsed_s: null,
    estimate_s: null,
    waiting_for: null,
    cancel_requested: false,
    attempt: 1,
    error: null,
    result: null,
    target_id: null,
    project_id: null,
    model_id: null,
    dataset_id: null,
    created_at: "2026-03-09T12:00:00Z",
    started_at: null,
    finished_at: null,
    ...more,
  };
}

describe("newerJob", () => {
  it("takes what is told", () => {
    expect(newerJob(job("a", "running"), job("a", "succeeded")).state).toBe("succeeded");
    expect(newerJob(undefined, job("a", "queued")).state).toBe("queued");
  });

  it("does not bring an ended job back", () => {
    expect(newerJob(job("a", "succeeded"), job("a", "running", { progress: 0.9 })).state).toBe("succeeded");
  });

  it("believes a second attempt", () => {
    expect(newerJob(job("a", "failed"), job("a", "running", { attempt: 2 })).state).toBe("running");
  });
});

describe("withJob", () => {
  const running = job("a", "running", { measuring: true });

  it("adds, replaces and removes", () => {
    const added = withJob([running], job("b", "queued"));
    expect(added.map(({ id }) => id)).toEqual(["a", "b"]);
    const replaced = withJob(added, job("a", "running", { measuring: true, progress: 0.5 }));
    expect(replaced.find(({ id }) => id === "a")?.progress).toBe(0.5);
    expect(withJob(replaced, job("a", "cancelled")).map(({ id }) => id)).toEqual(["b"]);
  });

  it("ignores the end of a job that it never heard of", () => {
    expect(withJob([], job("x", "failed"))).toEqual([]);
  });
});

describe("inOrder", () => {
  it("has measuring jobs first, then running ones, then waiting ones by arrival", () => {
    const late = job("late", "queued", { created_at: "2026-03-09T12:00:09Z" });
    const early = job("early", "queued", { created_at: "2026-03-09T12:00:01Z" });
    const ordinary = job("ordinary", "running");
    const measuring = job("measuring", "running", { measuring: true, created_at: "2026-03-09T12:00:08Z" });
    const order = inOrder([late, early, ordinary, measuring]).map(({ id }) => id);
    expect(order).toEqual(["measuring", "ordinary", "early", "late"]);
  });
});

describe("inPages", () => {
  const pages = {
    pageParams: [null],
    pages: [{ items: [job("a", "running"), job("b", "queued")], total: 2, next_cursor: null }],
  };

  it("replaces the job where it is listed", () => {
    const next = inPages(pages, job("a", "failed"));
    expect(next?.pages[0]?.items.map(({ state }) => state)).toEqual(["failed", "queued"]);
  });

  it("returns the same object when the job is not listed, so that nothing is drawn again", () => {
    expect(inPages(pages, job("z", "failed"))).toBe(pages);
  });
});

describe("what becomes stale", () => {
  it("is nothing for progress", () => {
    const told = { id: 1, type: "progress", job_id: "a", job: job("a", "running", { project_id: "p" }) };
    expect(staleAfterJob(told)).toEqual([]);
  });

  it("is what the job was about when it moved", () => {
    const told = {
      id: 1,
      type: "state",
      job_id: "a",
      job: job("a", "succeeded", { project_id: "p", model_id: "m" }),
    };
    expect(staleAfterJob(told)).toEqual([["jobs", "list"], ["projects"], ["runs"], ["models"]]);
  });

  it("is the project too when a run came", () => {
    expect(staleAfterChange({ resource: "runs" })).toEqual([["runs"], ["projects"]]);
  });

  it("is what fits together when a model changed", () => {
    expect(staleAfterChange({ resource: "models" })).toContainEqual(["compatibility"]);
  });
});
