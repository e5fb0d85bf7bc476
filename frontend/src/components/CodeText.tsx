import classes from "./CodeText.module.css";
import { CopyButton } from "./CopyButton";

interface Props {
  text: string;
  /** What it is, for those who do not see it, and on the button that copies it. */
  label: string;
  /** Low: a command; else as high as it needs, up to a limit. */
  compact?: boolean;
}

/** Text for another program, as it is, with a button that copies it. */
export function CodeText({ text, label, compact = false }: Props) {
  return (
    <div className={classes.box}>
      <section
        className={compact ? `${classes.code} ${classes.compact}` : classes.code}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label={label}
      >
        <pre>{text}</pre>
      </section>
      <div className={classes.copy}>
        <CopyButton text={text} label={label} />
      </div>
    </div>
  );
}
