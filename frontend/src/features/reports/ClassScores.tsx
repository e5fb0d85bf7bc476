import type { Drawn } from "../../api/types";
import classes from "./Reports.module.css";
import { Slider } from "./SampleDrawer";

interface Props {
  classes: NonNullable<Drawn["classes"]>;
  /** Labels, or names of classes without one. */
  annotated: readonly (number | string)[];
  threshold: number;
  onThreshold: (threshold: number) => void;
}

/** The highest scores of a classifier. */
export function ClassScores({ classes: scored, annotated, threshold, onThreshold }: Props) {
  const shown = scored.filter(({ score }) => score >= threshold);
  const right = ({ label, name }: (typeof scored)[number]) => annotated.includes(label ?? name);
  return (
    <section className="stack tight" aria-label="Scores">
      <Slider label="Threshold" value={threshold} step={0.01} onChange={onThreshold} />
      {shown.length === 0 && <p className="small dim">No class has so high a score; lower the threshold.</p>}
      <ul className="stack tight" style={{ gap: 3 }}>
        {shown.map((entry) => (
          <li key={`${entry.label} ${entry.name}`} className={classes.score}>
            <span className="ellipsis" title={entry.name}>
              {entry.name} {right(entry) && <span className="chip good">annotated</span>}
            </span>
            <i aria-hidden>
              <i style={{ width: `${Math.min(1, Math.max(0, entry.score)) * 100}%` }} />
            </i>
            <span className="small">{scoreText(entry.score)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function scoreText(score: number): string {
  return score > 0 && score < 0.00005 ? "< 0.0001" : score.toFixed(4);
}
