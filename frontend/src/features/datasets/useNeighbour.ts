import { useQuery } from "@tanstack/react-query";
import type { Sample } from "../../api/types";
import { SAMPLES_PAGE, type SampleFilters, samplesQuery } from "./queries";

/** The sample `step` places further among those that the filters leave; null at the end, and while it is fetched. */
export function useNeighbour(
  ref: string,
  filters: SampleFilters,
  place: number | undefined,
  step: -1 | 1,
  total: number,
): { sample: Sample; place: number } | null {
  const wanted = place === undefined ? -1 : place + step;
  const there = wanted >= 0 && wanted < total;
  const page = Math.floor(Math.max(wanted, 0) / SAMPLES_PAGE);
  const { data } = useQuery({ ...samplesQuery(ref, filters, page), enabled: there });
  const sample = there ? data?.items[wanted % SAMPLES_PAGE] : undefined;
  return sample ? { sample, place: wanted } : null;
}
