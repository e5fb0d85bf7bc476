/** Queries and changes of datasets. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { paging } from "../../api/queryClient";
import type { DatasetFormat, DatasetImport } from "../../api/types";

export interface DatasetFilters {
  q?: string;
  format?: DatasetFormat;
  state?: "importing" | "ready";
  sort?: string;
}

export const datasetsQuery = (filters: DatasetFilters = {}) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "list", filters],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/v1/datasets", {
          params: { query: { ...filters, cursor: pageParam, limit: 50 } },
          signal,
        }),
      ),
    ...paging,
  });

export const datasetQuery = (ref: string) =>
  queryOptions({
    queryKey: ["datasets", "one", ref],
    queryFn: ({ signal }) => take(api.GET("/api/v1/datasets/{ref}", { params: { path: { ref } }, signal })),
  });

export const samplesQuery = (ref: string, label: number | undefined) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "samples", ref, label ?? null],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/v1/datasets/{ref}/samples", {
          params: { path: { ref }, query: { label, cursor: pageParam, limit: 200 } },
          signal,
        }),
      ),
    ...paging,
    // Samples of a dataset never change.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const importDataset = (body: DatasetImport) => take(api.POST("/api/v1/datasets", { body }));
export const renameDataset = (ref: string, name: string) =>
  take(api.PATCH("/api/v1/datasets/{ref}", { params: { path: { ref } }, body: { name } }));
export const deleteDataset = (ref: string) =>
  take(api.DELETE("/api/v1/datasets/{ref}", { params: { path: { ref } } }));
export const cutDataset = (ref: string, body: { count: number; seed: number; name: string | null }) =>
  take(api.POST("/api/v1/datasets/{ref}/subset", { params: { path: { ref } }, body }));
