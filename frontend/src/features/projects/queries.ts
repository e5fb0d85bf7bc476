/** Queries and changes of projects. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { paging } from "../../api/queryClient";
import type { Precision, ProjectState } from "../../api/types";

export interface ProjectFilters {
  q?: string;
  model?: string;
  dataset?: string;
  target?: string;
  state?: ProjectState;
  sort?: string;
}

export const projectsQuery = (filters: ProjectFilters = {}) =>
  infiniteQueryOptions({
    queryKey: ["projects", "list", filters],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/v1/projects", {
          params: { query: { ...filters, cursor: pageParam, limit: 50 } },
          signal,
        }),
      ),
    ...paging,
  });

export const projectQuery = (ref: string) =>
  queryOptions({
    queryKey: ["projects", "one", ref],
    queryFn: ({ signal }) => take(api.GET("/api/v1/projects/{ref}", { params: { path: { ref } }, signal })),
  });

export interface Choice {
  model?: string;
  dataset?: string;
  target?: string;
  device?: string;
}

export const compatibilityQuery = (choice: Choice) =>
  queryOptions({
    queryKey: ["compatibility", choice],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/projects/compatibility", { params: { query: choice }, signal })),
  });

export interface ProjectWanted {
  model: string;
  dataset: string;
  target: string;
  device: string;
  precision: Precision | null;
  baseline: boolean;
  duration_s: number;
}

export const createProject = (body: ProjectWanted) => take(api.POST("/api/v1/projects", { body }));
export const deleteProject = (ref: string) =>
  take(api.DELETE("/api/v1/projects/{ref}", { params: { path: { ref } } }));
export const makeSample = () => take(api.POST("/api/v1/system/sample", { body: { duration_s: 10 } }));
