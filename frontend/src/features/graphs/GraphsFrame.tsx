import type { ReactNode } from "react";
import classes from "./Graphs.module.css";

/** For a panel that has a heading of its own. */
export function Headless({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      {aside && (
        <div className={`row wrap small dim ${classes.bareHead}`} style={{ justifyContent: "flex-end" }}>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** For a place inside a panel. */
export function Bare({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className={classes.bareHead}>
        <h3>{title}</h3>
        {aside && <div className="row wrap small dim">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
