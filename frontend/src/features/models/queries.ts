/** Queries and changes of models. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { paging } from "../../api/queryClient";
import type { ModelFold, ModelImport, Preprocessing, Task } from "../../api/types";

export interface ModelFilters {
  q?: string;
  task?: Task;
  state?: "importing" | "ready";
  sort?: string;
}

export const modelsQuery = (filters: ModelFilters = {}) =>
  infiniteQueryOptions({
    queryKey: ["models", "list", filters],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/v1/models", {
          params: { query: { ...filters, cursor: pageParam, limit: 50 } },
          signal,
        }),
      ),
    ...paging,
  });

export const modelQuery = (ref: string) =>
  queryOptions({
    queryKey: ["models", "one", ref],
    queryFn: ({ signal }) => take(api.GET("/api/v1/models/{ref}", { params: { path: { ref } }, signal })),
  });

/** What a model was made from, and all that was made of these. */
export const familyQuery = (ref: string) =>
  queryOptions({
    queryKey: ["models", "family", ref],
    queryFn: async ({ signal }) => {
      const query = { family: ref, limit: 200, sort: "created_at" };
      return (await take(api.GET("/api/v1/models", { params: { query }, signal }))).items;
    },
  });

export interface ModelChange {
  name?: string;
  task?: Task;
  preprocessing?: Preprocessing | null;
}

export const importModel = (body: ModelImport) => take(api.POST("/api/v1/models", { body }));
export const changeModel = (ref: string, body: ModelChange) =>
  take(api.PATCH("/api/v1/models/{ref}", { params: { path: { ref } }, body }));
export const foldModel = (ref: string, body: ModelFold) =>
  take(api.POST("/api/v1/models/{ref}/fold", { params: { path: { ref } }, body }));
export const deleteModel = (ref: string) =>
  take(api.DELETE("/api/v1/models/{ref}", { params: { path: { ref } } }));
export const modelDownload = (ref: string) => `/api/v1/models/${encodeURIComponent(ref)}/download`;
