/** Queries of packages, and what builds and deletes them. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { PackageWanted } from "../../api/types";

export const packagesQuery = (project: string) =>
  queryOptions({
    queryKey: ["packages", "list", project],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/packages", { params: { query: { project, limit: 200 } }, signal })),
  });

/** Sizes of files: they change with OpenVINO and the model, not from minute to minute. */
export const planQuery = (project: string, body: PackageWanted) =>
  queryOptions({
    queryKey: ["package-plan", project, body],
    queryFn: ({ signal }) =>
      take(
        api.POST("/api/v1/projects/{ref}/packages/plan", {
          params: { path: { ref: project } },
          body,
          signal,
        }),
      ),
  });

export const packageLogQuery = (id: string) =>
  queryOptions({
    queryKey: ["package-log", id],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/packages/{package_id}/log", {
          params: { path: { package_id: id } },
          parseAs: "text",
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const startPackage = (project: string, body: PackageWanted) =>
  take(api.POST("/api/v1/projects/{ref}/packages", { params: { path: { ref: project } }, body }));
export const deletePackage = (id: string) =>
  take(api.DELETE("/api/v1/packages/{package_id}", { params: { path: { package_id: id } } }));
export const packageDownload = (id: string) => `/api/v1/packages/${encodeURIComponent(id)}/download`;
