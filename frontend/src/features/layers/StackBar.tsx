import { counted, percent } from "../../format/number";
import { microseconds } from "../../format/time";
import type { TypePart } from "./filter";
import classes from "./Layers.module.css";

interface Props {
  label: string;
  parts: readonly TypePart[];
  pressed: (part: TypePart) => boolean;
  /** Undefined for a part that leads nowhere: the rest. */
  onPick: (part: TypePart) => (() => void) | undefined;
}

/** Time as one bar; a part leads to its layers. */
export function StackBar({ label, parts, pressed, onPick }: Props) {
  return (
    <div className={classes.barRow}>
      <span className="dim small">{label}</span>
      <div>
        <div className={classes.stack} aria-hidden>
          {parts.map((part) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the buttons below do the same, and are large enough
            // biome-ignore lint/a11y/noStaticElementInteractions: the buttons below do the same
            <i
              key={part.key}
              className={classes.part}
              style={{ width: `${part.share * 100}%`, background: part.color }}
              data-chosen={pressed(part) || undefined}
              title={`${part.label}: ${percent(part.share)}, ${microseconds(part.time_us)}, ${counted(part.count, "layer")}`}
              onClick={onPick(part)}
            />
          ))}
        </div>
        <div className="legend">
          {parts.map((part) => (
            <button
              key={part.key}
              type="button"
              className={`plain ${classes.key}`}
              aria-pressed={pressed(part)}
              aria-label={`${part.label}: ${percent(part.share)} of the time.${onPick(part) ? " Show its layers" : ""}`}
              disabled={!onPick(part)}
              onClick={onPick(part)}
            >
              <i style={{ background: part.color }} />
              {part.label} <b>{percent(part.share)}</b>
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
