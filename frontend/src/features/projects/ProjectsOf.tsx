import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { flat, totalOf } from "../../api/queryClient";
import { ButtonLink } from "../../components/ButtonLink";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { nested, type ProjectRow } from "./grouping";
import { ProjectsTable } from "./ProjectsTable";
import { type ProjectFilters, projectsQuery } from "./queries";

interface Props {
  title: string;
  filters: Pick<ProjectFilters, "model" | "dataset" | "target">;
  /** What the wizard is opened with. */
  create: { model?: string; dataset?: string; target?: string };
}

/** The projects of a model, dataset or target, on its page. */
export function ProjectsOf({ title, filters, create }: Props) {
  const [sort, setSort] = useState("-created_at");
  const query = useInfiniteQuery(projectsQuery({ ...filters, sort }));
  const projects = useMemo(() => flat(query.data), [query.data]);
  const rows = useMemo<ProjectRow[]>(
    () => nested(projects).map((row) => ({ kind: "project" as const, ...row })),
    [projects],
  );
  const total = totalOf(query.data);
  return (
    <Panel title={title} flush aside={total !== null && total > 0 && counted(total, "project")}>
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows label="projects" count={2} />
      ) : rows.length === 0 ? (
        <EmptyState
          title="No project yet"
          actions={
            <ButtonLink to="/projects/new" search={create}>
              New project
            </ButtonLink>
          }
        >
          A project measures it at once.
        </EmptyState>
      ) : (
        <ProjectsTable
          rows={rows}
          total={total ?? rows.length}
          sort={sort}
          onSort={setSort}
          onEnd={
            query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined
          }
          maxHeight="330px"
        />
      )}
    </Panel>
  );
}
