/** How what is on screen is written into the address. */
import { defaultStringifySearch } from "@tanstack/react-router";

/** As the router does it, but the sides of a comparison as people and the API write them: `side=A&side=B`. */
export function stringifySearch(search: Record<string, unknown>): string {
  const { side, ...rest } = search;
  if (!Array.isArray(side)) return defaultStringifySearch(search);
  const others = defaultStringifySearch(rest).slice(1);
  const sides = new URLSearchParams(side.map((key) => ["side", String(key)])).toString();
  const parts = [sides, others].filter(Boolean).join("&");
  return parts ? `?${parts}` : "";
}
