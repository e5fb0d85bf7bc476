import type { Dataset } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Panel } from "../../components/Panel";
import { counted } from "../../format/number";
import { ProblemTable } from "./ProblemTable";

/** What was examined at import, and what is wrong, with file, line and fix. */
export function ChecksPanel({ dataset }: { dataset: Dataset }) {
  const { checks, warnings } = dataset;
  const failed = checks.filter((check) => !check.ok).length;
  return (
    <Panel
      title="Checks"
      aside={
        failed > 0 ? (
          <span className="bad-text">{failed} failed</span>
        ) : (
          checks.length > 0 && <span className="good-text">all passed</span>
        )
      }
    >
      <div className="stack tight">
        {checks.length === 0 && <p className="dim">Nothing was examined: its pictures were made here.</p>}
        <ul className="stack tight">
          {checks.map((entry) => (
            <li key={entry.check} className="row" style={{ alignItems: "baseline" }}>
              <Chip tone={entry.ok ? "good" : "bad"}>{entry.ok ? "✓ passed" : "✕ failed"}</Chip>
              <span>
                {entry.check} {entry.detail && <span className="dim">· {entry.detail}</span>}
              </span>
            </li>
          ))}
        </ul>
        {warnings.length > 0 && (
          <>
            <h3>{counted(warnings.length, "warning")}</h3>
            <ProblemTable caption="Warnings" items={warnings} />
          </>
        )}
      </div>
    </Panel>
  );
}
