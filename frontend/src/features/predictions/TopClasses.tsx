import type { Drawn } from "../../api/types";
import { decimal, percent } from "../../format/number";
import classes from "./Try.module.css";

const SHOWN = 10;

/** The classes with the highest scores; scores that are no shares of 1 are shown as they are. */
export function TopClasses({ classes: given }: { classes: NonNullable<Drawn["classes"]> }) {
  const found = given.slice(0, SHOWN);
  const scores = found.map(({ score }) => score);
  const shares = scores.every((score) => score >= 0 && score <= 1);
  const [low, high] = [shares ? 0 : Math.min(0, ...scores), shares ? 1 : Math.max(0, ...scores)];
  return (
    <ol aria-label="Classes with the highest scores">
      {found.map(({ label, name, score }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what an entry is
        <li key={index} className={classes.bar}>
          <span
            className={index === 0 ? "ellipsis strong" : "ellipsis"}
            title={label === null ? name : `${name} · class ${label}`}
          >
            {name}
          </span>
          <span className={classes.track} aria-hidden>
            <i style={{ width: `${high > low ? ((score - low) / (high - low)) * 100 : 0}%` }} />
          </span>
          <span className={classes.score}>{shares ? percent(score) : decimal(score, 4)}</span>
        </li>
      ))}
    </ol>
  );
}
