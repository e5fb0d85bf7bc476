import { useState } from "react";
import classes from "./Try.module.css";

interface Props {
  before: string;
  after: string;
  names?: [string, string];
}

/** Two pictures on top of each other, with a line between them that is moved. */
export function BeforeAfter({ before, after, names = ["before", "after"] }: Props) {
  const [at, setAt] = useState(50);
  return (
    <div className={classes.before}>
      <img src={after} alt={names[1]} />
      <img src={before} alt={names[0]} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} />
      <i style={{ left: `${at}%` }} aria-hidden />
      {at > 12 && (
        <span className={classes.tag} style={{ left: 8 }} aria-hidden>
          {names[0]}
        </span>
      )}
      {at < 88 && (
        <span className={classes.tag} style={{ right: 8 }} aria-hidden>
          {names[1]}
        </span>
      )}
      <input
        type="range"
        min={0}
        max={100}
        value={at}
        aria-label={`How much is shown of ${names[0]}, in percent`}
        onChange={(event) => setAt(Number(event.currentTarget.value))}
      />
    </div>
  );
}
