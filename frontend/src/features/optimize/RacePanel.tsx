import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RaceResult } from "../../api/types";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted, decimal, MISSING, plusMinus } from "../../format/number";
import { ago, duration } from "../../format/time";
import { CompareLink } from "../compare/CompareLink";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { VerdictChip } from "../runs/VerdictChip";
import classes from "./Optimize.module.css";
import { raceQuery } from "./queries";

interface Props {
  id: string;
  shownAbove: boolean;
  onClose: () => void;
}

/** What measuring in turn came to. */
export function RacePanel({ id, shownAbove, onClose }: Props) {
  const { data, error, refetch } = useQuery(raceQuery(id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} jobId={id} />;
  if (!data) return <SkeletonRows label="the race" count={3} />;
  const { job, result } = data;
  const ended = job.state !== "queued" && job.state !== "running";
  if (!result && !ended && shownAbove) return null;
  return (
    <Panel
      title="Measured in turn"
      aside={
        <>
          <span>{ago(job.created_at)}</span>
          <LogLink job={job} />
          {result && result.sides.length > 1 && (
            <CompareLink sides={result.sides.slice(0, 8).map(({ run_id }) => run_id)} size="xs" />
          )}
          <button
            type="button"
            className={`plain dim ${classes.close}`}
            onClick={onClose}
            aria-label="Close the race"
          >
            ✕
          </button>
        </>
      }
    >
      {job.state !== "succeeded" && !shownAbove && <JobProgress job={job} />}
      {result ? <RaceTable race={result} /> : ended && <p className="dim">It ended without figures.</p>}
    </Panel>
  );
}

export function RaceTable({ race }: { race: RaceResult }) {
  return (
    <>
      {race.warnings.map((warning) => (
        <p key={warning} className="notice warn small" style={{ marginBottom: 6 }}>
          {warning}
        </p>
      ))}
      <table className="data">
        <caption className="unseen">Versions measured in turn</caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Runs in</th>
            <th scope="col" className="num">
              <Explain text="Throughput over that of the first one, from the rounds in which all were measured: free of what the machine did meanwhile.">
                Ratio
              </Explain>
            </th>
            <th scope="col" className="num">
              Throughput
            </th>
            <th scope="col" className="num">
              Median
            </th>
            <th scope="col" className="num">
              p99
            </th>
            <th scope="col" className="num">
              Memory
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {race.sides.map((side) => (
            <tr key={side.run_id}>
              <th scope="row">
                <Link to="/projects/$ref" params={{ ref: side.project_id }} search={{ run: side.run_id }}>
                  {side.project}
                </Link>
              </th>
              <td>{side.effective_precision}</td>
              <td className="num">
                {decimal(side.ratio, 3)} × <span className="faint">{plusMinus(side.ratio_ci95)}</span>
              </td>
              <td className="num">
                {decimal(side.throughput_fps)} FPS{" "}
                <span className="faint">{plusMinus(side.throughput_ci95)}</span>
              </td>
              <td className="num">
                {decimal(side.latency_median_ms, 3)} ms{" "}
                <span className="faint">{plusMinus(side.latency_median_ci95)}</span>
              </td>
              <td className="num">
                {side.latency_p99_ms === null ? MISSING : `${decimal(side.latency_p99_ms, 3)} ms`}
              </td>
              <td className="num">{bytesText(side.peak_memory_bytes)}</td>
              <td>
                <VerdictChip verdict={side.verdict} quiet />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small dim" style={{ marginTop: 6 }}>
        {race.label} · {counted(race.rounds, "round")} · {duration(race.measured_s)} of measuring
      </p>
    </>
  );
}
