import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { api, take } from "../../api/client";
import { asApiError } from "../../api/errors";
import type { Project, Run } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState, Skeleton } from "../../components/States";
import { COLOR_MODES } from "../../graph/types";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";

const GraphsPanel = lazy(() =>
  import("../graphs/GraphsPanel").then((part) => ({ default: part.GraphsPanel })),
);

const FOR_EVER = Number.POSITIVE_INFINITY;

const runGraphQuery = (run: string) =>
  queryOptions({
    queryKey: ["graph", "run", run],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/runs/{run_id}/graph", { params: { path: { run_id: run } }, signal })),
    staleTime: FOR_EVER,
  });

const modelGraphQuery = (model: string) =>
  queryOptions({
    queryKey: ["graph", "model", model],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/models/{ref}/graph", { params: { path: { ref: model } }, signal })),
    staleTime: FOR_EVER,
  });

interface Props {
  project: Project;
  run: Run;
  selected: number | null;
  onPick: (order: number | null) => void;
  colour: string | undefined;
  onColour: (colour: string | undefined) => void;
}

/** The model's graph beside the one that was executed; what is selected in the table is selected in both. */
export function GraphsLens({ project, run, selected, onPick, colour, onColour }: Props) {
  const ref = project.model?.id ?? null;
  const runtime = useQuery(runGraphQuery(run.id));
  const model = useQuery({ ...modelGraphQuery(ref ?? ""), enabled: ref !== null });
  const loading = runtime.isLoading || model.isLoading;
  const notMade = model.error !== null && asApiError(model.error).code === "graph_not_made";
  return (
    <>
      {runtime.error && <ErrorState error={runtime.error} onRetry={() => void runtime.refetch()} compact />}
      {notMade && ref ? (
        <MakeGraph model={ref} />
      ) : (
        model.error && <ErrorState error={model.error} onRetry={() => void model.refetch()} compact />
      )}
      {loading ? (
        <Skeleton height={420} />
      ) : (
        (model.data || runtime.data) && (
          <Suspense fallback={<Skeleton height={420} />}>
            <GraphsPanel
              model={model.data}
              runtime={runtime.data}
              selectedOrder={selected}
              onPick={onPick}
              colorBy={COLOR_MODES.find((mode) => mode === colour)}
              onColorBy={onColour}
              file={`${project.name}-${run.label}`}
            />
          </Suspense>
        )
      )}
    </>
  );
}

/** Models that were imported before graphs were kept get theirs when it is asked for. */
function MakeGraph({ model }: { model: string }) {
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const { data: job } = useQuery({ ...jobQuery(id ?? ""), enabled: id !== null });
  const make = useMutation({
    mutationFn: () => take(api.POST("/api/v1/models/{ref}/graph", { params: { path: { ref: model } } })),
    onSuccess: ({ job: made }) => {
      client.setQueryData(jobQuery(made.id).queryKey, made);
      setId(made.id);
    },
  });
  const state = job?.state;
  useEffect(() => {
    if (state === "succeeded") void client.invalidateQueries({ queryKey: ["graph", "model", model] });
  }, [state, client, model]);
  if (job && state !== "succeeded" && state !== "cancelled") {
    return <JobProgress job={job} onRetry={() => make.mutate()} />;
  }
  return (
    <div className="notice">
      <p>
        This model was imported before graphs were kept, so that only the executed one can be shown.{" "}
        {make.error && <span className="bad-text">{asApiError(make.error).message}</span>}
      </p>
      <Action onClick={() => make.mutate()} loading={make.isPending || state === "succeeded"}>
        Draw the graph
      </Action>
    </div>
  );
}
