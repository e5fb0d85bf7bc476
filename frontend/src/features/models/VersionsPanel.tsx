import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Model } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { bytesText, count, counted, decimal, MISSING } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { versionTree } from "./family";
import { familyQuery, modelDownload } from "./queries";
import classes from "./Versions.module.css";

/** What this model was made from, and all that was made of it; nothing where it stands alone. */
export function VersionsPanel({ model }: { model: Model }) {
  const { data, error, refetch } = useQuery(familyQuery(model.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} compact />;
  const versions = versionTree(data ?? []);
  if (versions.length < 2) return null;
  const root = versions[0]?.model;
  return (
    <Panel title="Versions" aside={counted(versions.length, "version")} flush>
      <div className="scroll" style={{ maxHeight: 380 }}>
        <table className="data">
          <caption className="unseen">
            Versions of this model, each below the one that it was made from
          </caption>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Made by</th>
              <th scope="col">Precision</th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col" className="num">
                Smaller by
              </th>
              <th scope="col" className="num">
                Projects
              </th>
              <th scope="col">Made</th>
              <th scope="col">
                <span className="unseen">Download</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map(({ model: version, depth, method }) => (
              <tr key={version.id} aria-current={version.id === model.id}>
                <th scope="row">
                  <span className={classes.name} style={{ paddingLeft: depth * 18 }}>
                    {depth > 0 && (
                      <span className="faint" aria-hidden>
                        └
                      </span>
                    )}
                    <span className="unseen">{`level ${depth + 1}: `}</span>
                    {version.id === model.id ? (
                      <span className="strong">{version.name}</span>
                    ) : (
                      <Link to="/models/$ref" params={{ ref: version.id }}>
                        {version.name}
                      </Link>
                    )}
                  </span>
                </th>
                <td>{method ? <Chip>{method}</Chip> : <span className="dim">imported</span>}</td>
                <td>{version.precision ?? MISSING}</td>
                <td className="num">{version.size_bytes ? bytesText(version.size_bytes) : MISSING}</td>
                <td className="num dim">
                  {root && root !== version && root.size_bytes && version.size_bytes
                    ? `${decimal(root.size_bytes / version.size_bytes, 3)} ×`
                    : ""}
                </td>
                <td className="num">{count(version.project_count)}</td>
                <td title={dateTime(version.created_at)}>{ago(version.created_at)}</td>
                <td className="num">
                  {version.state === "ready" ? (
                    <a
                      href={modelDownload(version.id)}
                      download
                      aria-label={`Download ${version.name} as IR`}
                    >
                      Download
                    </a>
                  ) : (
                    <span className="faint">importing</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
