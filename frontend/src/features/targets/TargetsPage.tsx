import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { flat } from "../../api/queryClient";
import type { Target } from "../../api/types";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted, MISSING } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { infoOf } from "./info";
import { targetsQuery } from "./queries";

/** The machines that can be measured on: each with a worker is one. */
export function TargetsPage() {
  const query = useInfiniteQuery(targetsQuery());
  const targets = useMemo(() => flat(query.data), [query.data]);
  return (
    <>
      <PageHeader
        title="Targets"
        facts="Machines to measure on. Every machine that runs a worker registers itself; this one is the first."
      />
      <Panel flush>
        {query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <SkeletonRows label="targets" count={3} />
        ) : targets.length === 0 ? (
          <EmptyState title="No machine yet">
            Start a worker: <code>workbench up</code> brings its own, <code>workbench worker</code> adds
            another machine.
          </EmptyState>
        ) : (
          <TargetsTable targets={targets} />
        )}
        {query.hasNextPage && (
          <div className="table-foot">
            <Action onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
              Show more
            </Action>
          </div>
        )}
      </Panel>
    </>
  );
}

function TargetsTable({ targets }: { targets: Target[] }) {
  return (
    <div className="scroll">
      <table className="data">
        <caption className="unseen">Targets</caption>
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">State</th>
            <th scope="col">Devices</th>
            <th scope="col">CPU</th>
            <th scope="col" className="num">
              Memory
            </th>
            <th scope="col">OpenVINO</th>
            <th scope="col" className="num">
              Workers
            </th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => {
            const info = infoOf(target);
            return (
              <tr key={target.id}>
                <th scope="row">
                  <Link to="/targets/$ref" params={{ ref: target.id }}>
                    {target.name}
                  </Link>
                </th>
                <td>
                  <StateChip target={target} />
                </td>
                <td>{target.devices.map((device) => device.name).join(", ") || MISSING}</td>
                <td className="wrapping">
                  {info.cpuModel ?? MISSING}
                  {info.cores !== null && <span className="dim"> · {counted(info.cores, "core")}</span>}
                </td>
                <td className="num">{bytesText(info.memoryBytes)}</td>
                <td>{info.openvino ?? MISSING}</td>
                <td className="num">{target.workers}</td>
                <td title={dateTime(target.last_seen_at)}>{ago(target.last_seen_at)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function StateChip({ target }: { target: Target }) {
  return target.state === "online" ? (
    <Chip tone="good" explain="A worker of this machine answers.">
      online
    </Chip>
  ) : (
    <Chip
      tone="warn"
      explain="No worker runs there: start 'workbench worker' on it. Its jobs wait until then."
    >
      offline
    </Chip>
  );
}
