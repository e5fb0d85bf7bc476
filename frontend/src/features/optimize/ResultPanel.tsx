import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ControlResult, Job, VersionResult } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Figure, Figures } from "../../components/Figure";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytes, bytesText, counted, decimal, known, MISSING, plusMinus } from "../../format/number";
import { ago, duration } from "../../format/time";
import { CompareLink } from "../compare/CompareLink";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { differenceText, differenceTone, intervalText, metricText, rangeText } from "../reports/metricText";
import classes from "./Optimize.module.css";
import { versionJobQuery } from "./queries";
import { RaceTable } from "./RacePanel";

interface Props {
  /** The job that made the version, or is about to. */
  id: string;
  /** Its progress stands elsewhere already. */
  shownAbove: boolean;
  onAgain: () => void;
  onClose?: () => void;
}

/** What a quantisation or compression came to, as far as it got. */
export function ResultPanel({ id, shownAbove, onAgain, onClose }: Props) {
  const { data, error, refetch } = useQuery(versionJobQuery(id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} jobId={id} />;
  if (!data) return <SkeletonRows label="what was made" count={3} />;
  const { job, result } = data;
  const progress =
    (job.state === "queued" || job.state === "running" || job.state === "failed") && !shownAbove ? (
      <JobProgress job={job} onRetry={onAgain} />
    ) : null;
  if (!result) {
    return job.state === "cancelled" ? (
      <p className="notice">
        <span>
          {job.title} was cancelled before anything was made. <LogLink job={job} />
        </span>
      </p>
    ) : (
      progress
    );
  }
  return (
    <>
      {progress}
      <Panel
        title="What was made"
        aside={
          <>
            <State job={job} />
            <LogLink job={job} />
            {onClose && (
              <button
                type="button"
                className={`plain dim ${classes.close}`}
                onClick={onClose}
                aria-label="Close what was made"
              >
                ✕
              </button>
            )}
          </>
        }
      >
        <Result result={result} />
      </Panel>
    </>
  );
}

function State({ job }: { job: Job }) {
  if (job.state === "succeeded") return <span>{ago(job.finished_at)}</span>;
  if (job.state === "queued" || job.state === "running") return <Chip tone="accent">goes on</Chip>;
  return (
    <Chip tone="warn" explain="It did not come to its end; what was finished is kept.">
      {job.state}
    </Chip>
  );
}

function Result({ result }: { result: VersionResult }) {
  const sides = result.race?.sides ?? [];
  const now = sides.find(({ project_id }) => project_id === result.project_id);
  const parents = sides.filter(({ project_id }) => project_id === result.parent_project_id);
  const before = [...parents].sort((a, b) => b.throughput_fps - a.throughput_fps)[0];
  const metrics = Object.entries(result.metrics);
  return (
    <>
      <Figures label="Before and after">
        <Figure
          label="Throughput"
          explain="Both were measured in turn in one process; the parent in its fastest precision."
          quantity={
            known(result.throughput_ratio)
              ? { value: decimal(result.throughput_ratio, 3), unit: "× as fast" }
              : { value: MISSING, unit: "" }
          }
          note={
            now && before
              ? `${decimal(before.throughput_fps)} → ${decimal(now.throughput_fps)} FPS ${plusMinus(now.throughput_ci95)}`
              : "not measured"
          }
        />
        <Figure
          label="Median latency"
          explain="In the same configuration."
          quantity={
            now ? { value: decimal(now.latency_median_ms, 3), unit: "ms" } : { value: MISSING, unit: "" }
          }
          more={plusMinus(now?.latency_median_ci95)}
          note={
            before
              ? `before ${decimal(before.latency_median_ms, 3)} ms ${plusMinus(before.latency_median_ci95)}`
              : undefined
          }
        />
        <Figure
          label="Size"
          explain="Of the model's files."
          quantity={bytes(result.size_bytes)}
          note={`before ${bytesText(result.parent_size_bytes)}: ${decimal(result.size_ratio, 3)} × smaller`}
        />
        {metrics.slice(0, 2).map(([name, { before: old, after, difference, difference_ci95 }]) => (
          <Figure
            key={name}
            label={after.label}
            explain={`${after.description ?? ""} Both on the same samples, none of which it was calibrated with.`}
            quantity={{ value: metricText(name, after), unit: "" }}
            more={intervalText(name, after)}
            note={
              <>
                before {metricText(name, old)} ·{" "}
                <span className={differenceTone(after.better, difference, difference_ci95)}>
                  {differenceText(name, after.unit ?? "", difference)}{" "}
                  {difference_ci95 && `(${rangeOfDifference(name, after.unit ?? "", difference_ci95)})`}
                </span>
              </>
            }
          />
        ))}
      </Figures>
      <p className="small dim" style={{ margin: "8px 0" }}>
        {result.calibration_samples !== null &&
          `Calibrated with ${counted(result.calibration_samples, "sample")}; making it took ${duration(result.calibration_s)}. `}
        {result.notes.join(" ")}
      </p>
      {metrics.length > 0 && <Metrics metrics={result.metrics} />}
      {result.race && (
        <details className={classes.more}>
          <summary className="dim small">Measured in turn: {result.race.label}</summary>
          <RaceTable race={result.race} />
        </details>
      )}
      {result.control && (
        <Control
          control={result.control}
          // The steps do not tell their unit; the reports that follow do, where they are there.
          unit={
            result.metrics[result.control.metric]?.after.unit ??
            (result.control.metric === "psnr" ? "dB" : "")
          }
        />
      )}
      <div className={`row wrap small ${classes.links}`} style={{ gap: "4px 12px", marginTop: 10 }}>
        <Link to="/projects/$ref" params={{ ref: result.project_id }} search={{}}>
          Its project
        </Link>
        <Link to="/models/$ref" params={{ ref: result.model_id }}>
          Model
        </Link>
        {(result.report_id ?? result.distance_report_id) && (
          <Link
            to="/projects/$ref"
            params={{ ref: result.project_id }}
            search={{
              tab: "accuracy",
              report: result.report_id ?? result.distance_report_id ?? undefined,
              against: result.report_id ? (result.parent_report_id ?? undefined) : undefined,
            }}
          >
            {result.report_id ? "Report" : "Report of distance"}
          </Link>
        )}
        <CompareLink sides={[result.parent_project_id, result.project_id]} size="xs">
          Compare with its parent
        </CompareLink>
      </div>
    </>
  );
}

function rangeOfDifference(name: string, unit: string, [low = 0, high = 0]: readonly number[]): string {
  return `${differenceText(name, unit, low)} to ${differenceText(name, unit, high)}`;
}

function Metrics({ metrics }: { metrics: VersionResult["metrics"] }) {
  const entries = Object.entries(metrics);
  return (
    <details className={classes.more}>
      <summary className="dim small">All {counted(entries.length, "metric")}</summary>
      <table className="data">
        <caption className="unseen">Metrics before and after, with 95 % intervals</caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className="num">
              Before
            </th>
            <th scope="col" className="num">
              After
            </th>
            <th scope="col" className="num">
              Difference
            </th>
            <th scope="col">95 % interval of it</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, { before, after, difference, difference_ci95 }]) => (
            <tr key={name}>
              <th scope="row">{after.label}</th>
              <td className="num" title={rangeText(name, before)}>
                {metricText(name, before)} <span className="faint">{intervalText(name, before)}</span>
              </td>
              <td className="num" title={rangeText(name, after)}>
                {metricText(name, after)} <span className="faint">{intervalText(name, after)}</span>
              </td>
              <td className="num">
                <span className={differenceTone(after.better, difference, difference_ci95)}>
                  {differenceText(name, after.unit ?? "", difference)}
                </span>
              </td>
              <td>
                {difference_ci95 ? rangeOfDifference(name, after.unit ?? "", difference_ci95) : MISSING}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** What was put back, what it gained, and whether it stayed. */
function Control({ control, unit }: { control: ControlResult; unit: string }) {
  const { metric, steps } = control;
  const value = (number: number | null) =>
    number === null ? MISSING : metricText(metric, { unit, value: number });
  const drop = (number: number | null) =>
    number === null
      ? MISSING
      : control.drop_type === "relative"
        ? `${decimal(number * 100, 3)} %`
        : differenceText(metric, unit, number).replace("+", "");
  const limit =
    control.drop_type === "relative"
      ? `${decimal(control.max_drop * 100, 3)} % of it`
      : differenceText(metric, unit, control.max_drop).replace("+", "");
  return (
    <>
      <h3 style={{ margin: "12px 0 4px" }}>
        Accuracy control{" "}
        <Chip tone={control.reached ? "good" : "warn"}>
          {control.reached ? "within the limit" : "limit not reached"}
        </Chip>
      </h3>
      <p className="small dim">
        {control.label} {value(control.original)} before, {value(control.quantized)} quantised,{" "}
        {value(control.final)} in the end: a drop of {drop(control.drop)} where {limit} is allowed, on{" "}
        {counted(control.samples, "sample")}.
      </p>
      {steps.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        <section className="scroll" style={{ maxHeight: 320 }} tabIndex={0} aria-label="Control steps">
          <table className="data">
            <caption className="unseen">Steps of accuracy control</caption>
            <thead>
              <tr>
                <th scope="col" className="num">
                  Step
                </th>
                <th scope="col">Put back</th>
                <th scope="col" className="num">
                  {control.label}
                </th>
                <th scope="col" className="num">
                  Gained
                </th>
                <th scope="col" className="num">
                  Drop
                </th>
                <th scope="col">Then</th>
              </tr>
            </thead>
            <tbody>
              {steps.map((step, index) => {
                const earlier = steps.slice(0, index).filter(({ kept, value: of }) => kept && of !== null);
                const last = earlier.at(-1)?.value ?? control.quantized;
                return (
                  <tr key={step.number}>
                    <td className="num">{step.number}</td>
                    <th scope="row" className="wrapping" title={step.operations.join(", ")}>
                      {step.operations.length > 0 ? step.operations.slice(0, 4).join(", ") : step.message}
                      {step.operations.length > 4 && ` and ${step.operations.length - 4} more`}{" "}
                      <span className="faint">{[...new Set(step.types ?? [])].join(", ")}</span>
                    </th>
                    <td className="num">{value(step.value)}</td>
                    <td className="num">
                      {step.value === null ? MISSING : differenceText(metric, unit, step.value - last)}
                    </td>
                    <td className="num">{drop(step.drop)}</td>
                    <td title={step.message}>
                      {step.kept ? (
                        <Chip tone="good" quiet>
                          kept
                        </Chip>
                      ) : (
                        <Chip quiet>undone</Chip>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
