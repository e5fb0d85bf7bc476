import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Job, Toolchain } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted, MISSING } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import type { Tone } from "../../format/words";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { removeToolchain, toolchainsQuery } from "./queries";
import { ToolchainInstall } from "./ToolchainInstall";

const TONE: Record<Toolchain["state"], Tone> = {
  installed: "good",
  installing: "accent",
  outdated: "warn",
  missing: "plain",
};

const STATE: Record<Toolchain["state"], string> = {
  installed: "installed",
  installing: "being installed",
  outdated: "outdated",
  missing: "not installed",
};

/** Tools that cannot live with today's OpenVINO, each in an environment of its own. */
export function ToolchainsPanel() {
  const { data, error, refetch } = useQuery(toolchainsQuery);
  return (
    <div id="toolchains">
      <Panel
        title={
          <Explain text="A toolchain is a Python environment under the data folder. It is used only when it is whole, and every package in it is held to its hash.">
            Toolchains
          </Explain>
        }
      >
        {error ? (
          <ErrorState error={error} onRetry={() => void refetch()} compact />
        ) : data ? (
          <ul className="stack">
            {data.items.map((toolchain) => (
              <li key={toolchain.name}>
                <Entry toolchain={toolchain} />
              </li>
            ))}
          </ul>
        ) : (
          <SkeletonRows label="toolchains" count={3} />
        )}
      </Panel>
    </div>
  );
}

function Entry({ toolchain }: { toolchain: Toolchain }) {
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: toolchainsQuery.queryKey });
  const { name, title, state, job_id } = toolchain;
  const { data: job } = useQuery({ ...jobQuery(job_id ?? ""), enabled: job_id !== null });
  const ended = job !== undefined && job.state !== "queued" && job.state !== "running";
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: toolchainsQuery.queryKey });
  }, [ended, client]);

  return (
    <article className="stack tight" aria-label={title}>
      <div className="row between wrap">
        <h3>
          {title} <span className="dim">{toolchain.version}</span>{" "}
          <Chip tone={TONE[state]}>{STATE[state]}</Chip>
        </h3>
        <div className="row">
          {state !== "installing" && (
            <ToolchainInstall toolchain={toolchain} onStarted={() => void changed()} />
          )}
          {(state === "installed" || state === "outdated") && (
            <Confirm
              verb="Remove"
              question={`Remove ${title}?`}
              action={() => removeToolchain(name)}
              onDone={() => void changed()}
            >
              Its environment is deleted{toolchain.size_bytes ? `, ${bytesText(toolchain.size_bytes)}` : ""}.
              It can be installed again; reports that were made with it stay.
            </Confirm>
          )}
        </div>
      </div>
      <p className="dim">{toolchain.description}</p>
      <dl className="facts-list">
        <dt>Tools</dt>
        <dd>
          {toolchain.tools.length === 0
            ? MISSING
            : toolchain.tools.map((tool, index) => (
                <span key={tool}>
                  {index > 0 && ", "}
                  <code>{tool}</code>
                </span>
              ))}
        </dd>
        <dt>Python</dt>
        <dd>
          {toolchain.python === null ? (
            <span className="warn-text">missing, needs {toolchain.python_needed}</span>
          ) : (
            <>
              {toolchain.python} <span className="dim">· needs {toolchain.python_needed}</span>
            </>
          )}
        </dd>
        <dt>Lock file</dt>
        <dd>
          {counted(toolchain.packages, "package")}{" "}
          <span className="faint mono" title={toolchain.lock_sha256}>
            {toolchain.lock_sha256.slice(0, 12)}
          </span>
        </dd>
        {toolchain.installed_at && (
          <>
            <dt>Installed</dt>
            <dd title={dateTime(toolchain.installed_at)}>
              {ago(toolchain.installed_at)}
              {toolchain.size_bytes ? ` · ${bytesText(toolchain.size_bytes)}` : ""}
            </dd>
          </>
        )}
      </dl>
      {toolchain.problem && <p className="warn-text">{toolchain.problem}</p>}
      {state === "outdated" && (
        <p className="warn-text">The lock file has changed since: install it again before it is used.</p>
      )}
      {job && shown(job) && <JobProgress job={job} />}
    </article>
  );
}

/** Progress while it runs, and why it failed; nothing is to be said of what succeeded. */
const shown = (job: Job) => job.state === "queued" || job.state === "running" || job.state === "failed";
