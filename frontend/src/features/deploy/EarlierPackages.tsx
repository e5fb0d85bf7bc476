import { Link } from "@tanstack/react-router";
import type { Package } from "../../api/types";
import { Panel } from "../../components/Panel";
import { bytesText, counted, decimal, known, MISSING, NBSP } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { packageDownload } from "./queries";
import { KIND_NAMES, TrialChip } from "./TrialChip";

interface Props {
  packages: readonly Package[];
  /** The one whose card is shown. */
  shown: string;
}

/** All packages of the project; each leads to its card. */
export function EarlierPackages({ packages, shown }: Props) {
  return (
    <Panel title="Packages" aside={counted(packages.length, "package")} flush>
      <div className="scroll" style={{ maxHeight: 420 }}>
        <table className="data">
          <caption className="unseen">Packages of this project, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Package</th>
              <th scope="col">Kind</th>
              <th scope="col">Devices</th>
              <th scope="col">Trial</th>
              <th scope="col" className="num">
                Throughput
              </th>
              <th scope="col" className="num">
                Archive
              </th>
              <th scope="col">Built</th>
              <th scope="col">
                <span className="unseen">Download</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {packages.map((made) => (
              <tr key={made.id} aria-current={made.id === shown}>
                <th scope="row">
                  <Link
                    from="/projects/$ref"
                    search={(now) => ({ ...now, package: made.id })}
                    resetScroll={false}
                  >
                    {made.name}
                  </Link>
                </th>
                <td>{KIND_NAMES[made.kind]}</td>
                <td>{made.devices.join(", ")}</td>
                <td>
                  <TrialChip trial={made.trial} quiet />
                </td>
                <td className="num">
                  {known(made.trial?.throughput_fps)
                    ? `${decimal(made.trial.throughput_fps)}${NBSP}FPS`
                    : MISSING}
                </td>
                <td className="num">{bytesText(made.size_bytes)}</td>
                <td title={dateTime(made.created_at)}>{ago(made.created_at)}</td>
                <td className="num">
                  <a
                    href={packageDownload(made.id)}
                    download={made.filename}
                    aria-label={`Download ${made.filename} of ${dateTime(made.created_at)}`}
                  >
                    Download
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
