import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { flat } from "../../api/queryClient";
import type { Project, Run } from "../../api/types";
import { projectQuery, projectsQuery } from "../projects/queries";
import { runsQuery } from "./queries";
import { candidates, colorOf, type Series, seriesName, shown } from "./series";

interface Wish {
  series?: string[];
  without?: string[];
}

/** The projects that may stand beside this one, and the runs of those that do. */
export function useSeries(project: Project, own: readonly Run[], { series, without }: Wish) {
  const { data: parent } = useQuery({
    ...projectQuery(project.parent_id ?? ""),
    enabled: project.parent_id !== null,
  });
  // Children have the same dataset; other targets and precisions have the same model.
  const sameDataset = useInfiniteQuery({
    ...projectsQuery({ dataset: project.dataset?.id, target: project.target?.id }),
    enabled: project.dataset !== null,
  });
  const sameModel = useInfiniteQuery({
    ...projectsQuery({ model: project.model?.id }),
    enabled: project.model !== null,
  });
  const all = useMemo(
    () =>
      candidates(project, [...(parent ? [parent] : []), ...flat(sameDataset.data), ...flat(sameModel.data)]),
    [project, parent, sameDataset.data, sameModel.data],
  );
  const beside = useMemo(
    () => shown(project, all, series, without).filter(({ id }) => id !== project.id),
    [project, all, series, without],
  );
  const others = useQueries({
    queries: beside.map(({ id }) => runsQuery(id)),
    combine: (answers) => answers.map(({ data }) => data),
  });
  const made = useMemo<Series[]>(() => {
    const one = (entry: Project, runs: readonly Run[]): Series => ({
      id: entry.id,
      name: seriesName(project, entry),
      color: colorOf(project, all, entry),
      runs,
    });
    return [one(project, own), ...beside.map((entry, index) => one(entry, others[index] ?? []))];
  }, [project, own, all, beside, others]);
  return { all, series: made };
}
