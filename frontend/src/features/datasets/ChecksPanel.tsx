import type { Dataset } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Panel } from "../../components/Panel";
import { counted, MISSING } from "../../format/number";

/** What was examined at import, and what is wrong, with file, line and fix. */
export function ChecksPanel({ dataset }: { dataset: Dataset }) {
  const { checks, warnings } = dataset;
  const failed = checks.filter((check) => !check.ok).length;
  return (
    <Panel
      title="Checks"
      aside={
        failed === 0 ? (
          <span className="good-text">all passed</span>
        ) : (
          <span className="bad-text">{failed} failed</span>
        )
      }
    >
      <div className="stack tight">
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
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
            <section className="scroll" style={{ maxHeight: 260 }} tabIndex={0} aria-label="Warnings">
              <table className="data">
                <caption className="unseen">Warnings</caption>
                <thead>
                  <tr>
                    <th scope="col">File and line</th>
                    <th scope="col">Problem</th>
                    <th scope="col">Fix</th>
                  </tr>
                </thead>
                <tbody>
                  {warnings.map((warning, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: warnings have no name, and never change
                    <tr key={index}>
                      <th scope="row" className="wrapping mono">
                        {warning.file ?? MISSING}
                        {warning.line !== null && warning.line !== undefined && `:${warning.line}`}
                      </th>
                      <td className="wrapping">{warning.problem}</td>
                      <td className="wrapping dim">{warning.fix}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </>
        )}
      </div>
    </Panel>
  );
}
