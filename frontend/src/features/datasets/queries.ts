/** Queries and changes of datasets. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { paging } from "../../api/queryClient";
import type { DatasetFormat, DatasetImport, Generate, PreviewWanted, SplitWanted } from "../../api/types";

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

/** Which samples: with this label, with this text in their name. */
export interface SampleFilters {
  label?: number;
  q?: string;
}

export const SAMPLES_PAGE = 100;

const samples = (ref: string, filters: SampleFilters, from: number, limit: number, signal: AbortSignal) =>
  take(
    api.GET("/api/v1/datasets/{ref}/samples", {
      params: { path: { ref }, query: { ...filters, cursor: String(from), limit } },
      signal,
    }),
  );

/** The page of samples that begins with number `page` · SAMPLES_PAGE of those that the filters leave. */
export const samplesQuery = (ref: string, filters: SampleFilters, page: number) =>
  queryOptions({
    // Not below "datasets": samples of a dataset never change, whatever is told of it.
    queryKey: ["samples", ref, filters.label ?? null, filters.q ?? null, page],
    queryFn: ({ signal }) => samples(ref, filters, page * SAMPLES_PAGE, SAMPLES_PAGE, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** One sample by its number; null where the dataset has none such. */
export const sampleQuery = (ref: string, number: number) =>
  queryOptions({
    queryKey: ["samples", ref, "one", number],
    queryFn: async ({ signal }) => {
      const { items } = await samples(ref, {}, number, 1, signal);
      return items.find((sample) => sample.id === number) ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const statisticsQuery = (ref: string) =>
  queryOptions({
    queryKey: ["samples", ref, "statistics"],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/datasets/{ref}/statistics", { params: { path: { ref } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const generatedCountQuery = (body: Generate, enabled: boolean) =>
  queryOptions({
    queryKey: ["generated", "count", body],
    queryFn: ({ signal }) => take(api.POST("/api/v1/datasets/generated/count", { body, signal })),
    enabled,
    placeholderData: (before) => before,
  });

export const previewQuery = (body: PreviewWanted, enabled: boolean) =>
  queryOptions({
    queryKey: ["generated", "preview", body],
    queryFn: ({ signal }) => take(api.POST("/api/v1/datasets/generated/preview", { body, signal })),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });

export const importDataset = (body: DatasetImport) => take(api.POST("/api/v1/datasets", { body }));
export const generateDataset = (body: Generate) => take(api.POST("/api/v1/datasets/generated", { body }));
export const renameDataset = (ref: string, name: string) =>
  take(api.PATCH("/api/v1/datasets/{ref}", { params: { path: { ref } }, body: { name } }));
export const deleteDataset = (ref: string) =>
  take(api.DELETE("/api/v1/datasets/{ref}", { params: { path: { ref } } }));
export const cutDataset = (ref: string, body: { count: number; seed: number; name: string | null }) =>
  take(api.POST("/api/v1/datasets/{ref}/subset", { params: { path: { ref } }, body }));
export const splitDataset = (ref: string, body: SplitWanted) =>
  take(api.POST("/api/v1/datasets/{ref}/splits", { params: { path: { ref } }, body }));
