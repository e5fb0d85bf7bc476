/** The one stream of server-sent events of this page. It feeds the query cache and survives restarts of the server. */
import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import {
  type ChangedEvent,
  inPages,
  type JobEvent,
  newerJob,
  staleAfterChange,
  staleAfterJob,
  withJob,
} from "./eventReducer";
import { whoamiKey } from "./queryClient";
import type { Job, Page } from "./types";

const ADDRESS = "/api/v1/events";
// Many changes come together, when a job ends or a sweep keeps its runs: one fetch serves them all.
const GATHER_MS = 150;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;

export type Connection = "connecting" | "open" | "lost";

let connection: Connection = "connecting";
const listeners = new Set<() => void>();

export function getConnection(): Connection {
  return connection;
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setConnection(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener();
}

function parsed<T>(event: Event): T | null {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T;
  } catch {
    return null;
  }
}

/** Listen until the returned function is called. */
export function listen(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_RETRY_MS;
  let opened = false;
  const stale = new Map<string, QueryKey>();

  const invalidate = (keys: QueryKey[]) => {
    for (const key of keys) stale.set(JSON.stringify(key), key);
    gathering ??= setTimeout(() => {
      gathering = undefined;
      const all = [...stale.values()];
      stale.clear();
      for (const queryKey of all) void client.invalidateQueries({ queryKey });
    }, GATHER_MS);
  };

  const onJob = (event: Event) => {
    const told = parsed<JobEvent>(event);
    if (!told) return;
    const { job } = told;
    if (job) {
      client.setQueryData<Job>(["jobs", "one", job.id], (known) => newerJob(known, job));
      client.setQueryData<Job[]>(["jobs", "active"], (known) => known && withJob(known, job));
      client.setQueriesData<InfiniteData<Page<Job>, string | null>>({ queryKey: ["jobs", "list"] }, (known) =>
        inPages(known, job),
      );
    }
    invalidate(staleAfterJob(told));
  };

  const open = () => {
    source = new EventSource(ADDRESS);
    source.addEventListener("job", onJob);
    source.addEventListener("changed", (event) => {
      const told = parsed<ChangedEvent>(event);
      if (told) invalidate(staleAfterChange(told));
    });
    source.onopen = () => {
      wait = FIRST_RETRY_MS;
      setConnection("open");
      // Between the first fetches and the stream, and while it was away, something may have happened.
      if (opened) void client.invalidateQueries();
      else void client.invalidateQueries({ queryKey: ["jobs"] });
      opened = true;
    };
    source.onerror = () => {
      setConnection("lost");
      if (source?.readyState !== EventSource.CLOSED) return;
      // The browser goes on by itself after a broken line, but not after an answer that was refused (401, 502).
      void client.invalidateQueries({ queryKey: whoamiKey });
      clearTimeout(retry);
      retry = setTimeout(open, wait);
      wait = Math.min(wait * 2, LAST_RETRY_MS);
    };
  };

  open();
  return () => {
    clearTimeout(retry);
    clearTimeout(gathering);
    source?.close();
  };
}
