/** Guided searches: their start, their outcome, and the last one of a project. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { SearchWanted } from "../../api/types";

const EVERY_MS = 2000;

/** As far as it got: asked for again while it runs. */
export const searchQuery = (job: string) =>
  queryOptions({
    queryKey: ["searches", job],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/searches/{job_id}", { params: { path: { job_id: job } }, signal })),
    refetchInterval: ({ state }) => {
      const now = state.data?.job.state;
      return now === "queued" || now === "running" ? EVERY_MS : false;
    },
  });

export const lastSearchQuery = (project: string) =>
  queryOptions({
    // Among the projects: they are asked for again when a job of theirs moves.
    queryKey: ["projects", "last search", project],
    queryFn: async ({ signal }) => {
      const query = { project, kind: "search", limit: 1, sort: "-created_at" };
      const page = await take(api.GET("/api/v1/jobs", { params: { query }, signal }));
      return page.items[0] ?? null;
    },
  });

export const startSearch = (project: string, body: SearchWanted) =>
  take(api.POST("/api/v1/projects/{ref}/searches", { params: { path: { ref: project } }, body }));

/** Goes on with a search that ended: what it finished is kept, and everything that is not named is as it was there. */
export const continueSearch = (project: string, job: string) =>
  startSearch(project, { continues: job } as SearchWanted);
