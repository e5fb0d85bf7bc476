import { useCallback, useMemo, useState } from "react";
import type { Curves } from "../../api/types";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { FacetMenu } from "../../components/FacetMenu";
import { curvesOption, firstChosen, lineColor, type Point, pointsOf, pointText, TITLES } from "./curves";

interface Props {
  chart: Curves;
  /** A point was chosen: its class and its score. */
  onPick: (point: Point) => void;
}

const MOST_LINES = 12;

/** Curves of the classes that are chosen; a point leads to the samples of its class at its score. */
export function CurvesPanel({ chart, onPick }: Props) {
  const [names, setNames] = useState<string[]>(() => firstChosen(chart.curves));
  const chosen = useMemo(() => chart.curves.filter(({ name }) => names.includes(name)), [chart, names]);
  const option = useCallback((colors: ChartColors) => curvesOption(chart, chosen, colors), [chart, chosen]);
  const rows = useMemo(() => pointsOf(chosen), [chosen]);
  const points = useMemo(
    () =>
      chosen.flatMap((curve, series) =>
        pointsOf([curve]).map((point, index) => ({
          sentence: pointText(point, chart),
          series,
          index,
          id: `${series} ${index}`,
        })),
      ),
    [chosen, chart],
  );
  const pick = (id: string) => {
    const [series = 0, index = 0] = id.split(" ").map(Number);
    const curve = chosen[series];
    const point = curve && pointsOf([curve])[index];
    if (point) onPick(point);
  };
  const toggle = (name: string) =>
    setNames((now) =>
      now.includes(name) ? now.filter((entry) => entry !== name) : [...now, name].slice(-MOST_LINES),
    );
  return (
    <ChartPanel
      title={TITLES[chart.kind]}
      label={`${TITLES[chart.kind]}: ${chart.y_label} over ${chart.x_label}`}
      file={chart.kind}
      option={option}
      height={330}
      points={points}
      onPick={pick}
      rows={rows}
      columns={[
        { header: "class", value: (point: Point) => point.curve },
        { header: chart.x_label, value: (point: Point) => point.x },
        { header: chart.y_label, value: (point: Point) => point.y },
        { header: "threshold", value: (point: Point) => point.threshold },
      ]}
      controls={
        chart.curves.length > 1 && (
          <FacetMenu
            label={`${chosen.length} of ${chart.curves.length} classes`}
            options={chart.curves.map(({ name }) => ({ value: name }))}
            chosen={names}
            onToggle={toggle}
            quiet
          />
        )
      }
    >
      <div className="legend">
        {chosen.map(({ name }, index) => (
          <span key={name}>
            <i style={{ background: `var(--${lineColor(index)})` }} />
            {name}
          </span>
        ))}
        {chart.kind === "precision_recall" && (
          <span>a point shows the samples of its class at its score</span>
        )}
      </div>
    </ChartPanel>
  );
}
