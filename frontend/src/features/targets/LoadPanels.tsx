import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Target, TargetLoad } from "../../api/types";
import { rounded } from "../../charts/axes";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { ErrorState, Skeleton } from "../../components/States";
import type { CsvColumn } from "../../format/csv";
import { bytesText, decimal } from "../../format/number";
import { JobProgress } from "../jobs/JobProgress";
import { extended, type LoadPoint, loadOption } from "./loadHistory";
import { loadQuery } from "./queries";

const COLUMNS: CsvColumn<LoadPoint>[] = [
  { header: "at", value: (point) => new Date(point.at).toISOString() },
  { header: "cpu_percent", value: (point) => point.cpu },
  { header: "memory_used_bytes", value: (point) => point.memory },
];

/** What the machine does now, and who measures on it. */
export function LoadPanels({ target }: { target: Target }) {
  const { data: load, error } = useQuery({ ...loadQuery(target.id), enabled: target.state === "online" });
  const [history, setHistory] = useState<LoadPoint[]>([]);
  useEffect(() => {
    if (load) setHistory((now) => extended(now, load));
  }, [load]);

  if (target.state !== "online") return null;
  if (error) return <ErrorState error={error} compact />;
  return (
    <>
      {load?.measuring_job && <JobProgress job={load.measuring_job} />}
      <div className="columns two">
        {load ? (
          <>
            <Cpu history={history} load={load} />
            <Memory history={history} load={load} />
          </>
        ) : (
          <>
            <Panel title="Processor">
              <Skeleton height={180} />
            </Panel>
            <Panel title="Memory">
              <Skeleton height={180} />
            </Panel>
          </>
        )}
      </div>
    </>
  );
}

function Cpu({ history, load }: { history: LoadPoint[]; load: TargetLoad }) {
  const option = useCallback(
    (colors: ChartColors) =>
      loadOption(
        history,
        { name: "CPU", unit: "%", most: 100, values: history.map((point) => point.cpu) },
        colors,
      ),
    [history],
  );
  const newest = useMemo(() => [...history].reverse(), [history]);
  return (
    <ChartPanel
      title="Processor"
      label="Use of the processor over the last minutes"
      file="processor"
      option={option}
      height={180}
      rows={newest}
      columns={COLUMNS}
      controls={<span className="strong">{decimal(load.cpu_percent, 3)} %</span>}
    >
      <div className="legend" style={{ alignItems: "flex-end" }}>
        {load.per_core && <Cores values={load.per_core} />}
        {load.load_average && (
          <span>
            <Explain text="Processes that run or want to run, averaged over 1, 5 and 15 minutes.">
              load
            </Explain>{" "}
            {load.load_average.map((value) => value.toFixed(2)).join(", ")}
          </span>
        )}
      </div>
    </ChartPanel>
  );
}

/** One small column for each core, however many there are. */
function Cores({ values }: { values: number[] }) {
  const text = values.map((value, core) => `core ${core}: ${Math.round(value)} %`).join(", ");
  return (
    <span className="row" style={{ gap: 6 }} title={text}>
      <span>cores</span>
      <span className="cores" role="img" aria-label={text}>
        {values.map((value, core) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the number of the core is its name
          <i key={core} style={{ height: `${Math.max(4, value)}%` }} />
        ))}
      </span>
    </span>
  );
}

function Memory({ history, load }: { history: LoadPoint[]; load: TargetLoad }) {
  const total = load.memory_total_bytes ?? undefined;
  const option = useCallback(
    (colors: ChartColors) =>
      loadOption(
        history,
        {
          name: "memory in use",
          unit: "GB",
          most: total === undefined ? undefined : rounded(total / 1e9),
          values: history.map((point) => (point.memory === null ? null : point.memory / 1e9)),
        },
        colors,
      ),
    [history, total],
  );
  const newest = useMemo(() => [...history].reverse(), [history]);
  return (
    <ChartPanel
      title="Memory"
      label="Memory in use over the last minutes"
      file="memory"
      option={option}
      height={180}
      rows={newest}
      columns={COLUMNS}
      controls={<span className="strong">{bytesText(load.memory_used_bytes)}</span>}
    >
      <div className="legend">
        <span>of {bytesText(load.memory_total_bytes)}</span>
        <span>{bytesText(load.disk_free_bytes)} free on the disk</span>
      </div>
    </ChartPanel>
  );
}
