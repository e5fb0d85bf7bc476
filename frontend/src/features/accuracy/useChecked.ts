/** What the server says of a draft, a moment after the last change. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { asApiError } from "../../api/errors";
import type { ReadingChecked, ReadingProblem, ReadingWanted } from "../../api/types";
import { checkReading } from "./queries";

const AFTER_MS = 350;

export interface Checked {
  /** Null while it is not known. */
  result: ReadingChecked | null;
  problems: ReadingProblem[];
  /** The answer is about something older than what stands there now. */
  pending: boolean;
  /** The server could not be asked. */
  error: unknown;
}

/** What is wrong with a draft, from an answer or from a refusal that names fields. */
export function problemsIn(result: ReadingChecked | undefined, error: unknown): ReadingProblem[] {
  if (result) return result.problems;
  if (!error) return [];
  return asApiError(error).fields.map(({ field, problem }) => ({
    line: null,
    column: null,
    field: fieldPath(field),
    message: problem,
  }));
}

/** "body.reading.decoding.yolo_rows.nms_iou" → "decoding.nms_iou": the family is a step of the server's own. */
export function fieldPath(field: string): string {
  return field.replace(/^(body\.)?reading\./, "").replace(/^decoding\.[a-z_]+\./, "decoding.");
}

export function useChecked(project: string, wanted: ReadingWanted): Checked {
  const key = JSON.stringify(wanted);
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), AFTER_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const { data, error, isFetching } = useQuery({
    queryKey: ["reading-check", project, settled],
    queryFn: ({ signal }) => checkReading(project, JSON.parse(settled) as ReadingWanted, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
  const problems = problemsIn(error ? undefined : data, error);
  return {
    result: error ? null : (data ?? null),
    problems,
    pending: settled !== key || isFetching,
    error: error && problems.length === 0 ? error : null,
  };
}
