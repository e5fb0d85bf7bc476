import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";
import type { CheckJob, CheckResult, Project } from "../../api/types";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { Chip } from "../../components/Chip";
import { CopyButton } from "../../components/CopyButton";
import { Explain } from "../../components/Explain";
import { Figure, Figures } from "../../components/Figure";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { change, count, counted, NBSP } from "../../format/number";
import { ago, duration, millisecondsText } from "../../format/time";
import { CompareLink } from "../compare/CompareLink";
import { JobProgress, LogLink } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import classes from "./Checks.module.css";
import { checkQuery } from "./queries";
import {
  baselineRun,
  command,
  conditionRows,
  figureRows,
  intervalOption,
  p99Quantity,
  slowdownInterval,
  slowdownText,
  VERDICTS,
  wordRows,
} from "./verdict";

const route = getRouteApi("/checks/$job");

/** Whether a project got slower than a baseline, and how sure that is. */
export function CheckPage() {
  const { job: id } = route.useParams();
  const { data: check, error, refetch } = useQuery(checkQuery(id));
  // The stream tells of the job as it goes; the answer above is only as new as its last fetch.
  const { data: live } = useQuery({ ...jobQuery(id), enabled: check !== undefined });
  const crumbs = [
    <Link key="jobs" to="/jobs">
      Jobs
    </Link>,
    check ? (
      <Link key="project" to="/projects/$ref" params={{ ref: check.project.id }}>
        {check.project.name}
      </Link>
    ) : (
      "Check"
    ),
  ];
  if (error) {
    return (
      <>
        <PageHeader crumbs={crumbs} title="Check" />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!check) return <SkeletonRows label="the check" count={10} />;
  return <Loaded check={check} job={live ?? check.job} crumbs={crumbs} />;
}

interface LoadedProps {
  check: CheckJob;
  job: CheckJob["job"];
  crumbs: ReactNode[];
}

function Loaded({ check, job, crumbs }: LoadedProps) {
  const { project, result } = check;
  const run = result ? baselineRun(result) : null;
  const sides = run && result?.run_id ? [run, result.run_id] : null;
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title={`Check of ${project.name}`}
        chips={<Chip>{project.device}</Chip>}
        facts={[
          project.target?.name,
          result &&
            (result.interleaved ? "baseline and project measured in turn" : "against recorded figures"),
          result &&
            `runs in ${result.configuration.precision ?? project.precision ?? "the device’s default"}`,
          job.finished_at && `ended ${ago(job.finished_at)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
        actions={
          <>
            {sides && <CompareLink sides={sides}>Compare the two</CompareLink>}
            <LogLink job={job} />
          </>
        }
      />
      <div className="stack">
        {job.state !== "succeeded" && <JobProgress job={job} />}
        {result ? (
          <Result result={result} project={project} />
        ) : (
          <Panel>
            <EmptyState title={job.state === "succeeded" ? "The check left no result" : "No verdict yet"}>
              {job.state === "queued" || job.state === "running"
                ? "It stands here as soon as enough was measured; the page may be left meanwhile."
                : job.state === "succeeded"
                  ? "Its log tells what happened."
                  : "The check ended before it could tell."}
            </EmptyState>
          </Panel>
        )}
      </div>
    </>
  );
}

function Result({ result, project }: { result: CheckResult; project: Project }) {
  const verdict = VERDICTS[result.verdict];
  const warnings = result.warnings ?? [];
  return (
    <>
      <section className={`panel ${classes.verdict}`} data-tone={verdict.tone} aria-label="Verdict">
        <p className={classes.word}>
          <Explain text={`${verdict.meaning} The command line exits with ${verdict.exit}.`}>
            {verdict.title}
          </Explain>
        </p>
        <p>{result.reason}</p>
      </section>
      {warnings.length > 0 && (
        <section className="stack tight" aria-label="Warnings">
          {warnings.map((warning) => (
            <div key={warning} className="notice warn">
              <p>{warning}</p>
            </div>
          ))}
        </section>
      )}
      <Strip result={result} />
      <div className="columns two">
        <Interval result={result} file={`${project.name}-check`} />
        <Conditions result={result} />
      </div>
      <div className="columns two">
        <Measured result={result} project={project} />
        <Repeat text={command(project.name, result)} recorded={!baselineRun(result)} />
      </div>
    </>
  );
}

function Strip({ result }: { result: CheckResult }) {
  const interval = slowdownInterval(result);
  return (
    <Figures label="The check in figures">
      <Figure
        label="Slowdown"
        explain="How much longer the project takes for the same work than the baseline, from the throughputs. Negative: it is faster."
        quantity={{ value: change(result.slowdown), unit: "" }}
        note={interval ? `95${NBSP}%: ${interval}` : "no interval"}
      />
      <Figure
        label="Limit"
        explain="A slowdown above it is a regression."
        quantity={{ value: change(result.max_slowdown), unit: "" }}
        note="as the check was asked for"
      />
      <Figure
        label="p99"
        explain="99 of 100 requests of the project took less."
        quantity={p99Quantity(result)}
        note={
          result.max_p99_ms === null ? "no limit was given" : `limit ${millisecondsText(result.max_p99_ms)}`
        }
      />
      <Figure
        label="Rounds"
        explain="In every round the baseline and the project are measured once, one after the other, so that what changes on the machine meets both alike."
        quantity={{ value: count(result.rounds), unit: "" }}
        note={`${duration(result.measured_s)} of measuring`}
      />
    </Figures>
  );
}

function Interval({ result, file }: { result: CheckResult; file: string }) {
  const option = useCallback((colors: ChartColors) => intervalOption(result, colors), [result]);
  const [low, high] = result.slowdown_ci95 ?? [];
  return (
    <ChartPanel
      title="Slowdown and its interval"
      label={`Slowdown against the baseline: ${slowdownText(result.slowdown)}, 95 % interval ${slowdownInterval(result) || "unknown"}, limit ${change(result.max_slowdown)}`}
      file={file}
      option={option}
      height={150}
      rows={[result]}
      columns={[
        { header: "slowdown_percent", value: ({ slowdown }) => (slowdown === null ? null : slowdown * 100) },
        { header: "low_percent", value: () => (low === undefined ? null : low * 100) },
        { header: "high_percent", value: () => (high === undefined ? null : high * 100) },
        { header: "limit_percent", value: ({ max_slowdown }) => max_slowdown * 100 },
        { header: "verdict", value: ({ verdict }) => verdict },
      ]}
    >
      <div className="legend">
        <span>line: 95 % interval of the slowdown · left of the limit as a whole: passed</span>
        <span>
          reaching the limit: regression where the line is short, not enough is known where it is long
        </span>
      </div>
    </ChartPanel>
  );
}

function Conditions({ result }: { result: CheckResult }) {
  const rows = conditionRows(result.conditions);
  return (
    <Panel title="Conditions" aside={counted(result.rounds, "round")}>
      {rows.length === 0 ? (
        <p className="dim">Nothing was recorded about the machine.</p>
      ) : (
        <dl className="facts-list">
          {rows.map(({ name, explain, text }) => (
            <div key={name} style={{ display: "contents" }}>
              <dt>
                <Explain text={explain}>{name}</Explain>
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}

function Measured({ result, project }: { result: CheckResult; project: Project }) {
  const rows = [...figureRows(result), ...wordRows(result)];
  const run = baselineRun(result);
  return (
    <Panel title="Baseline and now" flush aside={result.interleaved ? "measured in turn" : "recorded before"}>
      <div className="scroll">
        <table className="data">
          <caption className="unseen">Figures of the baseline and of the project now</caption>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" className="num">
                {run ? (
                  <Link to="/compare" search={{ side: [run] }}>
                    Baseline
                  </Link>
                ) : (
                  "Baseline"
                )}
              </th>
              <th scope="col" className="num">
                {result.run_id ? (
                  <Link to="/projects/$ref" params={{ ref: project.id }} search={{ run: result.run_id }}>
                    Now
                  </Link>
                ) : (
                  "Now"
                )}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">
                  {row.name}
                  {row.unit && <span className="dim">, {row.unit}</span>}
                </th>
                <td className="num">{row.baseline}</td>
                <td className="num">{row.current}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Repeat({ text, recorded }: { text: string; recorded: boolean }) {
  return (
    <Panel title="Do it again" aside={<CopyButton text={text} />}>
      <div className="stack tight">
        <pre className={classes.command}>{text}</pre>
        <p className="dim small">
          Exit codes: 0 passed, 1 regression, 4 too noisy or contended to tell. <code>--junit FILE</code> and{" "}
          <code>--json</code> write the result for a build server.
          {recorded && " BASELINE.json stands for the file with the recorded figures."}
        </p>
      </div>
    </Panel>
  );
}
