import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Layers, Project, Run } from "../../api/types";
import type { ProjectSearch } from "../../app/search";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { millisecondsText } from "../../format/time";
import { LogLink } from "../jobs/JobProgress";
import { layersQuery } from "../runs/queries";
import { filtered, NO_FILTER, originalCount } from "./filter";
import { GraphsLens } from "./GraphsLens";
import { LayerDetail } from "./LayerDetail";
import { LayerFilters } from "./LayerFilters";
import classes from "./Layers.module.css";
import { LayersTable } from "./LayersTable";
import { RooflinePanel } from "./RooflinePanel";
import { TimeBars } from "./TimeBars";

interface Props {
  project: Project;
  run: Run;
  search: ProjectSearch;
  onChange: (next: Partial<ProjectSearch>) => void;
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
  const { q, types, precisions, status, bounds, where, only } = search;
  const rows = useMemo(
    () => filtered(layers.layers, { q, types, precisions, status, bounds, where, only }),
    [layers, q, types, precisions, status, bounds, where, only],
  );
  const layer = layers.layers.find((entry) => entry.order === search.layer);
  const file = `${project.name}-${run.label}-layers`;
  const pick = (order: number | undefined) => onChange({ layer: order === search.layer ? undefined : order });
  return (
    <>
      <TimeBars layers={layers} search={search} onChange={onChange} />
      <div className="row wrap" style={{ marginBottom: 8 }}>
        <LensButton lens="roofline" label="Roofline" search={search} onChange={onChange} />
        <LensButton lens="graphs" label="Graphs" search={search} onChange={onChange} />
      </div>
      {search.lens === "roofline" && (
        <div className={classes.lens}>
          <RooflinePanel
            project={project}
            layers={layers}
            rows={rows}
            selected={search.layer ?? null}
            onPick={pick}
            file={file}
          />
        </div>
      )}
      <LayerFilters
        runId={run.id}
        layers={layers.layers}
        rows={rows}
        search={search}
        onChange={onChange}
        file={file}
      />
      <div className={layer ? classes.split : undefined}>
        <LayersTable
          rows={rows}
          sort={search.sort ?? "-time"}
          hide={search.hide}
          selected={search.layer ?? null}
          onSort={(sort) => onChange({ sort: sort === "-time" ? undefined : sort })}
          onPick={pick}
          onClear={() => onChange(NO_FILTER)}
        />
        {layer && <LayerDetail layer={layer} onClose={() => onChange({ layer: undefined })} />}
      </div>
      {search.lens === "graphs" && (
        <div className={classes.lens}>
          <GraphsLens
            project={project}
            run={run}
            selected={search.layer ?? null}
            onPick={(order) => onChange({ layer: order ?? undefined })}
            colour={search.colour}
            onColour={(colour) => onChange({ colour })}
          />
        </div>
      )}
    </>
  );
}

interface LensProps {
  lens: NonNullable<ProjectSearch["lens"]>;
  label: string;
  search: ProjectSearch;
  onChange: (next: Partial<ProjectSearch>) => void;
}

/** Another way to look at the same layers, beside their table. */
function LensButton({ lens, label, search, onChange }: LensProps) {
  const open = search.lens === lens;
  return (
    <button
      type="button"
      className={open ? "chip accent" : "chip"}
      aria-pressed={open}
      onClick={() => onChange({ lens: open ? undefined : lens })}
    >
      {label}
    </button>
  );
}
