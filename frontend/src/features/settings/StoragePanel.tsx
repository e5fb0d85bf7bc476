import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { System } from "../../api/types";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, percent } from "../../format/number";
import { systemQuery } from "./queries";

type Kind = keyof System["disk"]["used_by"];

const KINDS: {
  kind: Kind;
  name: string;
  color: string;
  to?: "/models" | "/datasets" | "/" | "/jobs";
  note?: string;
}[] = [
  { kind: "models", name: "Models", color: "var(--c1)", to: "/models" },
  { kind: "datasets", name: "Datasets", color: "var(--c2)", to: "/datasets" },
  { kind: "runs", name: "Runs", color: "var(--c4)", to: "/", note: "latencies and layers" },
  { kind: "uploads", name: "Uploads", color: "var(--c3)", note: "unused ones go after a day" },
  { kind: "jobs", name: "Logs", color: "var(--c6)", to: "/jobs", note: "of jobs and of the server" },
  { kind: "database", name: "Database", color: "var(--dim)" },
  { kind: "other", name: "Other", color: "var(--c5)" },
];

/** What the data folder holds, and where it can be made smaller. */
export function StoragePanel() {
  const { data: system, error, refetch } = useQuery(systemQuery);
  return (
    <Panel title="Storage" aside={system && `${bytesText(system.disk.free)} free`}>
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      ) : system ? (
        <Bars disk={system.disk} />
      ) : (
        <SkeletonRows label="storage" count={5} />
      )}
    </Panel>
  );
}

function Bars({ disk }: { disk: System["disk"] }) {
  const used = KINDS.reduce((sum, { kind }) => sum + disk.used_by[kind], 0);
  const scale = Math.max(1, used);
  return (
    <>
      <div className="bar" style={{ height: 10, display: "flex", marginBottom: 8 }} aria-hidden>
        {KINDS.map(({ kind, color }) => (
          <i key={kind} style={{ width: `${(disk.used_by[kind] / scale) * 100}%`, background: color }} />
        ))}
      </div>
      <table className="data">
        <caption className="unseen">What the data folder holds</caption>
        <tbody>
          {KINDS.filter(({ kind }) => disk.used_by[kind] > 0).map(({ kind, name, color, to, note }) => (
            <tr key={kind}>
              <th scope="row">
                <i
                  aria-hidden
                  style={{
                    display: "inline-block",
                    width: 9,
                    height: 9,
                    borderRadius: 2,
                    background: color,
                    marginRight: 6,
                  }}
                />
                {to ? <Link to={to}>{name}</Link> : name}{" "}
                {note && <span className="faint small">{note}</span>}
              </th>
              <td className="num">{bytesText(disk.used_by[kind])}</td>
              <td className="num dim">{percent(disk.used_by[kind] / scale)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <b>In all</b>
            </th>
            <td className="num strong">{bytesText(used)}</td>
            <td className="num dim">{percent(used / Math.max(1, disk.total))} of the disk</td>
          </tr>
        </tbody>
      </table>
    </>
  );
}
