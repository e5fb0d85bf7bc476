import { useMemo, useState } from "react";
import type { ClassRow } from "../../api/types";
import { saveText } from "../../components/download";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { SortHeader } from "../../components/table/SortHeader";
import { VirtualBody } from "../../components/table/VirtualBody";
import { csv } from "../../format/csv";
import { count, counted, decimal, known, MISSING } from "../../format/number";
import { className, figureLabel, figuresOf, isCount, isDistance, sortedClasses } from "./classes";
import classes from "./Reports.module.css";
import type { Truth } from "./truth";

interface Props {
  rows: readonly ClassRow[];
  truth: Truth;
  /** The rows are tensors that are compared, no classes. */
  tensors?: boolean;
  onPick: (row: ClassRow) => void;
}

/** How well each class is found. */
export function ClassesPanel({ rows, truth, tensors = false, onPick }: Props) {
  const [sort, setSort] = useState("-samples");
  const [search, setSearch] = useState<string>();
  const figures = useMemo(() => figuresOf(rows), [rows]);
  const shown = useMemo(() => sortedClasses(rows, sort, search), [rows, sort, search]);
  const caption = tensors ? "Distance of each tensor" : "Figures of each class";
  const save = () =>
    saveText(
      "classes.csv",
      csv(
        [
          { header: "label", value: (row: ClassRow) => row.label },
          { header: "name", value: (row: ClassRow) => row.name },
          { header: "samples", value: (row: ClassRow) => row.samples },
          ...figures.map((name) => ({ header: name, value: (row: ClassRow) => row.metrics[name] ?? null })),
        ],
        shown,
      ),
    );
  return (
    <Panel
      flush
      title={tensors ? "Tensors" : "Classes"}
      aside={
        <>
          {tensors ? counted(rows.length, "tensor") : counted(rows.length, "class", "classes")}
          {rows.length > 12 && <SearchField label="Name" value={search} onChange={setSearch} width={120} />}
          <button type="button" className="chip" onClick={save}>
            CSV
          </button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scroll" style={{ maxHeight: 560 }} tabIndex={0} aria-label={caption}>
        <table className="data" aria-rowcount={shown.length + 1}>
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              <SortHeader id="name" label={tensors ? "Tensor" : "Class"} sort={sort} onSort={setSort} />
              <SortHeader
                id="samples"
                label={tensors ? "Samples" : truth.heading}
                numeric
                sort={sort}
                onSort={setSort}
              />
              {figures.map((name) => (
                <SortHeader
                  key={name}
                  id={name}
                  label={figureLabel(name)}
                  numeric
                  sort={sort}
                  onSort={setSort}
                />
              ))}
            </tr>
          </thead>
          <VirtualBody
            key={`${sort} ${search}`}
            count={shown.length}
            columns={figures.length + 2}
            row={(index, attributes) => {
              const row = shown[index];
              if (!row) return null;
              return (
                <tr key={row.label} {...attributes} className={classes.row} onClick={() => onPick(row)}>
                  <th scope="row">
                    <button
                      type="button"
                      className="plain"
                      data-row-focus
                      onClick={(event) => {
                        event.stopPropagation();
                        onPick(row);
                      }}
                    >
                      {className(row)}
                    </button>
                  </th>
                  <td className="num">{count(row.samples)}</td>
                  {figures.map((name) => (
                    <td key={name} className="num">
                      <FigureCell name={name} value={row.metrics[name] ?? null} />
                    </td>
                  ))}
                </tr>
              );
            }}
          />
        </table>
      </section>
    </Panel>
  );
}

const BAR_PX = 30;

function FigureCell({ name, value }: { name: string; value: number | null }) {
  if (!known(value)) return <span className="faint">{MISSING}</span>;
  if (isCount(name)) return <>{count(value)}</>;
  if (isDistance(name) || value < 0 || value > 1) return <>{decimal(value, 4)}</>;
  return (
    <>
      <i
        aria-hidden
        style={{
          display: "inline-block",
          width: BAR_PX,
          height: 7,
          borderRadius: 2,
          marginRight: 6,
          verticalAlign: "middle",
          background: `linear-gradient(to right, var(--c1) ${value * 100}%, var(--grid) 0)`,
        }}
      />
      {value.toFixed(3)}
    </>
  );
}
