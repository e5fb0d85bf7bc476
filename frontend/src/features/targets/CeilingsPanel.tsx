import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Target } from "../../api/types";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState } from "../../components/States";
import { decimal, MISSING, NBSP } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { JobProgress } from "../jobs/JobProgress";
import { activeJobs, jobQuery } from "../jobs/queries";
import { type CeilingRow, ceilingRows, precisionsOf, ridge } from "./ceilings";
import { shortVersion } from "./info";
import { measureCeilings } from "./queries";

/** The roofs that the layers of this machine's projects are held against. */
export function CeilingsPanel({ target }: { target: Target }) {
  const client = useQueryClient();
  const [started, setStarted] = useState<string | null>(null);
  const measure = useMutation({
    mutationFn: (device: string) => measureCeilings(target.id, device),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      setStarted(job.id);
    },
  });
  const { data: active } = useQuery(activeJobs);
  // One that runs is found again after a reload.
  const running = active?.find((job) => job.kind === "ceilings" && job.target_id === target.id);
  const watched = running?.id ?? started;
  const { data: job } = useQuery({ ...jobQuery(watched ?? ""), enabled: watched !== null });
  const busy = job?.state === "queued" || job?.state === "running";
  const rows = ceilingRows(target);
  const precisions = precisionsOf(target.ceilings ?? []);
  const reason =
    target.state === "offline"
      ? "No worker runs there to measure: start 'workbench worker' on it."
      : busy
        ? "They are being measured."
        : undefined;

  return (
    <Panel
      title="Ceilings"
      flush
      aside={
        <Explain text="The fastest computing and the fastest reading and writing that a short measurement reached on this device: large matrix products and convolutions in each precision, and long copies. No layer can be faster; how near it comes says what holds it back.">
          what these are
        </Explain>
      }
    >
      {measure.error && <ErrorState error={measure.error} compact />}
      {job && job.state !== "succeeded" && (
        <div style={{ padding: "4px 14px 8px" }}>
          <JobProgress job={job} onRetry={() => measure.mutate(rows[0]?.device ?? "CPU")} />
        </div>
      )}
      {rows.length === 0 ? (
        <EmptyState title="No device is known yet">Probe the target first.</EmptyState>
      ) : (
        <div className="scroll">
          <table className="data">
            <caption className="unseen">Ceilings of the devices of {target.name}</caption>
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col" className="num">
                  <Explain text="Bytes read and written together in a second, by long copies that no cache holds.">
                    Memory, GB/s
                  </Explain>
                </th>
                {precisions.map((precision) => (
                  <th key={precision} scope="col" className="num">
                    <Explain
                      text={`Arithmetic in ${precision} in a second; a multiply-add counts as 2. Below it the FLOP per byte from which on computing is the limit, no longer the memory.`}
                    >
                      {precision},{" "}
                      {precision.startsWith("i") || precision.startsWith("u") ? "GOP/s" : "GFLOP/s"}
                    </Explain>
                  </th>
                ))}
                <th scope="col">Measured</th>
                <th scope="col">Notes</th>
                <th scope="col">
                  <span className="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row
                  key={row.device}
                  row={row}
                  precisions={precisions}
                  reason={reason}
                  loading={measure.isPending && measure.variables === row.device}
                  onMeasure={() => measure.mutate(row.device)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

interface RowProps {
  row: CeilingRow;
  precisions: readonly string[];
  reason: string | undefined;
  loading: boolean;
  onMeasure: () => void;
}

function Row({ row: { device, ceilings }, precisions, reason, loading, onMeasure }: RowProps) {
  return (
    <tr>
      <th scope="row" className="strong">
        {device}
      </th>
      <td className="num">{ceilings ? decimal(ceilings.memory_gbps, 3) : MISSING}</td>
      {precisions.map((precision) => {
        const turn = ceilings && ridge(ceilings, precision);
        return (
          <td key={precision} className="num wrapping">
            {ceilings ? decimal(ceilings.compute_gflops[precision], 4) : MISSING}
            {turn !== null && (
              <p className="small faint">
                from {decimal(turn, 3)}
                {NBSP}FLOP/B
              </p>
            )}
          </td>
        );
      })}
      <td title={dateTime(ceilings?.measured_at)}>
        {ceilings ? ago(ceilings.measured_at) : <span className="faint">not yet</span>}
        {ceilings?.openvino && <span className="faint"> · OpenVINO {shortVersion(ceilings.openvino)}</span>}
      </td>
      <td className="wrapping dim small" style={{ maxWidth: 340 }}>
        {ceilings?.notes?.join(" ")}
      </td>
      <td className="num">
        <Action
          onClick={onMeasure}
          loading={loading}
          reason={reason}
          aria-label={ceilings ? `Measure again: ceilings of ${device}` : `Measure ceilings of ${device}`}
        >
          {ceilings ? "Measure again" : "Measure ceilings"}
        </Action>
      </td>
    </tr>
  );
}
