/** What was filled in for a search, kept for this browser tab: who goes on with it begins with the same grid. */
import { emptySearch, type SearchForm } from "./searchForm";

const key = (job: string) => `search ${job}`;

export function remember(job: string, form: SearchForm): void {
  try {
    sessionStorage.setItem(key(job), JSON.stringify(form));
  } catch {
    // A browser that keeps nothing: the form is then filled in anew.
  }
}

/** The form of that search, or an empty one with the chart's limit. */
export function remembered(job: string | undefined, limitMs: number | undefined): SearchForm {
  const fresh = emptySearch(limitMs);
  if (job === undefined) return fresh;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(job)) ?? "null");
    return typeof kept === "object" && kept !== null ? { ...fresh, ...kept } : fresh;
  } catch {
    return fresh;
  }
}
