/** Queries of jobs. The event stream writes into "one" and "active"; lists are fetched again when a job moves. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { inOrder } from "../../api/eventReducer";
import { paging } from "../../api/queryClient";
import type { JobState } from "../../api/types";

export interface JobFilters {
  state?: JobState[];
  kind?: string;
  project?: string;
}

export const activeJobs = queryOptions({
  queryKey: ["jobs", "active"],
  queryFn: async ({ signal }) => {
    const query = { state: ["running", "queued"] as JobState[], limit: 200, sort: "created_at" };
    const page = await take(api.GET("/api/v1/jobs", { params: { query }, signal }));
    return inOrder(page.items);
  },
});

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "one", id],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
  });

export const jobsQuery = (filters: JobFilters) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "list", filters],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/v1/jobs", { params: { query: { ...filters, cursor: pageParam, limit: 50 } }, signal }),
      ),
    ...paging,
  });

export const jobLogQuery = (id: string, running: boolean) =>
  queryOptions({
    queryKey: ["jobs", "log", id],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/jobs/{job_id}/log", { params: { path: { job_id: id } }, parseAs: "text", signal }),
      ),
    refetchInterval: running ? 1500 : false,
    staleTime: 1000,
  });

export const cancelJob = (id: string) =>
  take(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: id } } }));
