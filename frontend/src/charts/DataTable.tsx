import { VirtualBody } from "../components/table/VirtualBody";
import type { CsvColumn, CsvValue } from "../format/csv";
import { count, decimal, MISSING } from "../format/number";

interface Props<Row> {
  caption: string;
  rows: readonly Row[];
  columns: readonly CsvColumn<Row>[];
  height?: number;
}

function shown(value: CsvValue): string {
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : decimal(value, 5);
  return value === null || value === undefined ? MISSING : String(value);
}

/** The numbers of a chart. */
export function DataTable<Row>({ caption, rows, columns, height = 280 }: Props<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ height }} tabIndex={0} aria-label={caption}>
      <table className="data" aria-rowcount={rows.length + 1}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ header }) => (
              <th key={header} scope="col" className="num">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <VirtualBody
          count={rows.length}
          columns={columns.length}
          row={(index, attributes) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr key={index} {...attributes}>
                {columns.map(({ header, value }) => {
                  const cell = value(row);
                  return (
                    <td key={header} className="num">
                      {shown(cell)}
                    </td>
                  );
                })}
              </tr>
            );
          }}
        />
      </table>
    </section>
  );
}
