import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Job, Project } from "../../api/types";
import type { ProjectSearch } from "../../app/search";
import { Action } from "../../components/Action";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { PROJECT_MEANING, PROJECT_TONE, shapeText, taskName } from "../../format/words";
import { CompareLink } from "../compare/CompareLink";
import { findingsQuery } from "../findings/queries";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { AnalyzeTab } from "../runs/AnalyzeTab";
import { ContinueJob } from "../runs/ContinueJob";
import { runsQuery } from "../runs/queries";
import { targetQuery } from "../targets/queries";
import { DetailsTab } from "./DetailsTab";
import { projectQuery } from "./queries";

const BenchmarkForm = lazy(() =>
  import("../runs/BenchmarkForm").then((part) => ({ default: part.BenchmarkForm })),
);
const AccuracyTab = lazy(() =>
  import("../accuracy/AccuracyTab").then((part) => ({ default: part.AccuracyTab })),
);
const OptimizeTab = lazy(() =>
  import("../optimize/OptimizeTab").then((part) => ({ default: part.OptimizeTab })),
);
const DeployTab = lazy(() => import("../deploy/DeployTab").then((part) => ({ default: part.DeployTab })));
const RecipeTab = lazy(() => import("../recipe/RecipeTab").then((part) => ({ default: part.RecipeTab })));
const SearchDrawer = lazy(() =>
  import("../search/SearchDrawer").then((part) => ({ default: part.SearchDrawer })),
);
const route = getRouteApi("/projects/$ref");
const TABS = [
  { tab: undefined, name: "Analyze" },
  { tab: "accuracy", name: "Accuracy" },
  { tab: "optimize", name: "Optimize" },
  { tab: "deploy", name: "Deploy" },
  { tab: "recipe", name: "Recipe" },
  { tab: "details", name: "Details" },
] as const;
// What a benchmark can be tried again after; reports are begun again where they were begun.
const MEASURED = ["benchmark", "search"];

export function ProjectPage() {
  const { ref } = route.useParams();
  const { data: project, error, refetch } = useQuery(projectQuery(ref));
  if (error) {
    return (
      <>
        <PageHeader
          crumbs={[
            <Link key="list" to="/">
              Projects
            </Link>,
            ref,
          ]}
          title="Project"
        />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!project) return <SkeletonRows label="the project" count={12} />;
  return <Loaded project={project} />;
}

function Loaded({ project }: { project: Project }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: job } = useQuery({
    ...jobQuery(project.last_job_id ?? ""),
    enabled: project.last_job_id !== null,
  });
  const { data: parent } = useQuery({
    ...projectQuery(project.parent_id ?? ""),
    enabled: project.parent_id !== null,
  });
  const go = (next: Partial<typeof search>, replace = false) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace, resetScroll: false });
  const configure = (open: boolean) => go({ configure: open || undefined, advice: undefined }, !open);
  const proposed = useProposal(project, search);
  const archived = project.state === "archived";
  const missing = project.missing.join(" and the ");
  const { model, dataset, target } = project;
  const gone = archived ? (
    <>
      The {missing} of this project is gone. Import it again and create the project anew; what was measured
      can still be looked at.
    </>
  ) : undefined;

  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="projects" to="/">
            Projects
          </Link>,
          model ? (
            <Link key="model" to="/models/$ref" params={{ ref: model.id }}>
              {model.name}
            </Link>
          ) : (
            "model deleted"
          ),
          target ? (
            <Link key="target" to="/targets/$ref" params={{ ref: target.id }}>
              {target.name} · {project.device}
            </Link>
          ) : (
            project.device
          ),
        ]}
        title={model && dataset ? `${model.name} on ${dataset.name}` : project.name}
        chips={
          <>
            {model?.task && <Chip>{taskName(model.task)}</Chip>}
            {model?.precision && <Chip tone="accent">{model.precision}</Chip>}
            {project.precision && (
              <Chip explain="The inference precision that this project asks for.">
                runs in {project.precision}
              </Chip>
            )}
            {parent && (
              <Link to="/projects/$ref" params={{ ref: parent.id }} className="chip accent">
                child of {parent.model?.precision ?? parent.name}
              </Link>
            )}
            {project.state !== "ready" && (
              <Chip tone={PROJECT_TONE[project.state]} explain={PROJECT_MEANING[project.state]}>
                {project.state}
              </Chip>
            )}
          </>
        }
        facts={<Facts project={project} />}
        actions={
          <>
            <Downloads project={project} />
            {!archived && (
              <ButtonLink to="/projects/$ref/try" params={{ ref: project.id }}>
                Try a picture
              </ButtonLink>
            )}
            <Action onClick={() => go({ find: true })} reason={gone}>
              Find the best settings
            </Action>
            <Action variant="filled" onClick={() => configure(true)} reason={gone}>
              Run a benchmark
            </Action>
          </>
        }
      />
      <nav className="tabs" aria-label="Parts of the project">
        {TABS.map(({ tab, name }) => (
          <Link
            key={name}
            from="/projects/$ref"
            search={(now) => ({ ...now, tab })}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {name}
          </Link>
        ))}
      </nav>
      <div className="stack">
        {job && job.id !== search.search && (
          <LastJob job={job} archived={archived} onRetry={() => configure(true)} />
        )}
        {search.tab === "accuracy" ? (
          <Suspense fallback={<SkeletonRows label="accuracy" count={12} />}>
            <AccuracyTab project={project} />
          </Suspense>
        ) : search.tab === "optimize" ? (
          <Suspense fallback={<SkeletonRows label="versions" count={12} />}>
            <OptimizeTab project={project} />
          </Suspense>
        ) : search.tab === "deploy" ? (
          <Suspense fallback={<SkeletonRows label="packages" count={12} />}>
            <DeployTab project={project} />
          </Suspense>
        ) : search.tab === "recipe" ? (
          <Suspense fallback={<SkeletonRows label="the recipe" count={12} />}>
            <RecipeTab project={project} />
          </Suspense>
        ) : search.tab === "details" ? (
          <DetailsTab project={project} />
        ) : (
          <AnalyzeTab project={project} />
        )}
      </div>
      <Suspense>
        {search.configure && !archived && (
          <BenchmarkForm project={project} proposed={proposed} onClose={() => configure(false)} />
        )}
        {search.find && !archived && (
          <SearchDrawer
            project={project}
            limit={search.limit}
            shownJob={search.search}
            onClose={() => go({ find: undefined }, true)}
            onStarted={(started) => go({ find: undefined, search: started }, true)}
          />
        )}
      </Suspense>
    </>
  );
}

