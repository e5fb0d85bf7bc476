import type { ReactNode } from "react";
import { SortHeader, type SortProps } from "./SortHeader";
import { type RowAttributes, VirtualBody } from "./VirtualBody";

export interface ListColumn<Row> {
  id: string;
  label: string;
  /** The server can sort by it. */
  sortable?: boolean;
  numeric?: boolean;
  explain?: ReactNode;
  cell: (row: Row) => ReactNode;
  title?: (row: Row) => string | undefined;
}

interface Props<Row> extends SortProps {
  caption: string;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  columns: readonly ListColumn<Row>[];
  total: number;
  onEnd?: () => void;
  maxHeight?: string;
}

/** A list that the server pages and sorts. The first column names the row. */
export function ListTable<Row>(props: Props<Row>) {
  const {
    caption,
    rows,
    rowId,
    columns,
    total,
    onEnd,
    sort,
    onSort,
    maxHeight = "calc(100vh - 190px)",
  } = props;

  const line = (row: Row, attributes: RowAttributes) => (
    <tr key={rowId(row)} {...attributes}>
      {columns.map((column, index) =>
        index === 0 ? (
          <th key={column.id} scope="row">
            {column.cell(row)}
          </th>
        ) : (
          <td key={column.id} className={column.numeric ? "num" : undefined} title={column.title?.(row)}>
            {column.cell(row)}
          </td>
        ),
      )}
    </tr>
  );

  return (
    <div className="scroll" style={{ maxHeight }}>
      <table className="data" aria-rowcount={total + 1}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ id, label, sortable, numeric, explain }) =>
              sortable ? (
                <SortHeader key={id} {...{ id, label, numeric, explain, sort, onSort }} />
              ) : (
                <th key={id} scope="col" className={numeric ? "num" : undefined}>
                  {label}
                </th>
              ),
            )}
          </tr>
        </thead>
        <VirtualBody
          count={rows.length}
          columns={columns.length}
          onEnd={onEnd}
          row={(index, attributes) => {
            const row = rows[index];
            return row === undefined ? null : line(row, attributes);
          }}
        />
      </table>
    </div>
  );
}
