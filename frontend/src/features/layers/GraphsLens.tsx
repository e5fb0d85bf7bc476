import { useQuery } from "@tanstack/react-query";
import { asApiError } from "../../api/errors";
import type { Project, Run } from "../../api/types";
import { ErrorState } from "../../components/States";
import { COLOR_MODES } from "../../graph/types";
import { LazyGraphs } from "../graphs/LazyGraphs";
import { MakeGraph } from "../graphs/MakeGraph";
import { NodeAction } from "../graphs/nodeAction";
import { modelGraphQuery, runGraphQuery } from "../graphs/queries";
import { KeepPrecision } from "../optimize/KeepPrecision";

const keepPrecision = (names: readonly string[], type?: string) => (
  <KeepPrecision names={names} type={type} />
);

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
  const nothing = !loading && !model.data && !runtime.data;
  return (
    <>
      {runtime.error && <ErrorState error={runtime.error} onRetry={() => void runtime.refetch()} compact />}
      {notMade && ref ? (
        <MakeGraph model={ref} />
      ) : (
        model.error && <ErrorState error={model.error} onRetry={() => void model.refetch()} compact />
      )}
      {!nothing && (
        <NodeAction value={keepPrecision}>
          <LazyGraphs
            bare
            ready={!loading}
            model={model.data}
            runtime={runtime.data}
            selectedOrder={selected}
            onPick={onPick}
            colorBy={COLOR_MODES.find((mode) => mode === colour)}
            onColorBy={onColour}
            file={`${project.name}-${run.label}`}
          />
        </NodeAction>
      )}
    </>
  );
}
