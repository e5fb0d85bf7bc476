import { useMemo, useState } from "react";
import type { Dataset } from "../../api/types";
import { fileName, saveText } from "../../components/download";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { labelColor } from "../../components/picture/labelColors";
import { SearchField } from "../../components/SearchField";
import { SortHeader } from "../../components/table/SortHeader";
import { VirtualBody } from "../../components/table/VirtualBody";
import { csv } from "../../format/csv";
import { count, counted, percent } from "../../format/number";
import { classCounts, foundClasses } from "./classCounts";

interface Props {
  dataset: Dataset;
  label: number | undefined;
  onPick: (label: number | undefined) => void;
}

/** How often each class occurs; a click shows its samples. */
export function ClassesPanel({ dataset, label, onPick }: Props) {
  const all = useMemo(() => classCounts(dataset), [dataset]);
  const [q, setQ] = useState<string>();
  const [sort, setSort] = useState("-count");
  const rows = useMemo(() => foundClasses(all, q, sort), [all, q, sort]);
  const most = all[0]?.count ?? 0;
  const total = all.reduce((sum, row) => sum + row.count, 0);
  const absent = all.filter((row) => row.count === 0).length;
  const objects = dataset.tasks.some(
    (task) => task === "object_detection" || task === "instance_segmentation",
  );
  const save = () => {
    const columns = (["label", "name", "count"] as const).map((header) => ({
      header,
      value: (row: (typeof rows)[number]) => row[header],
    }));
    saveText(fileName(dataset.name, "classes.csv"), csv(columns, rows));
  };
  if (all.length === 0) {
    return (
      <Panel title="Classes">
        <p className="dim">
          Nothing here is annotated: it serves for measuring speed, for calibration, and for comparing a model
          with its parent. Accuracy needs annotations.
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
          {counted(all.length, "class", "classes")}
          {absent > 0 && <span className="warn-text"> · {count(absent)} without samples</span>}
          {all.length > 8 && <SearchField label="Find a class" value={q} onChange={setQ} width={140} />}
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
              <SortHeader id="name" label="Class" sort={sort} onSort={setSort} />
              <SortHeader id="label" label="Number" numeric downFirst={false} sort={sort} onSort={setSort} />
              <SortHeader
                id="count"
                label={objects ? "Objects" : "Images"}
                numeric
                explain={objects ? "Annotated objects of this class." : "Images of this class."}
                sort={sort}
                onSort={setSort}
              />
              <th scope="col" style={{ width: "42%" }}>
                <Explain text="Of all of them; bars are in proportion to the most frequent class.">
                  Share
                </Explain>
              </th>
            </tr>
          </thead>
          <VirtualBody
            count={rows.length}
            columns={4}
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
                      {row.name}
                    </button>
                  </th>
                  <td className="num dim">{row.label}</td>
                  <td className="num">{count(row.count)}</td>
                  <td>
                    <span
                      className="share-bar"
                      style={{
                        width: `${most > 0 ? (row.count / most) * 70 : 0}%`,
                        background: labelColor(row.label, dataset.colors),
                      }}
                    />
                    {percent(total > 0 ? row.count / total : 0)}
                  </td>
                </tr>
              );
            }}
          />
        </table>
        {rows.length === 0 && <p className="table-foot">No class has "{q}" in its name.</p>}
      </div>
    </Panel>
  );
}
