import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Target } from "../../api/types";
import { Action } from "../../components/Action";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { Explain } from "../../components/Explain";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted, MISSING } from "../../format/number";
import { ago } from "../../format/time";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { ProjectsOf } from "../projects/ProjectsOf";
import { CeilingsPanel } from "./CeilingsPanel";
import { infoOf } from "./info";
import { LoadPanels } from "./LoadPanels";
import { deleteTarget, probeTarget, targetQuery } from "./queries";
import { StateChip } from "./TargetsPage";

const route = getRouteApi("/targets/$ref");

export function TargetPage() {
  const { ref } = route.useParams();
  const { data: target, error, refetch } = useQuery(targetQuery(ref));
  if (error) {
    return (
      <>
        <PageHeader
          crumbs={[
            <Link key="list" to="/targets">
              Targets
            </Link>,
            ref,
          ]}
          title="Target"
        />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!target) return <SkeletonRows label="the target" count={10} />;
  return <Loaded target={target} />;
}

function Loaded({ target }: { target: Target }) {
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const [probing, setProbing] = useState<string | null>(null);
  const probe = useMutation({
    mutationFn: () => probeTarget(target.id),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      setProbing(job.id);
    },
  });
  const { data: job } = useQuery({ ...jobQuery(probing ?? ""), enabled: probing !== null });
  const info = infoOf(target);
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="targets" to="/targets">
            Targets
          </Link>,
          target.name,
        ]}
        title={target.name}
        chips={<StateChip target={target} />}
        facts={[
          info.cpuModel,
          info.cores === null ? null : counted(info.cores, "core"),
          info.memoryBytes === null ? null : bytesText(info.memoryBytes),
          info.os,
          info.openvino && `OpenVINO ${info.openvino}`,
          counted(target.workers, "worker"),
          target.last_seen_at && `seen ${ago(target.last_seen_at)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
        actions={
          <>
            <Action
              onClick={() => probe.mutate()}
              loading={probe.isPending}
              reason={
                target.state === "offline"
                  ? "No worker runs there to look: start 'workbench worker' on it."
                  : undefined
              }
            >
              Probe again
            </Action>
            {target.workers === 0 && (
              <Confirm
                verb="Forget"
                question={`Forget ${target.name}?`}
                action={() => deleteTarget(target.id)}
                onDone={() => void navigate({ to: "/targets" })}
              >
                Its projects stay, to be looked at only. A worker that starts there registers the machine
                anew.
              </Confirm>
            )}
            <ButtonLink to="/projects/new" search={{ target: target.id }} variant="filled">
              New project
            </ButtonLink>
          </>
        }
      />
      <div className="stack">
        {probe.error && <ErrorState error={probe.error} compact />}
        {job && job.state !== "succeeded" && <JobProgress job={job} onRetry={() => probe.mutate()} />}
        <LoadPanels target={target} />
        <div className="columns wide-narrow">
          <Devices target={target} />
          <Machine target={target} />
        </div>
        <CeilingsPanel target={target} />
        <ProjectsOf title="Projects" filters={{ target: target.id }} create={{ target: target.id }} />
      </div>
    </>
  );
}

function Devices({ target }: { target: Target }) {
  return (
    <Panel title="Devices" flush aside={target.probed_at && `probed ${ago(target.probed_at)}`}>
      {target.devices.length === 0 ? (
        <EmptyState title="Not probed yet">The worker looks what OpenVINO finds when it starts.</EmptyState>
      ) : (
        <div className="scroll">
          <table className="data">
            <caption className="unseen">Devices of {target.name}</caption>
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Name</th>
                <th scope="col">
                  <Explain text="What OpenVINO says this device can do: number formats it has instructions for, and more.">
                    Capabilities
                  </Explain>
                </th>
                <th scope="col">
                  <Explain text="The inference precision that is used when none is asked for. A CPU with bf16 instructions runs FP32 models in bf16.">
                    By default in
                  </Explain>
                </th>
                <th scope="col">
                  <Explain text="How many streams can run at once.">Streams</Explain>
                </th>
                <th scope="col" className="num">
                  <Explain text="How many requests in flight the device recommends.">Requests</Explain>
                </th>
              </tr>
            </thead>
            <tbody>
              {target.devices.map((device) => (
                <tr key={device.name}>
                  <th scope="row" className="strong">
                    {device.name}
                  </th>
                  <td className="wrapping">
                    {device.full_name}{" "}
                    <span className="faint">
                      {[device.type, device.architecture].filter(Boolean).join(", ")}
                    </span>
                  </td>
                  <td className="wrapping">
                    <span className="row wrap" style={{ gap: 4 }}>
                      {device.capabilities?.map((capability) => (
                        <Chip key={capability}>{capability}</Chip>
                      ))}
                    </span>
                  </td>
                  <td>{device.default_precision ?? MISSING}</td>
                  <td>{device.streams_range?.slice(0, 2).join(" to ") ?? MISSING}</td>
                  <td className="num">{device.optimal_requests ?? MISSING}</td>
                </tr>
              ))}
              {target.unavailable.map((device) => (
                <tr key={device.name}>
                  <th scope="row" className="dim">
                    {device.name}
                  </th>
                  <td className="wrapping dim" colSpan={5}>
                    not available: {device.reason}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Machine({ target }: { target: Target }) {
  const info = infoOf(target);
  const rows: [string, string | number | null][] = [
    ["CPU", info.cpuModel],
    ["Cores, threads", info.cores === null ? null : `${info.cores}, ${info.threads ?? MISSING}`],
    ["Sockets", info.sockets],
    ["Highest clock", info.maxMhz === null ? null : `${info.maxMhz} MHz`],
    ["Governor", info.governor],
    ["Instructions", info.flags.join(", ") || null],
    ["Memory", info.memoryBytes === null ? null : bytesText(info.memoryBytes)],
    ["System", [info.os, info.kernel].filter(Boolean).join(" · ") || null],
    ["Python", info.python],
    ["OpenVINO", info.openvino],
    ["Host", info.hostname],
    ["Kind", target.kind],
  ];
  return (
    <Panel title="Machine">
      <dl className="facts-list">
        {rows.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value ?? MISSING}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
