/** Queries of the server itself and of its tokens. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { whoamiKey } from "../../api/queryClient";

export const whoamiQuery = queryOptions({
  queryKey: whoamiKey,
  queryFn: ({ signal }) => take(api.GET("/api/v1/tokens/whoami", { signal })),
  staleTime: 60_000,
});

export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: ({ signal }) => take(api.GET("/api/v1/system", { signal })),
});

export const doctorQuery = queryOptions({
  queryKey: ["system", "doctor"],
  queryFn: ({ signal }) => take(api.GET("/api/v1/system/doctor", { signal })),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => take(api.GET("/api/v1/tokens", { params: { query: { limit: 200 } }, signal })),
});

export const createToken = (body: { name: string; expires_in_days: number | null }) =>
  take(api.POST("/api/v1/tokens", { body }));
export const deleteToken = (id: string) =>
  take(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id } } }));
export const logIn = (token: string) => take(api.POST("/api/v1/tokens/session", { body: { token } }));
export const logOut = () => take(api.DELETE("/api/v1/tokens/session"));

/** An installation writes no event of its own: while one is under way the list is asked for again. */
export const toolchainsQuery = queryOptions({
  queryKey: ["toolchains"],
  queryFn: ({ signal }) => take(api.GET("/api/v1/toolchains", { signal })),
  refetchInterval: (query) =>
    query.state.data?.items.some(({ state }) => state === "installing") ? 2000 : false,
});

export const installToolchain = (name: string, wheels: string | null) =>
  take(api.POST("/api/v1/toolchains/{name}/install", { params: { path: { name } }, body: { wheels } }));
export const removeToolchain = (name: string) =>
  take(api.DELETE("/api/v1/toolchains/{name}", { params: { path: { name } } }));
