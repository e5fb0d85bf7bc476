import { useQueryClient } from "@tanstack/react-query";
import type { Run } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { fileName, saveText } from "../../components/download";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { bytesText, count, counted, decimal, MISSING } from "../../format/number";
import { dateTime, duration } from "../../format/time";
import { deleteRun } from "./queries";

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return MISSING;
  if (Array.isArray(value))
    return value.map((entry) => (typeof entry === "number" ? decimal(entry, 3) : shown(entry))).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** "2 cores, 4 threads", or what of it was found. */
function coresText(cores: unknown): string {
  if (typeof cores === "number") return ` · ${counted(cores, "core")}`;
  const { physical, logical, usable } = record(cores);
  const parts = [
    typeof physical === "number" && counted(physical, "core"),
    typeof logical === "number" && logical !== physical && counted(logical, "thread"),
    typeof usable === "number" && usable !== logical && `${usable} usable`,
  ].filter(Boolean);
  return parts.length > 0 ? ` · ${parts.join(", ")}` : "";
}

/** What the numbers of a run depend on, so that somebody else can get the same. */
export function ProvenancePanel({ run }: { run: Run }) {
  const client = useQueryClient();
  const { provenance: from, input, warmup } = run;
  const properties = Object.entries(record(from.properties)).sort(([a], [b]) => (a < b ? -1 : 1));
  const memory = from.memory_bytes;
  const warm = record(warmup);
  return (
    <Panel
      title="Provenance"
      aside={
        <>
          <button
            type="button"
            className="chip"
            onClick={() =>
              saveText(
                fileName(`${run.label}-${run.id}.json`),
                `${JSON.stringify(run, null, 2)}\n`,
                "application/json",
              )
            }
          >
            JSON
          </button>
          <Confirm
            verb="Delete this run"
            question={`Delete the run ${run.label}?`}
            action={() => deleteRun(run.id)}
            onDone={() => void client.invalidateQueries({ queryKey: ["runs"] })}
          >
            Its numbers, latencies and layers are removed for good.
          </Confirm>
        </>
      }
    >
      <dl className="facts-list">
        <dt>Input</dt>
        <dd>{shown(input.description ?? input.source)}</dd>
        <dt>
          <Explain text="In the words of MLPerf LoadGen: SingleStream sends one request after another, MultiStream and Offline keep several busy, and with Server requests arrive by themselves and latency counts from the arrival.">
            Load
          </Explain>
        </dt>
        <dd>
          <Load run={run} />
        </dd>
        <dt>Precision</dt>
        <dd>
          ran in {run.effective_precision}
          {run.requested_precision ? `, asked for ${run.requested_precision}` : ", the device's default"}
        </dd>
        <dt>Measured</dt>
        <dd>
          {count(run.samples)} requests in {duration(run.duration_s)}
          {typeof warm.inferences === "number" && `, after ${count(warm.inferences)} to warm up`}
          {typeof warm.reason === "string" && <span className="dim"> ({warm.reason})</span>}
        </dd>
        <dt>Threads</dt>
        <dd>{run.threads ?? "the device's choice"}</dd>
        <dt>OpenVINO</dt>
        <dd>{shown(from.openvino)}</dd>
        <dt>CPU</dt>
        <dd>
          {shown(from.cpu)}
          {coresText(from.cores)}
        </dd>
        <dt>
          <Explain text="How the system chooses the clock. 'performance' measures most steadily.">
            Governor
          </Explain>
        </dt>
        <dd>{shown(from.governor)}</dd>
        <dt>Memory</dt>
        <dd>{typeof memory === "number" ? bytesText(memory) : MISSING}</dd>
        <dt>
          <Explain text="Processes that wanted to run, averaged over 1, 5 and 15 minutes, just before the run.">
            Load before
          </Explain>
        </dt>
        <dd>{shown(from.load_before)}</dd>
        <dt>System</dt>
        <dd>
          {[from.os, from.python && `Python ${shown(from.python)}`].filter(Boolean).map(shown).join(" · ")}
        </dd>
        <dt>Started</dt>
        <dd>{typeof from.started_at === "string" ? dateTime(from.started_at) : dateTime(run.created_at)}</dd>
        <dt>Model</dt>
        <dd className="mono breaking">{shown(from.model_sha256)}</dd>
      </dl>
      {properties.length > 0 && (
        <details style={{ marginTop: 8 }}>
          <summary>{properties.length} device properties in effect</summary>
          <dl className="facts-list small" style={{ marginTop: 6 }}>
            {properties.map(([name, value]) => (
              <div key={name} style={{ display: "contents" }}>
                <dt className="mono">{name}</dt>
                <dd className="mono breaking">{shown(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Panel>
  );
}

/** How requests came, and whether they were kept up with. */
function Load({ run }: { run: Run }) {
  const { open_loop: open, scenario } = run;
  if (!open) {
    const way =
      run.configuration?.api === "sync"
        ? "one blocking request after another"
        : `${counted(run.requests ?? 1, "request")} kept busy`;
    return (
      <>
        {scenario} <span className="dim">· {way}</span>
      </>
    );
  }
  const waited = [
    open.wait_ms !== null && `waited ${decimal(open.wait_ms, 3)} ms`,
    open.service_ms !== null && `served in ${decimal(open.service_ms, 3)} ms (medians)`,
  ].filter(Boolean);
  return (
    <>
      {scenario}{" "}
      <span className="dim">
        · {decimal(open.arrivals_per_s)} arrivals a second, {decimal(open.achieved_per_s)} done
        {waited.length > 0 && ` · ${waited.join(", ")}`}
      </span>
      {!open.kept_up && (
        <p className="warn-text">
          Requests arrived faster than they were done: latency grew with time, and says nothing about a longer
          run.
        </p>
      )}
    </>
  );
}
