import { useQuery } from "@tanstack/react-query";
import type { Report } from "../../api/types";
import { Panel } from "../../components/Panel";
import { decimal, known } from "../../format/number";
import { rowsQuery } from "./queries";
import classes from "./Reports.module.css";

const SHOWN = 12;
export const WORST_FIRST = "-loss";

interface Props {
  report: Report;
  onOpen: (row: number, index: number) => void;
}

/** The samples with the largest loss, as pictures. */
export function WorstStrip({ report, onOpen }: Props) {
  const some = report.columns.some(({ name }) => name === "loss");
  const wanted = { report: report.id, where: [], sort: WORST_FIRST };
  const { data } = useQuery({ ...rowsQuery(wanted, 0, SHOWN), enabled: some });
  const rows = data?.items.filter(({ loss }) => typeof loss === "number" && loss > 0) ?? [];
  if (!some || rows.length === 0 || report.dataset_id === null) return null;
  return (
    <Panel title="Worst samples" aside="by loss">
      <ul className={classes.strip}>
        {rows.map((row, index) => {
          const said = captionOf(row);
          return (
            <li key={String(row.row)}>
              <button type="button" className="plain" onClick={() => onOpen(Number(row.row), index)}>
                <img
                  src={`/api/v1/datasets/${report.dataset_id}/samples/${String(row.sample)}/thumbnail`}
                  alt={String(row.name ?? "")}
                  loading="lazy"
                />
                <span className={row.error === true ? "small bad-text" : "small"}>{said}</span>
                <span className="small dim">
                  loss {known(row.loss as number) ? decimal(row.loss as number, 3) : "–"}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function captionOf(row: Record<string, unknown>): string {
  if (typeof row.label_name === "string" && typeof row.predicted_name === "string")
    return `${row.label_name} → ${row.predicted_name}`;
  if (typeof row.missed === "number" && typeof row.false_positives === "number")
    return `${row.missed} missed, ${row.false_positives} false`;
  if (typeof row.same === "boolean") return row.same ? "same, told apart" : "two, taken for one";
  return (
    String(row.name ?? "")
      .split("/")
      .pop() ?? ""
  );
}
