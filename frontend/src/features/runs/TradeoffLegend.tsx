import type { Project, Run } from "../../api/types";
import type { Percentile } from "../../app/search";
import { Explain } from "../../components/Explain";
import { FacetMenu } from "../../components/FacetMenu";
import { counted, decimal } from "../../format/number";
import { colorOf, isUsual, relation, type Series, seriesName } from "./series";
import { ENOUGH, limitText, PERCENTILE_NAMES, type Point } from "./tradeoff";

interface Props {
  project: Project;
  all: readonly Project[];
  series: readonly Series[];
  percentile: Percentile;
  limit: number | undefined;
  best: Point | null;
  /** Runs of the project that lack this percentile. */
  without: readonly Run[];
  onToggle: (other: Project) => void;
}

/** Which project has which colour, what the shapes mean, and the best run within the limit. */
export function TradeoffLegend(props: Props) {
  const { project, all, series, percentile, limit, best, without, onToggle } = props;
  const near = all.filter((entry) => entry.id !== project.id && isUsual(relation(project, entry)));
  const others = all.filter((entry) => !isUsual(relation(project, entry)));
  const isShown = (id: string) => series.some((entry) => entry.id === id);
  const also = others.filter(({ id }) => isShown(id));
  const name = PERCENTILE_NAMES[percentile];
  return (
    <div className="legend">
      <span>
        <i style={{ background: "var(--c1)", borderRadius: "50%" }} />
        {near.length + also.length > 0 ? seriesName(project, project) : "stable"}
      </span>
      {[...near, ...also].map((other) => (
        <button
          key={other.id}
          type="button"
          className="plain"
          style={{ display: "inline-flex", alignItems: "center" }}
          aria-pressed={isShown(other.id)}
          title={`${other.name}: ${isShown(other.id) ? "take it out of" : "put it into"} the chart`}
          onClick={() => onToggle(other)}
        >
          <i
            style={
              isShown(other.id)
                ? { background: `var(--${colorOf(project, all, other)})`, borderRadius: "50%" }
                : { border: "1px solid var(--field-line)", borderRadius: "50%", boxSizing: "border-box" }
            }
          />
          {seriesName(project, other)}
        </button>
      ))}
      {others.length > 0 && (
        <FacetMenu
          label="add others"
          quiet
          options={others.map(({ id, name: label }) => ({ value: id, label }))}
          chosen={also.map(({ id }) => id)}
          onToggle={(id) => {
            const other = others.find((entry) => entry.id === id);
            if (other) onToggle(other);
          }}
        />
      )}
      <span>
        <i style={{ background: "var(--warn)", transform: "rotate(45deg)" }} />
        not stable
      </span>
      <span>
        <Explain text="The line joins the runs that no other one beats in both. Bars are 95 % confidence intervals. Draw a box to zoom, or turn the wheel with Ctrl.">
          — front · bars: 95 % interval
        </Explain>
      </span>
      {best && (
        <span>
          ★ best{limit !== undefined && ` within ${limitText(limit)}`}: {best.run.label}, {decimal(best.y)}{" "}
          FPS
        </span>
      )}
      {!best && limit !== undefined && (
        <span className="warn-text">no run stays within {limitText(limit)}</span>
      )}
      {without.length > 0 && (
        <span>
          <Explain
            text={`${name} needs ${decimal(ENOUGH[percentile] ?? 1, 5)} samples, so that one of them lies beyond it with 95 % certainty. A longer run has more.`}
          >
            not enough samples for {name}: {counted(without.length, "run")}
          </Explain>
        </span>
      )}
    </div>
  );
}
