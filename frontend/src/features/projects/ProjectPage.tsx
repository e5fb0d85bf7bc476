import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Project } from "../../api/types";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { PROJECT_MEANING, PROJECT_TONE, shapeText, taskName } from "../../format/words";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { AnalyzeTab } from "../runs/AnalyzeTab";
import { runsQuery } from "../runs/queries";
import { targetQuery } from "../targets/queries";
import { DetailsTab } from "./DetailsTab";
import { projectQuery } from "./queries";

const BenchmarkForm = lazy(() =>
  import("../runs/BenchmarkForm").then((part) => ({ default: part.BenchmarkForm })),
);
const route = getRouteApi("/projects/$ref");

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
  const configure = (open: boolean) =>
    void navigate({ search: (now) => ({ ...now, configure: open || undefined }), replace: !open });
  const archived = project.state === "archived";
  const missing = project.missing.join(" and the ");
  const { model, dataset, target } = project;

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
          <Action
            variant="filled"
            onClick={() => configure(true)}
            reason={
              archived ? (
                <>
                  The {missing} of this project is gone. Import it again and create the project anew; what was
                  measured can still be looked at.
                </>
              ) : undefined
            }
          >
            Run a benchmark
          </Action>
        }
      />
      <nav className="tabs" aria-label="Parts of the project">
        <Link
          from="/projects/$ref"
          search={(now) => ({ ...now, tab: undefined })}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          Analyze
        </Link>
        <Link
          from="/projects/$ref"
          search={(now) => ({ ...now, tab: "details" as const })}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          Details
        </Link>
      </nav>
      <div className="stack">
        {job && (job.state === "queued" || job.state === "running" || job.state === "failed") && (
          <JobProgress job={job} onRetry={archived ? undefined : () => configure(true)} />
        )}
        {search.tab === "details" ? <DetailsTab project={project} /> : <AnalyzeTab project={project} />}
      </div>
      <Suspense>
        {search.configure && !archived && (
          <BenchmarkForm project={project} onClose={() => configure(false)} />
        )}
      </Suspense>
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
