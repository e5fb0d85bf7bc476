import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";

/** They depend on the ceilings of the target and on other runs, so that they are asked for again after a while. */
export const findingsQuery = (run: string) =>
  queryOptions({
    queryKey: ["findings", run],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/runs/{run_id}/findings", { params: { path: { run_id: run } }, signal })),
  });
