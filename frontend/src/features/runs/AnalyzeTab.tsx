import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Project } from "../../api/types";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { LayersPanel } from "../layers/LayersPanel";
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

  const pick = (id: string) => set({ run: id, layer: undefined });
  return (
    <>
      <RunFigures run={run} best={run.id === project.best?.run_id} />
      <div className="columns wide-narrow">
        <TradeoffPanel
          project={project}
          runs={runs}
          selected={run.id}
          percentile={search.x ?? "median"}
          limit={search.limit}
          view={search.view === "table" ? "table" : "chart"}
          onPick={pick}
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
      <LayersPanel project={project} run={run} search={search} onChange={set} />
      <LatencyPanels run={run} />
      <div className="columns two">
        <StagesPanel run={run} />
        <ProvenancePanel run={run} />
      </div>
    </>
  );
}
