import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { TASKS, taskName } from "../../format/words";
import { readingQuery } from "../accuracy/queries";
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
  const { data: known, error: unread } = useQuery({
    ...readingQuery(project?.id ?? ""),
    enabled: project !== undefined && project.state !== "archived",
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!project) return <SkeletonRows label="the project" count={8} />;
  const { model, dataset, target } = project;
  const archived = project.state === "archived" || !model;
  if (!archived && !known && !unread) return <SkeletonRows label="how the model is read" count={8} />;
  const task = known?.reading.task ?? TASKS.find((entry) => entry === model?.task) ?? null;
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
            {task && <Chip>{taskName(task)}</Chip>}
            {model?.precision && <Chip tone="accent">{model.precision}</Chip>}
          </>
        }
        facts={
          <>
            on {target?.name ?? "a machine that is gone"} · {project.device}
            {!archived && (
              <>
                {" · "}
                <Link
                  to="/projects/$ref"
                  params={{ ref: project.id }}
                  search={{ tab: "accuracy", open: "reading" }}
                >
                  how the model is read
                </Link>
                {known?.source === "guessed" && " is guessed"}
              </>
            )}
          </>
        }
      />
      {archived ? (
        <EmptyState title="It cannot be tried any more">
          The {project.missing.join(" and the ")} of this project is gone.
        </EmptyState>
      ) : task !== null && TASKLESS.has(task) ? (
        <EmptyState
          title={`A model for ${taskName(task)} is not tried with a picture`}
          actions={
            <ButtonLink
              to="/projects/$ref"
              params={{ ref: project.id }}
              search={{ tab: "accuracy", open: "reading" }}
            >
              Say how it is read
            </ButtonLink>
          }
        >
          Choose its task if it is for pictures.
        </EmptyState>
      ) : (
        <TryPage
          key={project.id}
          subject={{
            kind: "project",
            id: project.id,
            task,
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
