/** Queries of checks, and their start. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { CheckWanted } from "../../api/types";

// Under "runs": the end of its job makes these stale, and the result is asked for again.
export const checkQuery = (job: string) =>
  queryOptions({
    queryKey: ["runs", "check", job],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/checks/{job_id}", { params: { path: { job_id: job } }, signal })),
  });

export const startCheck = (body: CheckWanted) => take(api.POST("/api/v1/checks", { body }));
