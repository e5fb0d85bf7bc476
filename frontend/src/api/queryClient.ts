import { type InfiniteData, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, UNREACHABLE } from "./errors";
import type { Page } from "./types";

export const whoamiKey = ["whoami"] as const;

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) {
        void queryClient.invalidateQueries({ queryKey: whoamiKey });
      }
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) =>
        failures < 3 && error instanceof ApiError && (error.code === UNREACHABLE || error.status === 503),
      retryDelay: (failures) => Math.min(1000 * 2 ** failures, 8000),
    },
  },
});

/** How every paged list is read: the cursor of the page before leads on. */
export const paging = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<unknown>) => page.next_cursor ?? null,
};

export function flat<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

export function totalOf(data: InfiniteData<Page<unknown>> | undefined): number | null {
  return data?.pages[0]?.total ?? null;
}
