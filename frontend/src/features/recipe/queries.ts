/** How a project is repeated elsewhere. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";

export const recipeQuery = (project: string) =>
  queryOptions({
    queryKey: ["projects", "recipe", project],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/projects/{ref}/recipe", { params: { path: { ref: project } }, signal })),
  });

export const recipeDownload = (project: string, format: "script" | "notebook") =>
  `/api/v1/projects/${encodeURIComponent(project)}/recipe/export?format=${format}`;
