import { Button, NativeSelect } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { flat, totalOf } from "../../api/queryClient";
import { MOST_SIDES, PROJECT_STATES } from "../../app/search";
import { Action } from "../../components/Action";
import { ButtonLink } from "../../components/ButtonLink";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { CompareLink } from "../compare/CompareLink";
import { datasetsQuery } from "../datasets/queries";
import { JobProgress } from "../jobs/JobProgress";
import { activeJobs } from "../jobs/queries";
import { modelsQuery } from "../models/queries";
import { FirstVisit } from "./FirstVisit";
import { grouped, nested, type ProjectRow } from "./grouping";
import { ProjectsTable } from "./ProjectsTable";
import { projectsQuery } from "./queries";

const route = getRouteApi("/");

/** "Where was I, what is best"; on a first visit, what to do. */
export function ProjectsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sort = search.sort ?? "-created_at";
  // In the order in which they were ticked: the first is what the others are compared with.
  const [ticked, setTicked] = useState<string[]>([]);
  const query = useInfiniteQuery(projectsQuery({ q: search.q, state: search.state, sort }));
  const all = useInfiniteQuery(projectsQuery());
  const models = totalOf(useInfiniteQuery(modelsQuery()).data);
  const datasets = totalOf(useInfiniteQuery(datasetsQuery()).data);
  const { data: jobs } = useQuery(activeJobs);
  const sample = jobs?.find((job) => job.kind === "sample");

  const projects = useMemo(() => flat(query.data), [query.data]);
  const rows = useMemo<ProjectRow[]>(
    () =>
      search.flat ? nested(projects).map((row) => ({ kind: "project" as const, ...row })) : grouped(projects),
    [projects, search.flat],
  );
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });

  const empty = totalOf(all.data) === 0;
  if (empty) return <FirstVisit models={models ?? 0} datasets={datasets ?? 0} sample={sample ?? null} />;

  const total = totalOf(query.data);
  const filtered = Boolean(search.q || search.state);
  return (
    <>
      <PageHeader
        title="Projects"
        facts="A project measures one model with one dataset on one device."
        actions={
          <>
            <CompareTicked ticked={ticked} />
            {ticked.length > 0 && <Action onClick={() => setTicked([])}>Untick all</Action>}
            <ButtonLink to="/projects/import">Import a project</ButtonLink>
            <ButtonLink to="/projects/new" variant="filled">
              New project
            </ButtonLink>
          </>
        }
      />
      <div className="stack">
        {sample && <JobProgress job={sample} />}
        <Panel flush>
          <div className="filters">
            <SearchField label="Find by name" value={search.q} onChange={(q) => set({ q })} />
            <NativeSelect
              aria-label="State"
              value={search.state ?? ""}
              onChange={(event) =>
                set({ state: PROJECT_STATES.find((state) => state === event.currentTarget.value) })
              }
              data={[{ value: "", label: "any state" }, ...PROJECT_STATES]}
            />
            <NativeSelect
              aria-label="Grouping"
              value={search.flat ? "flat" : "model"}
              onChange={(event) => set({ flat: event.currentTarget.value === "flat" ? true : undefined })}
              data={[
                { value: "model", label: "grouped by model" },
                { value: "flat", label: "not grouped" },
              ]}
            />
            <span className="grow" />
            <span className="small dim">{total !== null && counted(total, "project")}</span>
          </div>
          {query.error ? (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          ) : query.isPending ? (
            <SkeletonRows label="projects" />
          ) : projects.length === 0 ? (
            <EmptyState
              title={filtered ? "No project fits" : "No project yet"}
              actions={
                filtered && <Button onClick={() => set({ q: undefined, state: undefined })}>Show all</Button>
              }
            >
              {filtered ? "No name and state like that is here." : "Create one from a model and a dataset."}
            </EmptyState>
          ) : (
            <ProjectsTable
              rows={rows}
              sort={sort}
              onSort={(next) => set({ sort: next === "-created_at" ? undefined : next })}
              onEnd={
                query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined
              }
              total={total ?? projects.length}
              ticks={{
                chosen: ticked,
                onToggle: ({ id }) =>
                  setTicked((now) => (now.includes(id) ? now.filter((entry) => entry !== id) : [...now, id])),
                full:
                  ticked.length >= MOST_SIDES ? `Up to ${MOST_SIDES} can be compared at once.` : undefined,
              }}
            />
          )}
        </Panel>
      </div>
    </>
  );
}

function CompareTicked({ ticked }: { ticked: readonly string[] }) {
  if (ticked.length >= 2) return <CompareLink sides={ticked}>Compare {ticked.length}</CompareLink>;
  return (
    <Action reason={ticked.length === 0 ? "Tick two or more projects first." : "Tick one more project."}>
      Compare
    </Action>
  );
}
