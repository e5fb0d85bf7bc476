/** Queries of pictures that are tried. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { Job, Prediction, PredictionWanted } from "../../api/types";

export const predictionQuery = (id: string) =>
  queryOptions({
    queryKey: ["predictions", id],
    // The client takes pairs of numbers for lists.
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/predictions/{prediction_id}", { params: { path: { prediction_id: id } }, signal }),
      ) as Promise<Prediction>,
    // An answer never changes; until there is one, the job's end says when to ask again.
    staleTime: (query) => (query.state.data?.result ? Number.POSITIVE_INFINITY : 0),
  });

export const predict = (body: PredictionWanted) =>
  take(api.POST("/api/v1/predictions", { body })) as Promise<{ prediction: Prediction; job: Job }>;
