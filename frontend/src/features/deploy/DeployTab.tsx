import { useDebouncedValue } from "@mantine/hooks";
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Job, Package, Project } from "../../api/types";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery, jobsQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { runsQuery } from "../runs/queries";
import { targetQuery } from "../targets/queries";
import { ExportPanel } from "../transfer/ExportPanel";
import { EarlierPackages } from "./EarlierPackages";
import { PackageCard } from "./PackageCard";
import { PackageForm } from "./PackageForm";
import { PlanPanel } from "./PlanPanel";
import { emptyForm, formProblem, wantedOf } from "./packageForm";
import { packagesQuery, planQuery, startPackage } from "./queries";
import { SnippetsPanel } from "./SnippetsPanel";
import { servedName } from "./snippets";

const route = getRouteApi("/projects/$ref");
const PLAN_AFTER_MS = 250;

/** Take it away: a package that was tried, the tuned configuration as code, the project itself. */
export function DeployTab({ project }: { project: Project }) {
  const { package: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const [form, setForm] = useState(() => emptyForm(project));
  const { data: runs } = useQuery(runsQuery(project.id));
  const { data: target } = useQuery({
    ...targetQuery(project.target?.id ?? ""),
    enabled: project.target !== null,
  });
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const archived = project.state === "archived";
  const wanted = useMemo(() => wantedOf(form), [form]);
  const [settled] = useDebouncedValue(wanted, PLAN_AFTER_MS);
  const problem = formProblem(form);
  const plan = useQuery({
    ...planQuery(project.id, settled),
    enabled: !archived && problem === null,
    placeholderData: keepPreviousData,
  });
  const packages = useQuery(packagesQuery(project.id));
  const all = packages.data?.items ?? [];
  const built = all.filter(({ kind }) => kind !== "project");
  const start = useMutation({
    mutationFn: () => startPackage(project.id, wanted),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["jobs", "list"] });
      void navigate({ search: (now) => ({ ...now, package: undefined }), replace: true, resetScroll: false });
    },
  });
  const job = useLastJob(project, built);
  const busy = job?.state === "queued" || job?.state === "running";
  const sorted = useMemo(() => [...(runs ?? [])].sort((a, b) => b.throughput_fps - a.throughput_fps), [runs]);
  const device = form.devices.includes(project.device) ? project.device : (form.devices[0] ?? project.device);
  const shown = built.find(({ id }) => id === chosen) ?? built[0];

  return (
    <div className="stack">
      {archived ? (
        <div className="panel">
          <EmptyState title="Nothing can be built any more">
            The {project.missing.join(" and the ")} of this project is gone. Packages that were built before
            can still be taken.
          </EmptyState>
        </div>
      ) : (
        <div className="columns wide-narrow">
          <Panel title="Build a package">
            <PackageForm
              project={project}
              target={target}
              runs={sorted}
              form={form}
              onChange={(next) => {
                setForm((now) => ({ ...now, ...next }));
                start.reset();
              }}
              onSubmit={() => start.mutate()}
              pending={start.isPending}
              error={start.error}
              reason={busy ? "A package of this project is being built." : undefined}
            />
          </Panel>
          <PlanPanel
            plan={plan.data}
            stale={plan.isPlaceholderData || wanted !== settled || problem !== null}
            error={problem === null ? plan.error : null}
            onRetry={() => void plan.refetch()}
          />
        </div>
      )}
      {job && job.id !== project.last_job_id && <JobProgress job={job} onRetry={() => start.mutate()} />}
      {packages.error ? (
        <ErrorState error={packages.error} onRetry={() => void packages.refetch()} />
      ) : packages.isPending ? (
        <SkeletonRows label="packages" />
      ) : shown ? (
        <>
          <PackageCard
            key={shown.id}
            made={shown}
            onGone={() =>
              void navigate({
                search: (now) => ({ ...now, package: undefined }),
                replace: true,
                resetScroll: false,
              })
            }
          />
          {built.length > 1 && <EarlierPackages packages={built} shown={shown.id} />}
        </>
      ) : (
        <div className="panel">
          <EmptyState title="No package yet">
            A package has the model, this configuration and as much of OpenVINO as it needs. It is run in an
            empty folder before it is offered, and its outputs are compared with those of the workbench.
          </EmptyState>
        </div>
      )}
      {plan.data && !archived && (
        <SnippetsPanel
          tuned={{
            device,
            configuration: plan.data.configuration,
            name: servedName(form.name.trim() || (project.model?.name ?? "")),
            input: model?.inputs?.[0]?.name ?? "input",
          }}
        />
      )}
      <ExportPanel project={project} exports={all.filter(({ kind }) => kind === "project")} />
    </div>
  );
}

/** The last job that built a package, while it says something that has to be known. */
function useLastJob(project: Project, built: readonly Package[]): Job | null {
  const { data } = useInfiniteQuery(jobsQuery({ project: project.id, kind: "package" }));
  const last = flat(data)[0];
  // The list tells what was; the job itself moves with the events.
  const { data: job } = useQuery({ ...jobQuery(last?.id ?? ""), enabled: last !== undefined });
  const now = job ?? last;
  if (!now) return null;
  if (now.state === "queued" || now.state === "running") return now;
  const later = built.some(({ created_at }) => created_at > now.created_at);
  return now.state === "failed" && !later ? now : null;
}
