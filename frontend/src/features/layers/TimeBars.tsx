import { useMemo } from "react";
import type { Layers } from "../../api/types";
import type { LayerSearch } from "../../app/search";
import { counted, percent } from "../../format/number";
import { microseconds } from "../../format/time";
import { precisionParts, type TypePart, typeParts } from "./filter";
import { StackBar } from "./StackBar";

interface Props {
  layers: Layers;
  search: LayerSearch;
  onChange: (next: Partial<LayerSearch>) => void;
}

/** The time of an inference by layer type and by precision, and what conversions take of it. */
export function TimeBars({ layers, search, onChange }: Props) {
  const types = useMemo(() => typeParts(layers.by_type), [layers]);
  const precisions = useMemo(() => precisionParts(layers.by_precision ?? []), [layers]);
  if (types.length === 0) {
    return <p className="dim">All layers together take less than the device can measure.</p>;
  }
  const only = (list: string[] | undefined, value: string) => list?.length === 1 && list[0] === value;
  const typePressed = (part: TypePart) =>
    part.type !== null &&
    only(search.types, part.type) &&
    (part.precision === null || only(search.precisions, part.precision));
  const pickType = (part: TypePart) => {
    const { type, precision } = part;
    if (type === null) return undefined;
    return () =>
      typePressed(part)
        ? onChange({ types: undefined, precisions: undefined })
        : onChange({ types: [type], precisions: precision ? [precision] : undefined });
  };
  const precisionPressed = (part: TypePart) =>
    part.type !== null && !search.types && only(search.precisions, part.precision ?? "") === true;
  const pickPrecision = (part: TypePart) => {
    if (part.type === null) return undefined;
    return () =>
      onChange({
        types: undefined,
        precisions: precisionPressed(part) ? undefined : [part.precision ?? ""],
      });
  };
  return (
    <>
      <StackBar label="by type" parts={types} pressed={typePressed} onPick={pickType} />
      {precisions.length > 0 && (
        <StackBar label="by precision" parts={precisions} pressed={precisionPressed} onPick={pickPrecision} />
      )}
      <div
        className="row wrap small"
        style={{ gap: "2px 24px", margin: "4px 0 8px", alignItems: "flex-start" }}
      >
        <TypeTable layers={layers} />
        <Conversions layers={layers} />
      </div>
    </>
  );
}

function TypeTable({ layers }: { layers: Layers }) {
  return (
    <details>
      <summary className="dim">All types as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scroll" style={{ maxHeight: 240 }} tabIndex={0} aria-label="Time by layer type">
        <table className="data">
          <caption className="unseen">
            Time by layer type and precision, of {microseconds(layers.total_us)}
          </caption>
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
            {[...layers.by_type]
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
      </section>
    </details>
  );
}

/** Layers that only convert, charged where they convert. */
function Conversions({ layers }: { layers: Layers }) {
  const rows = [...(layers.conversions ?? [])].sort((a, b) => b.time_us - a.time_us);
  if (rows.length === 0) return <span className="dim">No layer only converts.</span>;
  const share = rows.reduce((sum, row) => sum + row.share, 0);
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  return (
    <details>
      <summary className="dim">
        {counted(count, "conversion")} take {percent(share)} of the time
      </summary>
      <table className="data">
        <caption className="unseen">Conversions of precision and layout, and their time</caption>
        <thead>
          <tr>
            <th scope="col">From → to</th>
            <th scope="col">Of</th>
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
          {rows.map((row) => (
            <tr key={`${row.kind} ${row.from} ${row.to}`}>
              <th scope="row">
                {row.from} → {row.to}
              </th>
              <td>{row.kind}</td>
              <td className="num">{row.count}</td>
              <td className="num">{microseconds(row.time_us)}</td>
              <td className="num">{percent(row.share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
