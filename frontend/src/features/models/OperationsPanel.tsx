import { useMemo, useState } from "react";
import type { Analysis } from "../../api/types";
import { fileName, saveText } from "../../components/download";
import { Panel } from "../../components/Panel";
import { SortHeader } from "../../components/table/SortHeader";
import { csv } from "../../format/csv";
import { count, counted, decimal, joined, percent, scaled } from "../../format/number";

type Operation = NonNullable<Analysis["operations"]>[number];
type Field = "type" | "count" | "gflop" | "giop" | "parameters";

/** Rows by one field; names upwards from A, what is unknown last. */
function sorted(operations: readonly Operation[], sort: string): Operation[] {
  const field = sort.replace("-", "") as Field;
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...operations].sort((a, b) => {
    const [one, two] = [a[field], b[field]];
    if (typeof one === "string" && typeof two === "string") return sign * one.localeCompare(two);
    return sign * (Number(one ?? -1) - Number(two ?? -1)) || a.type.localeCompare(b.type);
  });
}

/** What the graph consists of, by type. Operations without a formula are named, and never counted as free. */
export function OperationsPanel({ analysis, modelName }: { analysis: Analysis; modelName: string }) {
  const operations = analysis.operations ?? [];
  const unknown = analysis.unknown_operations ?? [];
  const integer = (analysis.giop ?? 0) > 0;
  const [sort, setSort] = useState("-gflop");
  const rows = useMemo(() => sorted(operations, sort), [operations, sort]);
  const total = operations.reduce((sum, operation) => sum + (operation.gflop ?? 0), 0);
  const save = () => {
    const columns = (["type", "count", "gflop", "giop", "parameters"] as const).map((header) => ({
      header,
      value: (row: Operation) => row[header],
    }));
    saveText(fileName(modelName, "operations.csv"), csv(columns, rows));
  };
  const props = { sort, onSort: setSort };
  return (
    <Panel
      title="Operations"
      flush
      aside={
        <>
          {counted(operations.length, "type")} · {analysis.opset?.join(", ")}
          <button type="button" className="chip" onClick={save}>
            CSV
          </button>
        </>
      }
    >
      {unknown.length > 0 && (
        <div className="notice warn" style={{ margin: "6px 14px" }}>
          <div>
            <p>
              <span className="strong">
                No formula is known for {counted(unknown.length, "type")} of operation.
              </span>{" "}
              Their work is missing from the sums.
            </p>
            <ul className="small">
              {unknown.map((entry) => (
                <li key={entry.type}>
                  {entry.type} × {count(entry.count)}{" "}
                  <span className="dim breaking">{entry.names?.join(", ")}</span>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scroll" style={{ maxHeight: 420 }} tabIndex={0} aria-label="Operations by type">
        <table className="data">
          <caption className="unseen">Operations by type</caption>
          <thead>
            <tr>
              <SortHeader id="type" label="Type" {...props} />
              <SortHeader id="count" label="Count" numeric {...props} />
              <SortHeader id="gflop" label="GFLOP" numeric {...props} />
              {integer && <SortHeader id="giop" label="GIOP" numeric {...props} />}
              <th scope="col">Share</th>
              <SortHeader id="parameters" label="Parameters" numeric {...props} />
            </tr>
          </thead>
          <tbody>
            {rows.map((operation) => (
              <tr key={operation.type}>
                <th scope="row">{operation.type}</th>
                <td className="num">{count(operation.count)}</td>
                <td className="num">{decimal(operation.gflop, 3)}</td>
                {integer && <td className="num">{decimal(operation.giop, 3)}</td>}
                <td>
                  {total > 0 && (operation.gflop ?? 0) > 0 && (
                    <>
                      <span className="share-bar" style={{ width: ((operation.gflop ?? 0) / total) * 80 }} />
                      {percent((operation.gflop ?? 0) / total)}
                    </>
                  )}
                </td>
                <td className="num">{joined(scaled(operation.parameters))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}