/** What a finding proposes to measure: null for none, undefined while it is not known. */
function useProposal(project: Project, search: ProjectSearch) {
  const run = search.run ?? project.best?.run_id ?? "";
  const wanted = search.configure === true && search.advice !== undefined && run !== "";
  const { data, error } = useQuery({ ...findingsQuery(run), enabled: wanted });
  if (!wanted || error) return null;
  return data && (data.findings.find(({ rule }) => rule === search.advice)?.action.configurations ?? null);
}

/** The project's last job, while it says something that has to be known. */
function LastJob({ job, archived, onRetry }: { job: Job; archived: boolean; onRetry: () => void }) {
  const retry = archived || !MEASURED.includes(job.kind) ? undefined : onRetry;
  if (job.state === "queued" || job.state === "running") return <JobProgress job={job} onRetry={retry} />;
  if (job.state !== "failed" && job.state !== "cancelled") return null;
  if (job.kind === "benchmark" && !archived) return <ContinueJob job={job} onRetry={retry} />;
  return job.state === "failed" ? <JobProgress job={job} onRetry={retry} /> : null;
}

/** Everything of the project as a file. */
function Downloads({ project }: { project: Project }) {
  if (project.run_count === 0) return null;
  const base = "/api/v1";
  const ref = encodeURIComponent(project.id);
  return (
    <>
      <a
        className="chip"
        href={`${base}/runs/export?project=${ref}&format=csv`}
        download
        title="All runs as CSV"
      >
        CSV
      </a>
      <a
        className="chip"
        href={`${base}/runs/export?project=${ref}&format=json`}
        download
        title="All runs as JSON"
      >
        JSON
      </a>
      <Button
        component="a"
        href={`${base}/projects/${ref}/summary?format=html`}
        download
        title="One file with numbers and charts that opens without a network"
      >
        Report
      </Button>
      <CompareLink sides={[project.id]} />
    </>
  );
}

/** What all the numbers below depend on. */
function Facts({ project }: { project: Project }) {
  const { data: runs } = useQuery(runsQuery(project.id));
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: target } = useQuery({
    ...targetQuery(project.target?.id ?? ""),
    enabled: project.target !== null,
  });
  const newest = runs?.[0];
  const openvino = newest?.provenance.openvino ?? target?.info?.openvino_version;
  const precisions = [...new Set(runs?.map((run) => run.effective_precision))];
  const cores = target?.info?.cpu as { physical_cores?: number } | undefined;
  const facts = [
    project.device_full_name ?? project.device,
    project.device === "CPU" && cores?.physical_cores ? counted(cores.physical_cores, "core") : null,
    typeof openvino === "string" ? `OpenVINO ${openvino.split("-")[0]}` : null,
    precisions.length > 0 ? `runs in ${precisions.join(" / ")}` : null,
    model?.inputs?.[0] ? shapeText(model.inputs[0].shape) : null,
    counted(project.run_count, "run"),
  ];
  return <>{facts.filter(Boolean).join(" · ")}</>;
}
