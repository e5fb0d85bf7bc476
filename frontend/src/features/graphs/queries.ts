/** Graphs: that of a model, and the one that a run executed. Neither changes any more. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";

const FOR_EVER = Number.POSITIVE_INFINITY;

export const runGraphQuery = (run: string) =>
  queryOptions({
    queryKey: ["graph", "run", run],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/runs/{run_id}/graph", { params: { path: { run_id: run } }, signal })),
    staleTime: FOR_EVER,
  });

export const modelGraphQuery = (model: string) =>
  queryOptions({
    queryKey: ["graph", "model", model],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/models/{ref}/graph", { params: { path: { ref: model } }, signal })),
    staleTime: FOR_EVER,
  });
