import { useEffect } from "react";
import type { ReportColumn, ReportRow } from "../../api/types";
import { SortHeader } from "../../components/table/SortHeader";
import { VirtualBody } from "../../components/table/VirtualBody";
import { count, decimal, MISSING } from "../../format/number";
import classes from "./Reports.module.css";
import { verdictWords } from "./truth";
import type { Rows } from "./useRows";

interface Props {
  caption: string;
  columns: readonly ReportColumn[];
  rows: Rows;
  sort: string | undefined;
  onSort: (sort: string) => void;
  /** The row whose picture is open. */
  open: number | undefined;
  onOpen: (row: number, index: number) => void;
}

/** The first column names the sample; numbers that only the server needs are left out. */
export function shownColumns(columns: readonly ReportColumn[]): ReportColumn[] {
  const named = columns.filter(({ name }) => name === "name");
  const texts = new Set(columns.map(({ name }) => name));
  const hidden = (name: string) =>
    name === "name" || name === "row" || (name !== "sample" && texts.has(`${name}_name`));
  return [...named, ...columns.filter(({ name }) => !hidden(name))];
}

export function cellText(column: Pick<ReportColumn, "type">, value: unknown): string {
  if (value === null || value === undefined || value === "") return MISSING;
  if (typeof value === "number") return column.type === "integer" ? count(value) : decimal(value, 4);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

export function SamplesTable({ caption, columns, rows, sort, onSort, open, onOpen }: Props) {
  const shown = shownColumns(columns);
  const total = rows.total ?? 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: 520 }} tabIndex={0} aria-label={caption}>
      <table className="data" aria-rowcount={total + 1}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {shown.map(({ name, label, unit, type, description }) => (
              <SortHeader
                key={name}
                id={name}
                label={unit ? `${label}, ${unit}` : label}
                explain={description || undefined}
                numeric={type === "integer" || type === "number"}
                downFirst={type !== "text"}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <VirtualBody
          // Another order begins at the top again.
          key={sort}
          count={total}
          columns={shown.length}
          row={(index, attributes) => {
            const row = rows.rowAt(index);
            if (!row)
              return (
                <Missing key={index} index={index} want={rows.want} span={shown.length} {...attributes} />
              );
            const number = Number(row.row);
            return (
              <tr
                key={index}
                {...attributes}
                className={classes.row}
                aria-current={open === number || undefined}
                onClick={() => onOpen(number, index)}
              >
                {shown.map((column, place) => (
                  <Cell
                    key={column.name}
                    column={column}
                    row={row}
                    onOpen={place === 0 ? () => onOpen(number, index) : undefined}
                  />
                ))}
              </tr>
            );
          }}
        />
      </table>
    </section>
  );
}

function Cell({ column, row, onOpen }: { column: ReportColumn; row: ReportRow; onOpen?: () => void }) {
  const value = row[column.name];
  const text = cellText(column, value);
  if (onOpen)
    return (
      <th scope="row" title={text}>
        <button
          type="button"
          className={`plain ellipsis ${classes.name}`}
          data-row-focus
          onClick={(event) => {
            event.stopPropagation();
            onOpen();
          }}
        >
          {text}
        </button>
      </th>
    );
  if (column.name === "error") {
    const [bad, good] = verdictWords(column);
    return (
      <td>
        {value === true ? <span className="chip bad">{bad}</span> : <span className="faint">{good}</span>}
      </td>
    );
  }
  const numeric = column.type === "integer" || column.type === "number";
  return (
    <td className={numeric ? "num" : undefined} title={column.type === "text" ? text : undefined}>
      {column.type === "text" ? <span className={`ellipsis ${classes.text}`}>{text}</span> : text}
    </td>
  );
}

interface MissingProps {
  index: number;
  want: (index: number) => void;
  span: number;
}

/** The place of a row that is not there yet; to stand here asks for it. */
function Missing({ index, want, span, ...attributes }: MissingProps) {
  useEffect(() => want(index), [index, want]);
  return (
    <tr {...attributes}>
      <td colSpan={span}>
        <span className="skeleton" style={{ width: `${50 + ((index * 13) % 40)}%` }} />
      </td>
    </tr>
  );
}
