/** Queries of reports. A report never changes once it is made. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { Report, ReportComparison } from "../../api/types";
import type { AccuracySearch } from "../../app/search";

const FOR_EVER = Number.POSITIVE_INFINITY;
// As the readings in it: the client knows no lists of a fixed length.
const taken = async <T>(answer: Promise<unknown>) => (await answer) as T;

/** All reports of a project, the newest first. */
export const reportsQuery = (project: string) =>
  queryOptions({
    queryKey: ["reports", "list", project],
    queryFn: ({ signal }) =>
      taken<{ items: Report[]; total: number }>(
        take(api.GET("/api/v1/reports", { params: { query: { project, limit: 200 } }, signal })),
      ),
  });

export const tablesQuery = (id: string) =>
  queryOptions({
    queryKey: ["report", id, "tables"],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/reports/{report_id}/tables", { params: { path: { report_id: id } }, signal })),
    staleTime: FOR_EVER,
  });

export interface RowsWanted {
  report: string;
  where: readonly string[];
  sort: string | undefined;
  /** With "classes" a row for each class of each sample. */
  table?: "samples" | "classes";
}

export const CHUNK = 100;

export const rowsQuery = ({ report, where, sort, table }: RowsWanted, chunk: number, limit = CHUNK) =>
  queryOptions({
    queryKey: ["report", report, "rows", where, sort ?? null, table ?? null, chunk, limit],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/reports/{report_id}/samples", {
          params: {
            path: { report_id: report },
            query: { where: [...where], sort, offset: chunk * limit, limit, table },
          },
          signal,
        }),
      ),
    staleTime: FOR_EVER,
  });

export const sampleRowQuery = (report: string, row: number) =>
  queryOptions({
    queryKey: ["report", report, "sample", row],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/reports/{report_id}/samples/{row}", {
          params: { path: { report_id: report, row } },
          signal,
        }),
      ),
    staleTime: FOR_EVER,
  });

export const comparisonQuery = (now: string, before: string, change: AccuracySearch["change"]) =>
  infiniteQueryOptions({
    queryKey: ["report", now, "comparison", before, change ?? null],
    queryFn: ({ pageParam, signal }) =>
      taken<ReportComparison>(
        take(
          api.GET("/api/v1/reports/{report_id}/comparison", {
            params: { path: { report_id: now }, query: { before, change, offset: pageParam, limit: CHUNK } },
            signal,
          }),
        ),
      ),
    initialPageParam: 0,
    getNextPageParam: ({ offset, items, total }) =>
      offset + items.length < total ? offset + items.length : undefined,
    staleTime: FOR_EVER,
  });

export const deleteReport = (id: string) =>
  take(api.DELETE("/api/v1/reports/{report_id}", { params: { path: { report_id: id } } }));

/** What is filtered, as a file. */
export function exportAddress({ report, where, sort, table }: RowsWanted, format: "csv" | "json"): string {
  const query = new URLSearchParams({ format });
  for (const condition of where) query.append("where", condition);
  if (sort) query.append("sort", sort);
  if (table) query.append("table", table);
  return `/api/v1/reports/${report}/export?${query}`;
}
