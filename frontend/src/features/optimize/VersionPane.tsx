import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Project, Version } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { bytesText, decimal, known, MISSING, plusMinus } from "../../format/number";
import { CompareLink } from "../compare/CompareLink";
import { betweenCi95, differenceText, differenceTone, intervalText, metricText } from "../reports/metricText";
import { VerdictChip } from "../runs/VerdictChip";
import { parentOf, versionName } from "./axes";
import classes from "./Optimize.module.css";

interface Props {
  project: Project;
  version: Version;
  items: readonly Version[];
  onPick: (key: string) => void;
  onClose: () => void;
}

/** "1.74 ×": how many times the parent's figure. */
function times(now: number | null | undefined, before: number | null | undefined): string {
  return known(now) && known(before) && before !== 0 ? `${decimal(now / before, 3)} ×` : "";
}

/** All about one version, beside what it was made from. */
export function VersionPane({ project, version, items, onPick, onClose }: Props) {
  const parent = parentOf(version, items);
  const better = items.find(({ key }) => key === version.dominated_by);
  const { run } = version;
  const before = parent?.run;
  return (
    <Panel
      title={<span className="breaking">{versionName(version, items)}</span>}
      aside={
        <button
          type="button"
          className={`plain dim ${classes.close}`}
          onClick={onClose}
          aria-label="Close the version"
        >
          ✕
        </button>
      }
    >
      <div className="row wrap" style={{ gap: 4, marginBottom: 8 }}>
        <Chip>{version.method}</Chip>
        {version.model_precision && <Chip tone="accent">{version.model_precision}</Chip>}
        {version.effective_precision && <Chip>runs in {version.effective_precision}</Chip>}
        {run && <VerdictChip verdict={run.verdict} />}
        {version.on_front && <Chip tone="good">on the front</Chip>}
      </div>
      <table className={`data ${classes.figures}`}>
        <caption className="unseen">Figures before and after</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            {parent && (
              <th scope="col" className="num">
                <Explain text={`${versionName(parent, items)}, which it was made from`}>Before</Explain>
              </th>
            )}
            <th scope="col" className="num">
              {parent ? "After" : "Value"}
            </th>
            {parent && (
              <th scope="col" className="num">
                Change
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Row
            name="Throughput"
            parent={parent !== null}
            before={before && `${decimal(before.throughput_fps)} FPS`}
            now={run && `${decimal(run.throughput_fps)} FPS`}
            more={plusMinus(run?.throughput_ci95)}
            change={times(run?.throughput_fps, before?.throughput_fps)}
          />
          <Row
            name="Median"
            parent={parent !== null}
            before={before && `${decimal(before.latency_median_ms, 3)} ms`}
            now={run && `${decimal(run.latency_median_ms, 3)} ms`}
            more={plusMinus(run?.latency_median_ci95)}
            change={times(run?.latency_median_ms, before?.latency_median_ms)}
          />
          <Row
            name="p99"
            parent={parent !== null}
            before={before?.latency_p99_ms && `${decimal(before.latency_p99_ms, 3)} ms`}
            now={run?.latency_p99_ms && `${decimal(run.latency_p99_ms, 3)} ms`}
            change={times(run?.latency_p99_ms, before?.latency_p99_ms)}
          />
          <Row
            name="Size"
            parent={parent !== null}
            before={parent && bytesText(parent.size_bytes)}
            now={bytesText(version.size_bytes)}
            change={times(version.size_bytes, parent?.size_bytes)}
          />
          <Row
            name="Memory"
            parent={parent !== null}
            before={before && bytesText(before.peak_memory_bytes)}
            now={run && bytesText(run.peak_memory_bytes)}
            change={times(run?.peak_memory_bytes, before?.peak_memory_bytes)}
          />
          <Judged version={version} parent={parent} of="accuracy" />
          <Judged version={version} parent={parent} of="distance" />
        </tbody>
      </table>
      {version.lacks.length > 0 && (
        <p className="small dim" style={{ marginTop: 8 }}>
          Not on the plane: {version.lacks.join(", ")}.
        </p>
      )}
      {better && (
        <p className="small dim" style={{ marginTop: 8 }}>
          Beaten in both figures by{" "}
          <button
            type="button"
            className="plain"
            style={{ color: "var(--accent)" }}
            onClick={() => onPick(better.key)}
          >
            {versionName(better, items)}
          </button>
          .
        </p>
      )}
      {version.warnings.map((warning) => (
        <p key={warning} className="notice warn small" style={{ marginTop: 8 }}>
          {warning}
        </p>
      ))}
      <div className={`row wrap small ${classes.links}`} style={{ gap: "4px 12px", marginTop: 10 }}>
        <Link to="/models/$ref" params={{ ref: version.model_id }}>
          Model
        </Link>
        {version.project_id && (
          <Link to="/projects/$ref" params={{ ref: version.project_id }} search={{}}>
            {version.project_id === project.id ? "This project" : "Its project"}
          </Link>
        )}
        {version.project_id && run && (
          <Link to="/projects/$ref" params={{ ref: version.project_id }} search={{ run: run.run_id }}>
            Run {run.label}
          </Link>
        )}
        {version.project_id && version.accuracy && (
          <Link
            to="/projects/$ref"
            params={{ ref: version.project_id }}
            search={{
              tab: "accuracy",
              report: version.accuracy.report_id,
              against: parent?.accuracy?.report_id,
            }}
          >
            Report
          </Link>
        )}
        {version.project_id && version.distance && (
          <Link
            to="/projects/$ref"
            params={{ ref: version.project_id }}
            search={{ tab: "accuracy", report: version.distance.report_id }}
          >
            Report of distance
          </Link>
        )}
        {version.project_id && (
          <Link to="/projects/$ref" params={{ ref: version.project_id }} search={{ tab: "deploy" }}>
            Deploy
          </Link>
        )}
      </div>
      {run && before && (
        <div style={{ marginTop: 10 }}>
          <CompareLink sides={[before.run_id, run.run_id]} size="xs">
            Compare with its parent
          </CompareLink>
        </div>
      )}
    </Panel>
  );
}

interface RowProps {
  name: string;
  parent: boolean;
  before: ReactNode;
  now: ReactNode;
  more?: string;
  change: ReactNode;
}

function Row({ name, parent, before, now, more, change }: RowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {parent && <td className="num dim">{before || MISSING}</td>}
      <td className="num">
        {now || MISSING}
        {more && <span className="faint small">{more}</span>}
      </td>
      {parent && <td className="num">{change || MISSING}</td>}
    </tr>
  );
}

interface JudgedProps {
  version: Version;
  parent: Version | null;
  of: "accuracy" | "distance";
}

/** The metric of a report; only of the same metric is there a change. */
function Judged({ version, parent, of }: JudgedProps) {
  const now = version[of];
  const before = parent?.[of]?.metric === now?.metric ? parent?.[of] : null;
  if (!now) return null;
  const difference = before ? now.value - before.value : null;
  return (
    <Row
      name={now.label}
      parent={parent !== null}
      before={before && metricText(before.metric, before)}
      now={metricText(now.metric, now)}
      more={intervalText(now.metric, now)}
      change={
        difference !== null && (
          <span
            className={differenceTone(
              now.better ?? undefined,
              difference,
              before && betweenCi95(difference, now, before),
            )}
          >
            {differenceText(now.metric, now.unit, difference)}
          </span>
        )
      }
    />
  );
}
