import { Checkbox, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Project, SensitiveOperation, SensitivityResult } from "../../api/types";
import { baseOption, tooltipLines, valueAxis } from "../../charts/axes";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { VirtualBody } from "../../components/table/VirtualBody";
import type { CsvColumn } from "../../format/csv";
import { counted, decimal } from "../../format/number";
import { ago, duration } from "../../format/time";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { differenceText, isShare, metricText } from "../reports/metricText";
import { layersQuery, runsQuery } from "../runs/queries";
import classes from "./Optimize.module.css";
import { layerOf } from "./operations";
import { rankingQuery } from "./queries";

interface Props {
  project: Project;
  lastJob: string | null;
  onStart: () => void;
  /** Opens the form with these operations left out. */
  onWithout: (names: string[], result: SensitivityResult) => void;
}

/** Which quantised operations hurt, ranked. */
export function SensitivityPanel({ project, lastJob, onStart, onWithout }: Props) {
  const { data, error, refetch } = useQuery(rankingQuery(project.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows label="the sensitivity of operations" count={4} />;
  const gone = project.state === "archived" ? "A part of this project is gone." : undefined;
  const active = data && (data.job.state === "queued" || data.job.state === "running");
  const result = data?.result ?? null;
  const progress =
    data && data.job.id !== lastJob && (active || data.job.state === "failed") ? (
      <JobProgress job={data.job} onRetry={onStart} />
    ) : null;
  if (!result || result.operations.length === 0) {
    return (
      <>
        {progress}
        {!active && (
          <Panel title="Sensitivity">
            <EmptyState
              title="Not ranked yet"
              actions={
                <Action onClick={onStart} reason={gone}>
                  Rank the operations
                </Action>
              }
            >
              Each quantised operation alone is put back to its precision, and the model is measured again:
              which ones cost the accuracy. The worst can then be left out of quantisation.
            </EmptyState>
          </Panel>
        )}
      </>
    );
  }
  return (
    <>
      {progress}
      <Ranked
        key={data?.job.id}
        project={project}
        result={result}
        aside={
          <>
            {active ? <Chip tone="accent">goes on</Chip> : <span>{ago(data?.job.created_at)}</span>}
            {data && <LogLink job={data.job} />}
            <Action
              size="xs"
              onClick={onStart}
              reason={gone ?? (active ? "A ranking of this project is being made." : undefined)}
            >
              Rank again
            </Action>
          </>
        }
        onWithout={(names) => onWithout(names, result)}
      />
    </>
  );
}

const CSV: CsvColumn<SensitiveOperation>[] = [
  { header: "rank", value: ({ rank }) => rank },
  { header: "operations", value: ({ operations }) => operations.join(" ") },
  { header: "types", value: ({ types }) => types.join(" ") },
  { header: "value_without", value: ({ value }) => value },
  { header: "gain", value: ({ gain }) => gain },
  { header: "quantizers", value: ({ quantizers }) => quantizers },
];

// More bars than this cannot be told apart; the table has them all.
const MOST_BARS = 40;

interface RankedProps {
  project: Project;
  result: SensitivityResult;
  aside: React.ReactNode;
  onWithout: (names: string[]) => void;
}

function Ranked({ project, result, aside, onWithout }: RankedProps) {
  const { operations, metric, unit } = result;
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [worst, setWorst] = useState<number | "">(Math.min(3, operations.length));
  const chosen = operations.filter(({ rank }) => ticked.has(rank));
  const names = [...new Set(chosen.flatMap((entry) => entry.operations))];
  const share = isShare(metric, { unit });
  const factor = share ? 100 : 1;
  const shownUnit = share ? "pp" : (unit ?? "");
  const bars = useMemo(() => operations.slice(0, MOST_BARS), [operations]);
  const toggle = useCallback(
    (rank: number) =>
      setTicked((now) => {
        const next = new Set(now);
        if (!next.delete(rank)) next.add(rank);
        return next;
      }),
    [],
  );
  const option = useCallback(
    (colors: ChartColors) => {
      const base = baseOption(colors);
      return {
        ...base,
        xAxis: {
          type: "category" as const,
          data: bars.map(({ rank }) => String(rank)),
          name: "rank",
          nameLocation: "middle" as const,
          nameGap: 26,
          nameTextStyle: { color: colors.dim, fontSize: 11 },
          axisLine: { lineStyle: { color: colors.line } },
          axisTick: { show: false },
          axisLabel: { color: colors.dim, fontSize: 11 },
        },
        yAxis: valueAxis(colors, "y", { name: `gain, ${shownUnit || result.label}` }),
        tooltip: {
          ...base.tooltip,
          trigger: "item" as const,
          formatter: (entry: unknown) => {
            const row = bars[(entry as { dataIndex?: number }).dataIndex ?? -1];
            if (!row) return "";
            return tooltipLines(nameOf(row), [
              row.types.join(", "),
              `without quantising it: ${metricText(metric, { unit: unit ?? "", value: row.value })}`,
              `gain ${differenceText(metric, unit ?? "", row.gain)}`,
            ]);
          },
        },
        series: [
          {
            type: "bar" as const,
            data: bars.map(({ rank, gain }) => ({
              id: String(rank),
              value: gain * factor,
              itemStyle: { color: ticked.has(rank) ? colors.accent : gain > 0 ? colors.c2 : colors.faint },
            })),
            barMaxWidth: 22,
            cursor: "pointer",
          },
        ],
      };
    },
    [bars, factor, metric, unit, shownUnit, result.label, ticked],
  );
  const points = useMemo(
    () =>
      bars.map((row, index) => ({
        sentence: `Rank ${row.rank}: ${nameOf(row)}, ${row.types.join(", ")}, gain ${differenceText(metric, unit ?? "", row.gain)}`,
        series: 0,
        index,
        id: String(row.rank),
      })),
    [bars, metric, unit],
  );
  return (
    <ChartPanel
      title="Sensitivity"
      label={`Gain in ${result.label} when one operation keeps its precision`}
      file={`${project.name}-sensitivity`}
      option={option}
      height={220}
      points={points}
      onPick={(rank) => toggle(Number(rank))}
      rows={operations}
      columns={CSV}
      controls={aside}
    >
      <p className="small dim" style={{ margin: "4px 0 8px" }}>
        <Explain
          text={
            result.measure === "metric"
              ? "The metric against annotations, with only these operations at their own precision."
              : "How far the outputs are from those of the original, with only these operations at their own precision."
          }
        >
          {result.label}
        </Explain>
        {result.original !== null &&
          `: ${metricText(metric, { unit: unit ?? "", value: result.original })} before`}
        , {metricText(metric, { unit: unit ?? "", value: result.quantized })} quantised; on{" "}
        {counted(result.samples, "sample")} in {duration(result.elapsed_s)}.
        {operations.length > MOST_BARS &&
          ` The chart has the worst ${MOST_BARS} of ${counted(operations.length, "entry", "entries")}.`}
      </p>
      <div className="row wrap" style={{ marginBottom: 6 }}>
        <NumberInput
          aria-label="How many of the worst"
          size="xs"
          w={70}
          min={1}
          max={operations.length}
          value={worst}
          onChange={(value) => setWorst(typeof value === "number" ? Math.round(value) : "")}
        />
        <button
          type="button"
          className="chip"
          onClick={() => setTicked(new Set(operations.slice(0, worst || 0).map(({ rank }) => rank)))}
        >
          Tick the worst {worst}
        </button>
        {ticked.size > 0 && (
          <button type="button" className="chip" onClick={() => setTicked(new Set())}>
            Untick all
          </button>
        )}
        <Action
          size="xs"
          variant="filled"
          onClick={() => onWithout(names)}
          reason={names.length === 0 ? "Tick what shall keep its precision." : undefined}
        >
          Quantise without {names.length === 0 ? "these" : counted(names.length, "operation")}
        </Action>
      </div>
      <Table project={project} result={result} ticked={ticked} onToggle={toggle} />
    </ChartPanel>
  );
}

const nameOf = ({ operations }: SensitiveOperation) =>
  operations.length > 1 ? `${operations[0]} and ${operations.length - 1} more` : (operations[0] ?? "");

interface TableProps {
  project: Project;
  result: SensitivityResult;
  ticked: ReadonlySet<number>;
  onToggle: (rank: number) => void;
}

function Table({ project, result, ticked, onToggle }: TableProps) {
  const { operations, metric, unit } = result;
  const most = Math.max(...operations.map(({ gain }) => Math.abs(gain)), 1e-30);
  const { data: runs } = useQuery(runsQuery(project.id));
  const run =
    runs?.find((entry) => entry.id === project.best?.run_id && entry.has_layers) ??
    runs?.find((entry) => entry.has_layers);
  const { data: layers } = useQuery({ ...layersQuery(run?.id ?? ""), enabled: run !== undefined });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: 320 }} tabIndex={0} aria-label="Ranked operations">
      <table className="data fixed" aria-rowcount={operations.length + 1}>
        <caption className="unseen">Operations by how much it hurts to quantise them</caption>
        <thead>
          <tr>
            <th scope="col" style={{ width: 68 }}>
              Rank
            </th>
            <th scope="col">Operation</th>
            <th scope="col" style={{ width: 130 }}>
              Type
            </th>
            <th scope="col" className="num" style={{ width: 104 }}>
              <Explain text={`${result.label} when only this keeps its precision`}>Without it</Explain>
            </th>
            <th scope="col" style={{ width: 190 }}>
              Gain
            </th>
            <th scope="col" style={{ width: 110 }}>
              Look at it
            </th>
          </tr>
        </thead>
        <VirtualBody
          count={operations.length}
          columns={6}
          row={(index, attributes) => {
            const row = operations[index];
            if (!row) return null;
            const layer = layerOf(layers, row.operations);
            return (
              <tr key={row.rank} {...attributes}>
                <td>
                  <Checkbox
                    size="xs"
                    label={row.rank}
                    aria-label={`Rank ${row.rank}: ${nameOf(row)} keeps its precision`}
                    checked={ticked.has(row.rank)}
                    onChange={() => onToggle(row.rank)}
                    data-row-focus
                  />
                </td>
                <th scope="row" className="ellipsis" title={row.operations.join("\n")}>
                  {nameOf(row)}
                </th>
                <td title={row.types.join(", ")}>{[...new Set(row.types)].join(", ")}</td>
                <td className="num">{metricText(metric, { unit: unit ?? "", value: row.value })}</td>
                <td>
                  <span
                    className={classes.gain}
                    data-helps={row.gain <= 0 || undefined}
                    style={{ width: (Math.abs(row.gain) / most) * 80 }}
                  />{" "}
                  {isShare(metric, { unit })
                    ? differenceText(metric, unit ?? "", row.gain)
                    : decimal(row.gain, 3)}
                </td>
                <td>
                  {layer !== null && run ? (
                    <>
                      <Link
                        to="/projects/$ref"
                        params={{ ref: project.id }}
                        search={{ run: run.id, layer }}
                        tabIndex={-1}
                      >
                        layer
                      </Link>{" "}
                      ·{" "}
                      <Link
                        to="/projects/$ref"
                        params={{ ref: project.id }}
                        search={{ run: run.id, layer, lens: "graphs" }}
                        tabIndex={-1}
                      >
                        graph
                      </Link>
                    </>
                  ) : (
                    <span className="faint">no layer</span>
                  )}
                </td>
              </tr>
            );
          }}
        />
      </table>
    </section>
  );
}
