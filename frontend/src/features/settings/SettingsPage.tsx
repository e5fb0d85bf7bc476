import { Button, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted, MISSING } from "../../format/number";
import { ago } from "../../format/time";
import { AccessPanel } from "./AccessPanel";
import { doctorQuery, systemQuery } from "./queries";
import { StoragePanel } from "./StoragePanel";
import { ToolchainsPanel } from "./ToolchainsPanel";

export function SettingsPage() {
  return (
    <>
      <PageHeader title="Settings" facts="Of this browser, and of the server it talks to." />
      <div className="columns two">
        <div className="stack">
          <Appearance />
          <AccessPanel />
          <ToolchainsPanel />
          <LogPanel />
        </div>
        <div className="stack">
          <StoragePanel />
          <Health />
          <About />
        </div>
      </div>
    </>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title="Appearance">
      <SegmentedControl
        aria-label="Colours"
        value={colorScheme}
        onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
        data={[
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
          { value: "auto", label: "As the system" },
        ]}
      />
    </Panel>
  );
}

function LogPanel() {
  return (
    <div id="log">
      <Panel title="Log">
        <div className="row between wrap">
          <p className="dim">
            The logs of server and workers on this machine, their last 20 MB. Each job has its own log
            besides.
          </p>
          <div className="row">
            <Button component="a" href="/api/v1/system/log" download>
              Download
            </Button>
            <ButtonLink to="/jobs">Jobs</ButtonLink>
          </div>
        </div>
      </Panel>
    </div>
  );
}

/** What must be right for the workbench to work: the same as `workbench doctor`. */
function Health() {
  const { data, error, refetch, isFetching } = useQuery(doctorQuery);
  return (
    <Panel
      title={<Explain text="The same checks as 'workbench doctor' makes on the server.">Health</Explain>}
      aside={
        <>
          {data &&
            (data.ok ? (
              <span className="good-text">all is well</span>
            ) : (
              <span className="bad-text">something is wrong</span>
            ))}
          <button type="button" className="chip" onClick={() => void refetch()} disabled={isFetching}>
            Check again
          </button>
        </>
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      ) : data ? (
        <ul className="stack tight">
          {data.checks.map((check) => (
            <li key={check.name} className="row" style={{ alignItems: "baseline" }}>
              <Chip tone={check.ok ? "good" : "bad"}>
                {check.ok ? "✓" : "✕"} {check.name}
              </Chip>
              <span className="breaking">
                {check.detail}
                {check.action && <span className="dim"> · {check.action}</span>}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <SkeletonRows label="health" count={5} />
      )}
    </Panel>
  );
}

function About() {
  const { data: system, error, refetch } = useQuery(systemQuery);
  return (
    <Panel title="About">
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      ) : system ? (
        <>
          <dl className="facts-list">
            <dt>DL Workbench</dt>
            <dd>{system.version}</dd>
            <dt>OpenVINO</dt>
            <dd>{system.openvino ?? MISSING}</dd>
            <dt>Database</dt>
            <dd>{system.database === "sqlite" ? "SQLite" : "PostgreSQL"}</dd>
            <dt>Queue</dt>
            <dd>{system.broker === "redis" ? "Redis" : "embedded"}</dd>
            <dt>Data folder</dt>
            <dd className="mono breaking">{system.data_dir}</dd>
            <dt>Disk</dt>
            <dd>
              {bytesText(system.disk.free)} free of {bytesText(system.disk.total)}
            </dd>
            <dt>Licence</dt>
            <dd>Apache-2.0. Nothing is sent anywhere: no telemetry, no other host.</dd>
          </dl>
          <h3 style={{ margin: "10px 0 4px" }}>{counted(system.workers.length, "worker")}</h3>
          {system.workers.length === 0 && (
            <p className="warn-text">None is alive, so jobs wait. 'workbench up' brings one.</p>
          )}
          <ul>
            {system.workers.map((worker) => (
              <li key={worker.id}>
                {worker.target}{" "}
                <span className="dim">
                  · {worker.hostname}, process {worker.pid}, version {worker.version}, seen{" "}
                  {ago(worker.seen_at)}
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <SkeletonRows label="versions" count={5} />
      )}
    </Panel>
  );
}
