/** Queries of comparisons and of what they are made of. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { ApiError } from "../../api/errors";
import type { Project, Run } from "../../api/types";
import type { Face } from "./sides";

// Under "runs": a new run may become the best of a project, which the project then stands for.
export const comparisonQuery = (sides: readonly string[]) =>
  queryOptions({
    queryKey: ["runs", "comparison", sides],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/comparisons", { params: { query: { side: [...sides] } }, signal })),
  });

const faceKey = (key: string) => ["runs", "side", key];

/** What a side is, while it is the only one and there is nothing to compare it with. */
export const faceQuery = (key: string) =>
  queryOptions({
    queryKey: faceKey(key),
    queryFn: async ({ signal }): Promise<Face> => {
      try {
        const project = await take(
          api.GET("/api/v1/projects/{ref}", { params: { path: { ref: key } }, signal }),
        );
        return { key, project, run: null };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
      }
      const run = await take(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: key } }, signal }));
      const path = { ref: run.project_id };
      const project = await take(api.GET("/api/v1/projects/{ref}", { params: { path }, signal }));
      return { key, project, run };
    },
  });

/** What was picked is known already, and need not be asked for. */
export function noteFace(client: QueryClient, key: string, project: Project, run: Run | null): void {
  client.setQueryData<Face>(faceKey(key), { key, project, run });
}
