import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { TASKS, taskName } from "../../format/words";
import { projectQuery } from "../projects/queries";
import { TryPage } from "./TryPage";
import { TASKLESS } from "./trying";

const route = getRouteApi("/projects/$ref/try");

/** A picture through the model of a project, read as the project reads it, on its device. */
export function ProjectTryPage() {
  const { ref } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: project, error, refetch } = useQuery(projectQuery(ref));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!project) return <SkeletonRows label="the project" count={8} />;
  const { model, dataset, target } = project;
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="projects" to="/">
            Projects
          </Link>,
          <Link key="project" to="/projects/$ref" params={{ ref: project.id }}>
            {project.name}
          </Link>,
          "Try a picture",
        ]}
        title={`Try ${model?.name ?? project.name}`}
        chips={
          <>
            {model?.task && <Chip>{taskName(model.task)}</Chip>}
            {model?.precision && <Chip tone="accent">{model.precision}</Chip>}
          </>
        }
        facts={
          <>
            on {target?.name ?? "a machine that is gone"} · {project.device}
          </>
        }
      />
      {project.state === "archived" || !model ? (
        <EmptyState title="It cannot be tried any more">
          The {project.missing.join(" and the ")} of this project is gone.
        </EmptyState>
      ) : model.task && TASKLESS.has(model.task) ? (
        <EmptyState title={`A model for ${taskName(model.task)} is not tried with a picture`}>
          Set the task of the model if it is for pictures.
        </EmptyState>
      ) : (
        <TryPage
          key={project.id}
          subject={{
            kind: "project",
            id: project.id,
            task: TASKS.find((task) => task === model.task) ?? null,
            hasParent: project.parent_id !== null,
          }}
          search={search}
          dataset={dataset?.id}
          onSearch={(next) => void navigate({ search: next, replace: true, resetScroll: false })}
        />
      )}
    </>
  );
}
