/** Queries and changes of targets. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { paging } from "../../api/queryClient";

export const targetsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["targets", "list"],
    queryFn: ({ pageParam, signal }) =>
      take(api.GET("/api/v1/targets", { params: { query: { cursor: pageParam, limit: 50 } }, signal })),
    ...paging,
  });

export const targetQuery = (ref: string) =>
  queryOptions({
    queryKey: ["targets", "one", ref],
    queryFn: ({ signal }) => take(api.GET("/api/v1/targets/{ref}", { params: { path: { ref } }, signal })),
  });

export const LOAD_EVERY_MS = 2000;

export const loadQuery = (ref: string) =>
  queryOptions({
    queryKey: ["targets", "load", ref],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/targets/{ref}/load", { params: { path: { ref } }, signal })),
    refetchInterval: LOAD_EVERY_MS,
  });

export const probeTarget = (ref: string) =>
  take(api.POST("/api/v1/targets/{ref}/probe", { params: { path: { ref } } }));
export const measureCeilings = (ref: string, device: string) =>
  take(api.POST("/api/v1/targets/{ref}/ceilings", { params: { path: { ref } }, body: { device } }));
export const renameTarget = (ref: string, name: string) =>
  take(api.PATCH("/api/v1/targets/{ref}", { params: { path: { ref } }, body: { name } }));
export const deleteTarget = (ref: string) =>
  take(api.DELETE("/api/v1/targets/{ref}", { params: { path: { ref } } }));
