import { Button } from "@mantine/core";
import { Chip } from "../../components/Chip";
import { EmptyState } from "../../components/States";
import { SortHeader } from "../../components/table/SortHeader";
import { type RowAttributes, VirtualBody } from "../../components/table/VirtualBody";
import { decimal, known, MISSING, NBSP } from "../../format/number";
import { microseconds } from "../../format/time";
import classes from "./Compare.module.css";
import { deltaOf, type LayerDifference, precisionText, timeOf } from "./differences";
import { letter } from "./sides";

interface Props {
  rows: readonly LayerDifference[];
  sides: number;
  /** The side that the differences are of. */
  other: number;
  sort: string;
  selected: string | undefined;
  onSort: (sort: string) => void;
  onPick: (key: string) => void;
  onClear: () => void;
}

const LABEL_PX = 130;
// Type, difference, ratio, precisions, originals; and the time of a side.
const PX = { type: 104, time: 80, delta: 140, ratio: 66, precisions: 118, originals: 70 };

/** Layers of all sides, matched through their originals; only the rows in sight are there. */
export function DifferenceTable(props: Props) {
  const { rows, sides, other, sort, selected, onSort, onPick, onClear } = props;
  if (rows.length === 0) {
    return (
      <EmptyState
        title="No layer fits the filters"
        actions={<Button onClick={onClear}>Take all filters away</Button>}
      >
        They hold together: a layer has to fit every one of them.
      </EmptyState>
    );
  }
  const places = Array.from({ length: sides }, (_, index) => index);
  const shownDelta = Math.max(1e-9, ...rows.map((row) => Math.abs(deltaOf(row, other))));
  const header = { sort, onSort };
  const between = `${letter(other)} − A`;
  return (
    <div className="scroll" style={{ maxHeight: 560 }}>
      <table
        className="data fixed"
        aria-rowcount={rows.length + 1}
        style={{
          minWidth: LABEL_PX + PX.type + sides * PX.time + PX.delta + PX.ratio + PX.precisions + PX.originals,
        }}
      >
        <caption className="unseen">Layers of all sides, with the difference of {letter(other)} to A</caption>
        <colgroup>
          <col />
          <col style={{ width: PX.type }} />
          {places.map((index) => (
            <col key={index} style={{ width: PX.time }} />
          ))}
          <col style={{ width: PX.delta }} />
          <col style={{ width: PX.ratio }} />
          <col style={{ width: PX.precisions }} />
          <col style={{ width: PX.originals }} />
        </colgroup>
        <thead>
          <tr>
            <SortHeader id="label" label="Layer" {...header} />
            <SortHeader id="type" label="Type" {...header} />
            {places.map((index) =>
              index === 0 || index === other ? (
                <SortHeader
                  key={index}
                  id={index === 0 ? "first" : "other"}
                  label={`Time ${letter(index)}`}
                  numeric
                  explain="Average of one inference in the instrumented run of this side."
                  {...header}
                />
              ) : (
                <th key={index} scope="col" className="num">
                  Time {letter(index)}
                </th>
              ),
            )}
            <SortHeader
              id="change"
              label={between}
              numeric
              explain="What the layer adds to the time of one inference. Sorts by size, in either direction."
              {...header}
            />
            <SortHeader
              id="ratio"
              label="Ratio"
              numeric
              explain={`Time ${letter(other)} / time A.`}
              {...header}
            />
            <th scope="col">Runs in: A, {letter(other)}</th>
            <th scope="col" className="num">
              Originals
            </th>
          </tr>
        </thead>
        <VirtualBody
          count={rows.length}
          columns={6 + sides}
          row={(index, attributes) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <DifferenceRow
                key={row.key}
                {...{ row, places, other, attributes, onPick, widest: shownDelta }}
                open={row.key === selected}
              />
            );
          }}
        />
      </table>
    </div>
  );
}

interface RowProps {
  row: LayerDifference;
  places: readonly number[];
  other: number;
  open: boolean;
  widest: number;
  attributes: RowAttributes;
  onPick: (key: string) => void;
}

function DifferenceRow({ row, places, other, open, widest, attributes, onPick }: RowProps) {
  const ratio = row.ratio[other];
  return (
    <tr
      {...attributes}
      className="pick"
      aria-current={open ? "true" : undefined}
      onClick={() => onPick(row.key)}
    >
      <th scope="row" className="ellipsis" title={row.label}>
        <button
          type="button"
          className="plain ellipsis"
          style={{ display: "block", width: "100%" }}
          data-row-focus
          aria-expanded={open}
        >
          {row.label}
        </button>
      </th>
      <td title={row.type}>{row.type}</td>
      {places.map((side) => (
        <td key={side} className="num">
          <Time row={row} side={side} />
        </td>
      ))}
      <td className="num">
        <Delta value={deltaOf(row, other)} widest={widest} />
      </td>
      <td className="num">
        {known(ratio) ? (
          `${decimal(ratio, 3)}${NBSP}×`
        ) : (
          <span className="faint">{known(row.only_in) ? `only ${letter(row.only_in)}` : MISSING}</span>
        )}
      </td>
      <td>
        <Precisions row={row} other={other} />
      </td>
      <td className="num">{row.originals.length}</td>
    </tr>
  );
}

function Time({ row, side }: { row: LayerDifference; side: number }) {
  if (!row.sides[side]) return <span className="faint">not there</span>;
  const time = timeOf(row, side);
  return time === null ? <span className="faint">{`<${NBSP}1${NBSP}µs`}</span> : microseconds(time);
}

/** A bar to the left for faster, to the right for slower. */
function Delta({ value, widest }: { value: number; widest: number }) {
  const width = (Math.abs(value) / widest) * 28;
  const text = value === 0 ? "0" : `${value > 0 ? "+" : ""}${decimal(value, 3)}${NBSP}µs`;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 6 }}>
      <span className={value < 0 ? "good-text" : value > 0 ? "bad-text" : "faint"}>{text}</span>
      <span aria-hidden className={classes.delta}>
        <i
          style={{
            width,
            [value < 0 ? "right" : "left"]: 29,
            background: value < 0 ? "var(--good)" : "var(--bad)",
          }}
        />
      </span>
    </span>
  );
}

function Precisions({ row, other }: { row: LayerDifference; other: number }) {
  const [first, second] = [precisionText(row.sides[0]), precisionText(row.sides[other])];
  if (first === second) return first ? <Chip>{first}</Chip> : <span className="faint">{MISSING}</span>;
  return (
    <span className="row" style={{ gap: 4 }}>
      {first ? <Chip>{first}</Chip> : MISSING}
      <span aria-hidden>→</span>
      {second ? <Chip tone="accent">{second}</Chip> : MISSING}
    </span>
  );
}
