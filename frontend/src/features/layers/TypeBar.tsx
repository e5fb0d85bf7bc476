import { useMemo } from "react";
import type { LayerType } from "../../api/types";
import type { LayerSearch } from "../../app/search";
import { counted, percent } from "../../format/number";
import { microseconds } from "../../format/time";
import { type TypePart, typeParts } from "./filter";
import classes from "./Layers.module.css";

interface Props {
  byType: readonly LayerType[];
  totalUs: number;
  search: LayerSearch;
  onChange: (next: Partial<LayerSearch>) => void;
}

/** The time of an inference by layer type and precision; a part leads to its layers. */
export function TypeBar({ byType, totalUs, search, onChange }: Props) {
  const parts = useMemo(() => typeParts(byType), [byType]);
  if (parts.length === 0) {
    return <p className="dim">All layers together take less than the device can measure.</p>;
  }
  const pressed = (part: TypePart) =>
    part.type !== null &&
    search.types?.length === 1 &&
    search.types[0] === part.type &&
    (part.precision === null || search.precisions?.[0] === part.precision);
  const pick = (part: TypePart) => {
    if (part.type === null) return;
    if (pressed(part)) onChange({ types: undefined, precisions: undefined });
    else onChange({ types: [part.type], precisions: part.precision ? [part.precision] : undefined });
  };
  return (
    <>
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
            onClick={() => pick(part)}
          />
        ))}
      </div>
      <div className="legend" style={{ marginBottom: 10 }}>
        {parts.map((part) => (
          <button
            key={part.key}
            type="button"
            className={`plain ${classes.key}`}
            aria-pressed={pressed(part)}
            aria-label={`${part.label}: ${percent(part.share)} of the time.${part.type ? " Show its layers" : ""}`}
            disabled={part.type === null}
            onClick={() => pick(part)}
          >
            <i style={{ background: part.color }} />
            {part.label} <b>{percent(part.share)}</b>
          </button>
        ))}
      </div>
      <details className="small" style={{ marginBottom: 8 }}>
        <summary className="dim">All types as a table</summary>
        <div className="scroll" style={{ maxHeight: 240 }}>
          <table className="data">
            <caption className="unseen">Time by layer type and precision, of {microseconds(totalUs)}</caption>
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col">Runs in</th>
                <th scope="col" className="num">
                  Layers
                </th>
                <th scope="col" className="num">
                  Time
                </th>
                <th scope="col" className="num">
                  Share
                </th>
              </tr>
            </thead>
            <tbody>
              {[...byType]
                .sort((a, b) => b.time_us - a.time_us)
                .map((row) => (
                  <tr key={`${row.type} ${row.precision}`}>
                    <th scope="row">{row.type}</th>
                    <td>{row.precision}</td>
                    <td className="num">{row.count}</td>
                    <td className="num">{microseconds(row.time_us)}</td>
                    <td className="num">{percent(row.share)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
