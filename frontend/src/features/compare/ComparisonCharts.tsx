import { NativeSelect } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Comparison, Run } from "../../api/types";
import { PERCENTILES, type Percentile } from "../../app/search";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { Explain } from "../../components/Explain";
import { counted } from "../../format/number";
import { runsQuery } from "../runs/queries";
import {
  type BarGroup,
  type BarWish,
  barColumns,
  barPoints,
  barRows,
  barsHeight,
  barsOption,
  latencyGroups,
} from "./bars";
import { cloudKeys, cloudOption, cloudPoints, PERCENTILE_NAMES } from "./cloud";
import { typeRows } from "./differences";
import { comparisonName, cssColor, letter, type Side, sideNames } from "./sides";

interface BarsProps extends BarWish {
  title: string;
  label: string;
  file: string;
  group: string;
  height?: number;
  note?: string;
}

function BarsPanel({ title, label, file, group, height, note, ...wish }: BarsProps) {
  const { groups, sides, axis, unit, horizontal } = wish;
  const option = useCallback(
    (colors: ChartColors) => barsOption({ groups, sides, axis, unit, horizontal }, colors),
    [groups, sides, axis, unit, horizontal],
  );
  const points = useMemo(() => barPoints({ groups, sides, axis, unit }), [groups, sides, axis, unit]);
  return (
    <ChartPanel
      title={title}
      label={label}
      file={file}
      option={option}
      points={points}
      height={height ?? barsHeight(wish)}
      rows={barRows(wish)}
      columns={barColumns(group, unit)}
    >
      <Legend sides={sides} note={note} />
    </ChartPanel>
  );
}

function Legend({ sides, note }: { sides: readonly string[]; note?: string }) {
  return (
    <div className="legend">
      {sides.map((name, index) => (
        <span key={name}>
          <i style={{ background: cssColor(index) }} />
          {name}
        </span>
      ))}
      {note && <span>{note}</span>}
    </div>
  );
}

/** The same measures of all sides on one scale. */
export function ComparisonCharts(props: {
  comparison: Comparison;
  percentile: Percentile;
  onPercentile: (next: Percentile) => void;
}) {
  const { comparison, percentile, onPercentile } = props;
  const { sides, types } = comparison;
  const names = useMemo(() => sideNames(sides), [sides]);
  const file = comparisonName(sides);
  const throughput = useMemo<BarGroup[]>(
    () => [
      {
        name: "",
        bars: sides.map(({ run }) => ({ value: run.throughput_fps, ci95: run.throughput_ci95 })),
      },
    ],
    [sides],
  );
  const latency = useMemo(() => latencyGroups(sides.map(({ run }) => run)), [sides]);
  const byType = useMemo<BarGroup[]>(
    () =>
      typeRows(types).map(({ type, times }) => ({
        name: type,
        bars: times.map((time) => (time === null ? null : { value: time / 1000 })),
      })),
    [types],
  );
  return (
    <>
      <div className="columns two">
        <BarsPanel
          title="Throughput"
          label="Throughput of every side"
          file={`${file}-throughput`}
          group=""
          groups={throughput}
          sides={names}
          axis="throughput, FPS"
          unit="FPS"
          horizontal
          height={Math.max(220, 60 + sides.length * 30)}
          note="lines: 95 % interval"
        />
        <BarsPanel
          title="Latency"
          label="Latency percentiles of every side"
          file={`${file}-latency`}
          group="percentile"
          groups={latency}
          sides={names}
          axis="latency, ms"
          unit="ms"
          height={Math.max(220, 60 + sides.length * 30)}
          note="line: 95 % interval of the median · left out: too few samples"
        />
      </div>
      <div className="columns two">
        <CloudPanel
          sides={sides}
          height={Math.max(300, barsHeight({ groups: byType, sides: names }))}
          percentile={percentile}
          onPercentile={onPercentile}
        />
        {byType.length > 0 && (
          <BarsPanel
            title="Time by layer type"
            label="Time of one inference by layer type, of every side"
            file={`${file}-types`}
            group="type"
            groups={byType}
            sides={names}
            axis="time of one inference, ms"
            unit="ms"
            horizontal
            note="from the instrumented runs"
          />
        )}
      </div>
    </>
  );
}

interface CloudProps {
  height: number;
  sides: readonly Side[];
  percentile: Percentile;
  onPercentile: (next: Percentile) => void;
}

/** Every run of the compared projects; the compared ones large, with their letter. */
function CloudPanel({ sides, height, percentile, onPercentile }: CloudProps) {
  const navigate = useNavigate();
  const projects = [...new Set(sides.map((side) => side.project.id))];
  const runs = useQueries({
    queries: projects.map((id) => runsQuery(id)),
    combine: (results): Run[] => results.flatMap(({ data }) => data ?? []),
  });
  const points = useMemo(() => cloudPoints(sides, runs, percentile), [sides, runs, percentile]);
  const option = useCallback(
    (colors: ChartColors) => cloudOption(points, percentile, colors),
    [points, percentile],
  );
  const keys = useMemo(() => cloudKeys(points, percentile), [points, percentile]);
  const open = (id: string) => {
    const point = points.find(({ run }) => run.id === id);
    if (!point) return;
    void navigate({ to: "/projects/$ref", params: { ref: point.run.project_id }, search: { run: id } });
  };
  const name = PERCENTILE_NAMES[percentile];
  return (
    <ChartPanel
      title="All runs of these projects"
      label={`Throughput against ${name} latency of ${counted(points.length, "run")}`}
      file={`${comparisonName(sides)}-runs`}
      option={option}
      points={keys}
      onPick={open}
      height={height}
      rows={points}
      columns={[
        { header: "side", value: ({ chosen, side }) => (chosen ? letter(side) : "") },
        { header: "project", value: ({ project }) => project },
        { header: "run", value: ({ run }) => run.label },
        { header: `${name}_ms`, value: ({ x }) => x },
        { header: "throughput_fps", value: ({ y }) => y },
        { header: "effective_precision", value: ({ run }) => run.effective_precision },
        { header: "verdict", value: ({ run }) => run.verdict },
        { header: "id", value: ({ run }) => run.id },
      ]}
      controls={
        <NativeSelect
          aria-label="Latency shown"
          value={percentile}
          onChange={(event) => {
            const next = PERCENTILES.find((entry) => entry === event.currentTarget.value);
            if (next) onPercentile(next);
          }}
          data={PERCENTILES.map((value) => ({ value, label: PERCENTILE_NAMES[value] }))}
        />
      }
    >
      <div className="legend">
        <span>
          <Explain text="Circles are stable runs, diamonds are not. A click opens the run in its project.">
            large: compared
          </Explain>{" "}
          · small: other runs of the same projects
        </span>
      </div>
    </ChartPanel>
  );
}
