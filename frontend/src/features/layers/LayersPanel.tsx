import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Layers, Project, Run } from "../../api/types";
import type { LayerSearch } from "../../app/search";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { millisecondsText } from "../../format/time";
import { LogLink } from "../jobs/JobProgress";
import { layersQuery } from "../runs/queries";
import { filtered, originalCount } from "./filter";
import { LayerDetail } from "./LayerDetail";
import { LayerFilters } from "./LayerFilters";
import classes from "./Layers.module.css";
import { LayersTable } from "./LayersTable";
import { TypeBar } from "./TypeBar";

interface Props {
  project: Project;
  run: Run;
  search: LayerSearch;
  onChange: (next: Partial<LayerSearch>) => void;
}

/** Where the time goes: by layer type, and layer by layer. */
export function LayersPanel({ project, run, search, onChange }: Props) {
  const { data, error, refetch } = useQuery({ ...layersQuery(run.id), enabled: run.has_layers });
  return (
    <Panel title="Where the time goes" aside={data && <Statement run={run} layers={data} />}>
      {!run.has_layers ? (
        <NoLayers run={run} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} jobId={run.job_id} />
      ) : data ? (
        <Loaded layers={data} {...{ project, run, search, onChange }} />
      ) : (
        <SkeletonRows label="layers" count={10} />
      )}
    </Panel>
  );
}

/** Layer times are not taken from the run whose numbers stand above, and the page says so. */
function Statement({ run, layers }: { run: Run; layers: Layers }) {
  const executed = layers.layers.filter((layer) => layer.status !== "not_executed");
  return (
    <span>
      run {run.label} ·{" "}
      <Explain
        text={
          layers.note ??
          "Measuring every layer slows a run down. The times below are from a run of their own with the same settings; throughput and latency above are from the clean one."
        }
      >
        from a separate, instrumented run
      </Explain>
      {layers.iterations ? ` of ${counted(layers.iterations, "inference")}` : ""} ·{" "}
      {millisecondsText(layers.total_us / 1000)} in all layers · {counted(executed.length, "executed layer")}{" "}
      from {counted(originalCount(executed), "original one")}
    </span>
  );
}

function NoLayers({ run }: { run: Run }) {
  if (run.layers_error) {
    const { code, message, action } = run.layers_error;
    return (
      <div className="notice warn">
        <div>
          <p>
            <span className="strong">Layers could not be measured.</span> {message} <code>{code}</code>
          </p>
          <p className="dim">{action}</p>
        </div>
        {run.job_id && <LogLink job={{ id: run.job_id, title: "the benchmark" }} />}
      </div>
    );
  }
  return (
    <EmptyState title="Layers were not measured for this run">
      Run the benchmark again with layer times. If the benchmark is still running, they follow in a moment.
    </EmptyState>
  );
}

function Loaded({ project, run, layers, search, onChange }: Props & { layers: Layers }) {
  const { q, types, precisions, status, over, share } = search;
  const rows = useMemo(
    () => filtered(layers.layers, { q, types, precisions, status, over, share }),
    [layers, q, types, precisions, status, over, share],
  );
  const layer = layers.layers.find((entry) => entry.order === search.layer);
  return (
    <>
      <TypeBar byType={layers.by_type} totalUs={layers.total_us} search={search} onChange={onChange} />
      <LayerFilters
        layers={layers.layers}
        rows={rows}
        search={search}
        onChange={onChange}
        file={`${project.name}-${run.label}-layers`}
      />
      <div className={layer ? classes.split : undefined}>
        <LayersTable
          rows={rows}
          sort={search.sort ?? "-time"}
          hide={search.hide}
          selected={search.layer ?? null}
          onSort={(sort) => onChange({ sort: sort === "-time" ? undefined : sort })}
          onPick={(order) => onChange({ layer: order === search.layer ? undefined : order })}
          onClear={() =>
            onChange({
              q: undefined,
              types: undefined,
              precisions: undefined,
              status: undefined,
              over: undefined,
              share: undefined,
            })
          }
        />
        {layer && <LayerDetail layer={layer} onClose={() => onChange({ layer: undefined })} />}
      </div>
    </>
  );
}
