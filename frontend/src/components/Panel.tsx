import { type ReactNode, useId } from "react";

interface Props {
  title?: ReactNode;
  /** At the right of the title. */
  aside?: ReactNode;
  /** A table reaches to the edges. */
  flush?: boolean;
  children: ReactNode;
}

export function Panel({ title, aside, flush = false, children }: Props) {
  const id = useId();
  return (
    <section className={flush ? "panel flush" : "panel"} aria-labelledby={title ? id : undefined}>
      {title && (
        <div className="head">
          <h2 id={id}>{title}</h2>
          {aside && <div className="row wrap small dim">{aside}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
