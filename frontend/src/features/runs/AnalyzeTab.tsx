import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Project } from "../../api/types";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { FindingsPanel } from "../findings/FindingsPanel";
import { LayersPanel } from "../layers/LayersPanel";
import { LastSearch, SearchPanel } from "../search/SearchPanel";
import { LatencyPanels } from "./LatencyPanels";
import { ProvenancePanel } from "./ProvenancePanel";
import { runsQuery } from "./queries";
import { RunFigures } from "./RunFigures";
import { RunsTable } from "./RunsTable";
import { StagesPanel } from "./StagesPanel";
import { TradeoffPanel } from "./TradeoffPanel";

const route = getRouteApi("/projects/$ref");

/** How fast, and why. One run is selected; everything below the chart is about it. */
export function AnalyzeTab({ project }: { project: Project }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: runs, error, refetch } = useQuery(runsQuery(project.id));
  const run = useMemo(
    () =>
      runs?.find((entry) => entry.id === search.run) ??
      runs?.find((entry) => entry.id === project.best?.run_id) ??
      runs?.[0],
    [runs, search.run, project.best?.run_id],
  );
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });

  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!runs) return <SkeletonRows label="runs" count={12} />;
  if (!run) {
    const busy = project.state === "queued" || project.state === "running";
    return (
      <Panel>
        <EmptyState title={busy ? "The first run is on its way" : "Nothing was measured yet"}>
          {busy
            ? "Its numbers appear here as soon as it has ended; the page may be left meanwhile."
            : "'Run a benchmark' measures throughput, latency, start-up, memory and layers."}
        </EmptyState>
      </Panel>
    );
  }

  const pick = (id: string) => set({ run: id, layer: undefined, only: undefined });
  // A run of another project in the chart is looked at on that project's page.
  const pickAnywhere = (id: string, of: string) =>
    of === project.id
      ? pick(id)
      : void navigate({ to: "/projects/$ref", params: { ref: of }, search: { run: id, x: search.x } });
  return (
    <>
      <RunFigures run={run} best={run.id === project.best?.run_id} />
      <div className="columns wide-narrow">
        <TradeoffPanel
          project={project}
          runs={runs}
          selected={run.id}
          search={search}
          onPick={pickAnywhere}
          onChange={set}
        />
        <RunsTable
          runs={runs}
          selected={run.id}
          bestId={project.best?.run_id ?? null}
          onPick={pick}
          project={project}
        />
      </div>
      {search.search ? (
        <SearchPanel
          project={project}
          id={search.search}
          selected={run.id}
          onPick={pick}
          onClose={() => set({ search: undefined })}
          onAgain={() => set({ find: true })}
          onStarted={(job) => set({ search: job })}
        />
      ) : (
        <LastSearch project={project} onShow={(job) => set({ search: job })} />
      )}
      <FindingsPanel project={project} run={run} onChange={set} />
      <LayersPanel project={project} run={run} search={search} onChange={set} />
      <LatencyPanels run={run} />
      <div className="columns two">
        <StagesPanel run={run} />
        <ProvenancePanel run={run} />
      </div>
    </>
  );
}
