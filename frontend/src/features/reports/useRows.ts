/** The rows of a report as they are filtered and sorted: only what is in sight is fetched, wherever that is. */
import { useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { ReportRow } from "../../api/types";
import { CHUNK, type RowsWanted, rowsQuery } from "./queries";

// More than any screen shows, and little to fetch again.
const KEPT = 8;

export interface Rows {
  /** Null while it is not known. */
  total: number | null;
  rowAt: (index: number) => ReportRow | undefined;
  /** To be called by what shows that it has no row yet. */
  want: (index: number) => void;
  error: unknown;
  retry: () => void;
}

export function useRows(wanted: RowsWanted): Rows {
  const key = JSON.stringify(wanted);
  const [seen, setSeen] = useState<{ key: string; chunks: number[] }>({ key, chunks: [0] });
  const chunks = seen.key === key ? seen.chunks : [0];
  const answers = useQueries({ queries: chunks.map((chunk) => rowsQuery(wanted, chunk)) });
  const want = useCallback(
    (index: number) => {
      const chunk = Math.floor(index / CHUNK);
      setSeen((now) => {
        const known = now.key === key ? now.chunks : [0];
        return known.includes(chunk) ? now : { key, chunks: [...known, chunk].slice(-KEPT) };
      });
    },
    [key],
  );
  const failed = answers.find(({ error }) => error);
  return {
    total: answers.find(({ data }) => data)?.data?.total ?? null,
    rowAt: (index) => answers[chunks.indexOf(Math.floor(index / CHUNK))]?.data?.items[index % CHUNK],
    want,
    error: failed?.error ?? null,
    retry: () => void failed?.refetch(),
  };
}
