import { useMemo } from "react";
import type { Dataset } from "../../api/types";
import { fileName, saveText } from "../../components/download";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { VirtualBody } from "../../components/table/VirtualBody";
import { csv } from "../../format/csv";
import { count, counted, percent } from "../../format/number";
import { classCounts } from "./classCounts";

interface Props {
  dataset: Dataset;
  label: number | undefined;
  onPick: (label: number | undefined) => void;
}

/** How often each class occurs; a click shows its samples. */
export function ClassesPanel({ dataset, label, onPick }: Props) {
  const rows = useMemo(() => classCounts(dataset), [dataset]);
  const most = rows[0]?.count ?? 0;
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  const absent = rows.filter((row) => row.count === 0).length;
  const objects = dataset.tasks.some((task) => task.includes("detection") || task.includes("segmentation"));
  const save = () => {
    const columns = (["label", "name", "count"] as const).map((header) => ({
      header,
      value: (row: (typeof rows)[number]) => row[header],
    }));
    saveText(fileName(dataset.name, "classes.csv"), csv(columns, rows));
  };
  if (rows.length === 0) {
    return (
      <Panel title="Classes">
        <p className="dim">
          Nothing here is annotated: it serves for measuring speed. Accuracy needs annotations, as ImageNet,
          Pascal VOC or COCO have them.
        </p>
      </Panel>
    );
  }
  return (
    <Panel
      title="Classes"
      flush
      aside={
        <>
          {counted(rows.length, "class", "classes")}
          {absent > 0 && <span className="warn-text"> · {count(absent)} without samples</span>}
          <button type="button" className="chip" onClick={save}>
            CSV
          </button>
        </>
      }
    >
      <div className="scroll" style={{ maxHeight: 340 }}>
        <table className="data" aria-rowcount={rows.length + 1}>
          <caption className="unseen">Classes by how often they occur</caption>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col" className="num">
                <Explain text={objects ? "Annotated objects of this class." : "Images of this class."}>
                  {objects ? "Objects" : "Images"}
                </Explain>
              </th>
              <th scope="col" style={{ width: "46%" }}>
                Share
              </th>
            </tr>
          </thead>
          <VirtualBody
            count={rows.length}
            columns={3}
            row={(index, attributes) => {
              const row = rows[index];
              if (!row) return null;
              const picked = row.label === label;
              return (
                <tr key={row.label} {...attributes} aria-current={picked ? "true" : undefined}>
                  <th scope="row">
                    <button
                      type="button"
                      className="plain"
                      data-row-focus
                      aria-pressed={picked}
                      title="Show its samples"
                      onClick={() => onPick(picked ? undefined : row.label)}
                    >
                      {row.name} <span className="faint">{row.label}</span>
                    </button>
                  </th>
                  <td className="num">{count(row.count)}</td>
                  <td>
                    <span
                      className="share-bar"
                      style={{ width: `${most > 0 ? (row.count / most) * 70 : 0}%` }}
                    />
                    {percent(total > 0 ? row.count / total : 0)}
                  </td>
                </tr>
              );
            }}
          />
        </table>
      </div>
    </Panel>
  );
}
