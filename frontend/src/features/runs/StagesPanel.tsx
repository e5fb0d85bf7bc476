import type { Run } from "../../api/types";
import { fileName, saveText } from "../../components/download";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { csv } from "../../format/csv";
import { bytesText, MISSING } from "../../format/number";
import { millisecondsText } from "../../format/time";
import { stagesOf } from "./stages";

/** What starting costs, and how much memory each stage needs. The bars are the table's own cells. */
export function StagesPanel({ run }: { run: Run }) {
  const stages = stagesOf(run);
  const longest = Math.max(1e-9, ...stages.map(({ ms }) => ms ?? 0));
  const largest = Math.max(1, ...stages.map(({ bytes }) => bytes ?? 0));
  const save = () => {
    const columns = [
      { header: "stage", value: (row: (typeof stages)[number]) => row.name },
      { header: "ms", value: (row: (typeof stages)[number]) => row.ms },
      { header: "memory_bytes", value: (row: (typeof stages)[number]) => row.bytes },
    ];
    saveText(fileName(`${run.label}-start.csv`), csv(columns, stages));
  };
  return (
    <Panel
      title="Start-up and memory"
      flush
      aside={
        <button type="button" className="chip" onClick={save}>
          CSV
        </button>
      }
    >
      <table className="data">
        <caption className="unseen">Time and memory of each stage of run {run.label}</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" style={{ width: "34%" }}>
              Time
            </th>
            <th scope="col" style={{ width: "34%" }}>
              <Explain text="The largest resident size of the process up to the end of this stage.">
                Memory, high-water
              </Explain>
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ name, explain, ms, bytes }) => (
            <tr key={name}>
              <th scope="row">
                <Explain text={explain}>{name}</Explain>
              </th>
              <td>
                {ms === null ? (
                  <span className="faint">{MISSING}</span>
                ) : (
                  <>
                    <span className="share-bar" style={{ width: `${(ms / longest) * 50}%` }} />
                    {millisecondsText(ms)}
                  </>
                )}
              </td>
              <td>
                {bytes === null ? (
                  <span className="faint">{MISSING}</span>
                ) : (
                  <>
                    <span
                      className="share-bar"
                      style={{ width: `${(bytes / largest) * 50}%`, background: "var(--c2)" }}
                    />
                    {bytesText(bytes)}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
