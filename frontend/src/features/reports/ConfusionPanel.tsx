import { useMemo, useState } from "react";
import type { Confusion } from "../../api/types";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { VirtualBody } from "../../components/table/VirtualBody";
import { count, counted, percent } from "../../format/number";
import { ConfusionMatrix } from "./ConfusionMatrix";
import { confusedMost, labelsFor, matrixOf } from "./confusion";
import classes from "./Reports.module.css";
import type { Truth } from "./truth";

interface Props {
  confusion: Confusion;
  truth: Truth;
  /** What is no label. */
  nothing?: string;
  onPick: (annotated: number, predicted: number) => void;
}

// From here on the list says more than the picture, and comes first.
const MANY = 60;

/** What is taken for what: as a picture of all classes, and as a list of the most frequent confusions. */
export function ConfusionPanel({ confusion, truth, nothing, onPick }: Props) {
  const many = confusion.labels.length > MANY;
  const [chosen, setChosen] = useState<"matrix" | "list" | null>(null);
  const [search, setSearch] = useState<string>();
  const view = chosen ?? (many ? "list" : "matrix");
  const most = useMemo(() => confusedMost(confusion, search, nothing), [confusion, search, nothing]);
  const matrix = useMemo(
    () => matrixOf(confusion, labelsFor(confusion, search ?? ""), nothing),
    [confusion, search, nothing],
  );
  const nothingFound = matrix.names.length === 0;
  return (
    <Panel
      title="Confusion matrix"
      aside={
        <>
          <SearchField label="Class" value={search} onChange={setSearch} width={130} />
          <button
            type="button"
            className={view === "matrix" ? "chip accent" : "chip"}
            aria-pressed={view === "matrix"}
            onClick={() => setChosen("matrix")}
          >
            Matrix
          </button>
          <button
            type="button"
            className={view === "list" ? "chip accent" : "chip"}
            aria-pressed={view === "list"}
            onClick={() => setChosen("list")}
          >
            Top confusions
          </button>
        </>
      }
    >
      {view === "matrix" ? (
        nothingFound ? (
          <p className="dim">No class is called so.</p>
        ) : (
          <ConfusionMatrix matrix={matrix} truth={truth} onPick={onPick} />
        )
      ) : most.length === 0 ? (
        <p className="dim">
          {search ? "Nothing of this name is confused with anything." : "Nothing is confused."}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        <section className="scroll" style={{ maxHeight: 520 }} tabIndex={0} aria-label="Top confusions">
          <table className="data" aria-rowcount={most.length + 1}>
            <caption className="unseen">{counted(most.length, "confusion")}, the most frequent first</caption>
            <thead>
              <tr>
                <th scope="col">{truth.heading}</th>
                <th scope="col">Predicted</th>
                <th scope="col" className="num">
                  Count
                </th>
                <th scope="col" className="num">
                  Share
                </th>
              </tr>
            </thead>
            <VirtualBody
              count={most.length}
              columns={4}
              row={(index, attributes) => {
                const entry = most[index];
                if (!entry) return null;
                return (
                  <tr
                    key={index}
                    {...attributes}
                    className={classes.row}
                    onClick={() => onPick(entry.annotated, entry.predicted)}
                  >
                    <th scope="row">
                      <button
                        type="button"
                        className="plain"
                        data-row-focus
                        onClick={(event) => {
                          event.stopPropagation();
                          onPick(entry.annotated, entry.predicted);
                        }}
                      >
                        {entry.names[0]}
                      </button>
                    </th>
                    <td>{entry.names[1]}</td>
                    <td className="num">{count(entry.count)}</td>
                    <td className="num">{percent(entry.share)}</td>
                  </tr>
                );
              }}
            />
          </table>
        </section>
      )}
    </Panel>
  );
}
