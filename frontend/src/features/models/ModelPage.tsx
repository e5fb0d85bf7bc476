import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Model } from "../../api/types";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { PageHeader } from "../../components/PageHeader";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted } from "../../format/number";
import { ago } from "../../format/time";
import { taskName } from "../../format/words";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { ProjectsOf } from "../projects/ProjectsOf";
import { AnalysisFigures } from "./AnalysisFigures";
import { ConversionPanel } from "./ConversionPanel";
import { GraphPanel } from "./GraphPanel";
import { OperationsPanel } from "./OperationsPanel";
import { PortsPanel } from "./PortsPanel";
import { PreprocessingPanel } from "./PreprocessingPanel";
import { deleteModel, modelDownload, modelQuery } from "./queries";
import { RenameTask } from "./RenameTask";
import { VersionsPanel } from "./VersionsPanel";

const route = getRouteApi("/models/$ref");

export function ModelPage() {
  const { ref } = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(ref));
  if (error) {
    return (
      <>
        <PageHeader
          crumbs={[
            <Link key="list" to="/models">
              Models
            </Link>,
            ref,
          ]}
          title="Model"
        />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!model) return <SkeletonRows label="the model" count={10} />;
  return <Loaded model={model} />;
}

function Loaded({ model }: { model: Model }) {
  const navigate = route.useNavigate();
  const importing = model.state === "importing";
  const { data: job } = useQuery({
    ...jobQuery(model.job_id ?? ""),
    enabled: importing && model.job_id !== null,
  });
  const { analysis } = model;
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="models" to="/models">
            Models
          </Link>,
          model.name,
        ]}
        title={model.name}
        chips={
          <>
            {model.task && (
              <Chip
                explain={
                  model.task_source === "user"
                    ? "Chosen by a user."
                    : `Guessed from the graph${analysis?.task_reason ? `: ${analysis.task_reason}` : ""}.`
                }
              >
                {taskName(model.task)}
                {model.task_source === "guessed" && " ?"}
              </Chip>
            )}
            {model.precision && <Chip tone="accent">{model.precision}</Chip>}
            {model.parent_id && (
              <Link to="/models/$ref" params={{ ref: model.parent_id }} className="chip">
                made from another model
              </Link>
            )}
            {importing && <Chip tone="accent">importing</Chip>}
          </>
        }
        facts={[
          model.source_format,
          model.size_bytes ? bytesText(model.size_bytes) : null,
          analysis?.layers ? counted(analysis.layers, "operation") : null,
          `imported ${ago(model.created_at)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
        actions={
          <>
            {!importing && (
              <ButtonLink to="/models/$ref/try" params={{ ref: model.id }}>
                Try a picture
              </ButtonLink>
            )}
            {!importing && <RenameTask model={model} />}
            {!importing && (
              <Button component="a" href={modelDownload(model.id)} download>
                Download
              </Button>
            )}
            <Confirm
              verb="Delete"
              question={`Delete ${model.name}?`}
              action={() => deleteModel(model.id)}
              onDone={() => void navigate({ to: "/models" })}
              reason={importing ? "It is being imported: cancel the import to get rid of it." : undefined}
            >
              The model and its files are removed.{" "}
              {model.project_count > 0 &&
                `Its ${counted(model.project_count, "project")} ${model.project_count === 1 ? "stays" : "stay"}, to be looked at only.`}
            </Confirm>
            {!importing && (
              <ButtonLink to="/projects/new" search={{ model: model.id }} variant="filled">
                New project
              </ButtonLink>
            )}
          </>
        }
      />
      <div className="stack">
        {importing && job && <JobProgress job={job} />}
        {analysis && <AnalysisFigures model={model} analysis={analysis} />}
        {!importing && (
          <>
            <div className="columns two">
              <PortsPanel title="Inputs" ports={model.inputs ?? []} />
              <PortsPanel title="Outputs" ports={model.outputs ?? []} />
            </div>
            <VersionsPanel model={model} />
            <GraphPanel key={`graph-${model.id}`} model={model} />
            <ProjectsOf title="Projects" filters={{ model: model.id }} create={{ model: model.id }} />
            <div className="columns wide-narrow">
              {analysis && <OperationsPanel analysis={analysis} modelName={model.name} />}
              <div className="stack">
                <PreprocessingPanel key={model.id} model={model} />
                <ConversionPanel model={model} />
              </div>
            </div>
          </>
        )}
      </div>
    </>
  );
}
