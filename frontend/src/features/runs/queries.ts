/** Queries of runs, and the start of benchmarks. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { BenchmarkWanted, Run } from "../../api/types";

/** All runs of a project: the chart needs every one of them. */
export const runsQuery = (project: string) =>
  queryOptions({
    queryKey: ["runs", "list", project],
    queryFn: async ({ signal }) => {
      const runs: Run[] = [];
      let cursor: string | null = null;
      do {
        const query: { project: string; limit: number; cursor: string | null } = {
          project,
          limit: 200,
          cursor,
        };
        const page = await take(api.GET("/api/v1/runs", { params: { query }, signal }));
        runs.push(...page.items);
        cursor = page.next_cursor ?? null;
      } while (cursor);
      return runs;
    },
  });

// What was measured once does not change any more.
const FOR_EVER = Number.POSITIVE_INFINITY;

export const latenciesQuery = (id: string) =>
  queryOptions({
    queryKey: ["latencies", id],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/runs/{run_id}/latencies", { params: { path: { run_id: id } }, signal })),
    staleTime: FOR_EVER,
  });

export const layersQuery = (id: string) =>
  queryOptions({
    queryKey: ["layers", id],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/runs/{run_id}/layers", { params: { path: { run_id: id } }, signal })),
    staleTime: FOR_EVER,
  });

export const deleteRun = (id: string) =>
  take(api.DELETE("/api/v1/runs/{run_id}", { params: { path: { run_id: id } } }));
export const startBenchmark = (project: string, body: BenchmarkWanted) =>
  take(api.POST("/api/v1/projects/{ref}/benchmarks", { params: { path: { ref: project } }, body }));
export const continueBenchmark = (job: string) =>
  take(api.POST("/api/v1/benchmarks/{job_id}/continue", { params: { path: { job_id: job } } }));
