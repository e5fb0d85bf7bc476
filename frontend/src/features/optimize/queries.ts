/** Queries of versions, and what makes, ranks, races and searches them. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type {
  CompressWanted,
  Job,
  OptimizeWanted,
  QuantizeWanted,
  RaceWanted,
  SensitivityWanted,
  VersionAxis,
} from "../../api/types";

const EVERY_MS = 2000;

/** Asked for again while the job runs: results are written part after part. */
function whileItRuns({ state }: { state: { data?: { job: Job } | null } }) {
  const now = state.data?.job.state;
  return now === "queued" || now === "running" ? EVERY_MS : false;
}

// Below "projects": they are asked for again when a job, a run or a report of theirs changes.
export const versionsQuery = (project: string, x: VersionAxis, y: VersionAxis, pick: "best" | "race") =>
  queryOptions({
    queryKey: ["projects", "versions", project, x, y, pick],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/projects/{ref}/versions", {
          params: { path: { ref: project }, query: { x, y, pick } },
          signal,
        }),
      ),
  });

export const versionsDownload = (project: string, x: VersionAxis, y: VersionAxis, pick: "best" | "race") =>
  `/api/v1/projects/${encodeURIComponent(project)}/versions/export?x=${x}&y=${y}&pick=${pick}&format=json`;

export const versionJobQuery = (job: string) =>
  queryOptions({
    queryKey: ["quantizations", job],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/quantizations/{job_id}", { params: { path: { job_id: job } }, signal })),
    refetchInterval: whileItRuns,
  });

export const raceQuery = (job: string) =>
  queryOptions({
    queryKey: ["races", job],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/races/{job_id}", { params: { path: { job_id: job } }, signal })),
    refetchInterval: whileItRuns,
  });

export const optimizationQuery = (job: string) =>
  queryOptions({
    queryKey: ["optimizations", job],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/optimizations/{job_id}", { params: { path: { job_id: job } }, signal })),
    refetchInterval: whileItRuns,
  });

/** The newest ranking of a project, or null. */
export const rankingQuery = (project: string) =>
  queryOptions({
    queryKey: ["projects", "ranking", project],
    queryFn: async ({ signal }) =>
      (await take(
        api.GET("/api/v1/projects/{ref}/sensitivity", { params: { path: { ref: project } }, signal }),
      )) ?? null,
    refetchInterval: whileItRuns,
  });

/** The newest job of a kind of this project. */
export const lastJobQuery = (project: string, kind: string) =>
  queryOptions({
    queryKey: ["projects", "last job", project, kind],
    queryFn: async ({ signal }) => {
      const query = { project, kind, limit: 1, sort: "-created_at" };
      const page = await take(api.GET("/api/v1/jobs", { params: { query }, signal }));
      return page.items[0] ?? null;
    },
  });

export interface ModelOperation {
  name: string;
  type: string;
}

/** The operations of a model as its own table has them; null where it has none. They never change. */
export const operationsQuery = (model: string) =>
  queryOptions({
    queryKey: ["operations", model],
    queryFn: async ({ signal }): Promise<ModelOperation[]> => {
      const found = await take(
        api.GET("/api/v1/models/{ref}/layers", { params: { path: { ref: model } }, signal }),
      );
      return found.items.map(({ name, type }) => ({ name: String(name), type: String(type) }));
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

const at = (ref: string) => ({ params: { path: { ref } } });

export const startQuantization = (project: string, body: QuantizeWanted) =>
  take(api.POST("/api/v1/projects/{ref}/quantizations", { ...at(project), body }));
export const startCompression = (project: string, body: CompressWanted) =>
  take(api.POST("/api/v1/projects/{ref}/compressions", { ...at(project), body }));
export const startRanking = (project: string, body: SensitivityWanted) =>
  take(api.POST("/api/v1/projects/{ref}/sensitivities", { ...at(project), body }));
export const startOptimization = (project: string, body: OptimizeWanted) =>
  take(api.POST("/api/v1/projects/{ref}/optimizations", { ...at(project), body }));
export const startRace = (body: RaceWanted) => take(api.POST("/api/v1/races", { body }));
