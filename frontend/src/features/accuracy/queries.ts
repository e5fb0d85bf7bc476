/** Queries of readings, and the start of reports. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { ProjectReading, ReadingChecked, ReadingWanted, ReportWanted } from "../../api/types";

// The client knows no lists of a fixed length, which readings have; what comes is what the schema says.
const taken = async <T>(answer: Promise<unknown>) => (await answer) as T;

export const readingQuery = (ref: string) =>
  queryOptions({
    queryKey: ["projects", "reading", ref],
    queryFn: ({ signal }) =>
      taken<ProjectReading>(
        take(api.GET("/api/v1/projects/{ref}/reading", { params: { path: { ref } }, signal })),
      ),
  });

export const setReading = (ref: string, body: ReadingWanted) =>
  taken<ProjectReading>(take(api.PUT("/api/v1/projects/{ref}/reading", { params: { path: { ref } }, body })));
export const forgetReading = (ref: string) =>
  taken<ProjectReading>(take(api.DELETE("/api/v1/projects/{ref}/reading", { params: { path: { ref } } })));
export const checkReading = (ref: string, body: ReadingWanted, signal?: AbortSignal) =>
  taken<ReadingChecked>(
    take(api.POST("/api/v1/projects/{ref}/reading/check", { params: { path: { ref } }, body, signal })),
  );
export const startReport = (ref: string, body: ReportWanted) =>
  take(api.POST("/api/v1/projects/{ref}/reports", { params: { path: { ref } }, body }));

/** Where the browser fetches a reading as a file. */
export const exportAddress = (ref: string, format: "workbench" | "accuracy_checker") =>
  `/api/v1/projects/${encodeURIComponent(ref)}/reading/export?format=${format}`;
