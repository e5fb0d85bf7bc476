import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Dataset } from "../../api/types";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { PageHeader } from "../../components/PageHeader";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted } from "../../format/number";
import { ago } from "../../format/time";
import { formatName, taskName } from "../../format/words";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { ProjectsOf } from "../projects/ProjectsOf";
import { ChecksPanel } from "./ChecksPanel";
import { ClassesPanel } from "./ClassesPanel";
import { datasetQuery, deleteDataset } from "./queries";
import { SamplesPanel } from "./SamplesPanel";
import { SplitForm } from "./SplitForm";
import { StatisticsPanels } from "./StatisticsPanels";
import { SubsetForm } from "./SubsetForm";

const route = getRouteApi("/datasets/$ref");

export function DatasetPage() {
  const { ref } = route.useParams();
  const { data: dataset, error, refetch } = useQuery(datasetQuery(ref));
  if (error) {
    return (
      <>
        <PageHeader
          crumbs={[
            <Link key="list" to="/datasets">
              Datasets
            </Link>,
            ref,
          ]}
          title="Dataset"
        />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!dataset) return <SkeletonRows label="the dataset" count={10} />;
  return <Loaded dataset={dataset} />;
}

function Loaded({ dataset }: { dataset: Dataset }) {
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const importing = dataset.state === "importing";
  const { data: job } = useQuery({
    ...jobQuery(dataset.job_id ?? ""),
    enabled: importing && dataset.job_id !== null,
  });
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="datasets" to="/datasets">
            Datasets
          </Link>,
          dataset.name,
        ]}
        title={dataset.name}
        chips={
          <>
            {dataset.format && <Chip>{formatName(dataset.format)}</Chip>}
            {dataset.tasks.map((task) => (
              <Chip key={task}>{taskName(task)}</Chip>
            ))}
            {dataset.parent_id && (
              <Link to="/datasets/$ref" params={{ ref: dataset.parent_id }} className="chip">
                made of another dataset
              </Link>
            )}
            {importing && <Chip tone="accent">importing</Chip>}
          </>
        }
        facts={[
          importing ? null : counted(dataset.count, "image"),
          dataset.labels ? counted(dataset.labels.length, "class", "classes") : null,
          dataset.size_bytes ? bytesText(dataset.size_bytes) : null,
          `imported ${ago(dataset.created_at)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
        actions={
          <>
            {!importing && (
              <ButtonLink to="/datasets/generate" search={{ dataset: dataset.id }}>
                Augment
              </ButtonLink>
            )}
            {!importing && <SubsetForm dataset={dataset} />}
            {!importing && <SplitForm dataset={dataset} />}
            <Confirm
              verb="Delete"
              question={`Delete ${dataset.name}?`}
              action={() => deleteDataset(dataset.id)}
              onDone={() => void navigate({ to: "/datasets" })}
              reason={importing ? "It is being imported: cancel the import to get rid of it." : undefined}
            >
              The dataset and its pictures are removed from this server.{" "}
              {dataset.project_count > 0 &&
                `Its ${counted(dataset.project_count, "project")} ${dataset.project_count === 1 ? "stays" : "stay"}, to be looked at only.`}
            </Confirm>
            {!importing && (
              <ButtonLink to="/projects/new" search={{ dataset: dataset.id }} variant="filled">
                New project
              </ButtonLink>
            )}
          </>
        }
      />
      <div className="stack">
        {importing && job && <JobProgress job={job} />}
        {!importing && (
          <>
            <SamplesPanel
              dataset={dataset}
              search={search}
              onChange={(next) =>
                void navigate({
                  search: (now) => ({ ...now, ...next }),
                  replace: true,
                  resetScroll: false,
                })
              }
            />
            <div className="columns two">
              {dataset.class_counts && (
                <ClassesPanel
                  dataset={dataset}
                  label={search.label}
                  onPick={(label) =>
                    void navigate({
                      search: (now) => ({ ...now, label, sample: undefined, at: undefined }),
                      replace: true,
                      resetScroll: false,
                    })
                  }
                />
              )}
              <ChecksPanel dataset={dataset} />
            </div>
            <StatisticsPanels dataset={dataset} />
            <ProjectsOf title="Projects" filters={{ dataset: dataset.id }} create={{ dataset: dataset.id }} />
          </>
        )}
      </div>
    </>
  );
}
