import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Finding, Findings, Project, Run } from "../../api/types";
import type { ProjectSearch } from "../../app/search";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { CeilingsAction } from "../layers/CeilingsAction";
import { NO_FILTER } from "../layers/filter";
import classes from "./Findings.module.css";
import { evidenceText, foremost, quietRules, stepOf } from "./findings";
import { findingsQuery } from "./queries";

interface Props {
  project: Project;
  run: Run;
  onChange: (next: Partial<ProjectSearch>) => void;
}

/** What the recorded facts of a run tell: evidence, what to do, and the button that does it. */
export function FindingsPanel({ project, run, onChange }: Props) {
  const { data, error, refetch } = useQuery(findingsQuery(run.id));
  return (
    <Panel
      title="Advice"
      aside={
        data && (
          <Explain text="Each rule is a small function over facts that were recorded with the run: nothing is guessed.">
            {counted(data.rules.length, "rule")} over run {run.label}
          </Explain>
        )
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Loaded findings={data} {...{ project, run, onChange }} />
      ) : (
        <SkeletonRows label="advice" count={2} />
      )}
    </Panel>
  );
}

function Loaded({ findings, project, onChange }: Props & { findings: Findings }) {
  const quiet = quietRules(findings.rules);
  const [first, rest] = foremost(findings.findings);
  return (
    <>
      {findings.findings.length === 0 && <p className="dim">Nothing stands out in this run.</p>}
      {first.map((finding) => (
        <FindingRow key={finding.rule} {...{ finding, project, onChange }} />
      ))}
      {rest.map((finding) => (
        <article key={finding.rule} className={classes.small} aria-label={finding.title}>
          <details>
            <summary>
              <span className="strong">{finding.title}.</span> <span className="dim">{finding.summary}</span>
            </summary>
            <div className={classes.finding} data-severity={finding.severity}>
              <Body finding={finding} />
              <Steps {...{ finding, project, onChange }} />
            </div>
          </details>
        </article>
      ))}
      {quiet.length > 0 && (
        <details className="small" style={{ marginTop: 8 }}>
          <summary className="dim">What else was checked: {counted(quiet.length, "rule")}</summary>
          <dl className="facts-list" style={{ marginTop: 6 }}>
            {quiet.map(({ rule, title, outcome, reason }) => (
              <div key={rule} style={{ display: "contents" }}>
                <dt>{title}</dt>
                <dd>
                  {outcome === "fine" ? <span className="good-text">fine</span> : <span>does not apply</span>}
                  {reason && <span className="dim"> · {reason}</span>}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

interface RowProps {
  finding: Finding;
  project: Project;
  onChange: (next: Partial<ProjectSearch>) => void;
}

function FindingRow({ finding, project, onChange }: RowProps) {
  const { severity, title } = finding;
  return (
    <article className={classes.finding} data-severity={severity} aria-label={title}>
      <div>
        <p>
          <span className="strong">{title}.</span> <span className="dim">{finding.summary}</span>
        </p>
        <Body finding={finding} />
      </div>
      <Steps {...{ finding, project, onChange }} />
    </article>
  );
}

/** The numbers, and what to do. */
function Body({ finding: { evidence, advice, action } }: { finding: Finding }) {
  return (
    <div>
      {evidence.length > 0 && (
        <dl className={classes.evidence}>
          {evidence.map((entry) => (
            <div key={entry.label}>
              <dt>{entry.label}</dt>
              <dd>{evidenceText(entry)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p style={{ marginTop: 2 }}>
        {advice}{" "}
        {action.command && (
          <Explain text={<code>{action.command}</code>}>
            <span className="small dim">on the command line</span>
          </Explain>
        )}
      </p>
    </div>
  );
}

function Steps({ finding, project, onChange }: RowProps) {
  const { layers = [] } = finding;
  return (
    <div className={classes.side}>
      <StepButton {...{ finding, project, onChange }} />
      {layers.length > 0 && (
        <button
          type="button"
          className="chip"
          onClick={() => onChange({ ...NO_FILTER, only: layers, layer: undefined })}
        >
          show {counted(layers.length, "layer")}
        </button>
      )}
    </div>
  );
}

function StepButton({ finding, project, onChange }: RowProps) {
  const navigate = useNavigate();
  const step = stepOf(finding);
  const { label } = finding.action;
  const archived =
    project.state === "archived" ? "Model, dataset or target of this project is gone." : undefined;
  switch (step.kind) {
    case "open":
      return (
        <Action reason={archived} onClick={() => onChange(step.search)}>
          {label}
        </Action>
      );
    case "project":
      return (
        <Action
          onClick={() =>
            void navigate({ to: "/projects/$ref", params: { ref: step.ref }, search: step.search })
          }
        >
          {label}
        </Action>
      );
    case "ceilings":
      return <CeilingsAction project={project} label={label} />;
    case "page":
      return <Action onClick={() => void navigate({ to: step.to })}>{label}</Action>;
    case "model": {
      const ref = project.model?.id;
      return (
        <Action
          reason={ref ? undefined : "The model of this project is gone."}
          onClick={() => ref && void navigate({ to: "/models/$ref", params: { ref }, hash: step.hash })}
        >
          {label}
        </Action>
      );
    }
    default:
      return null;
  }
}
