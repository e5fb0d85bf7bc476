import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { taskName } from "../../format/words";
import { modelQuery } from "../models/queries";
import { TryPage } from "./TryPage";
import { TASKLESS } from "./trying";

const route = getRouteApi("/models/$ref/try");

/** A picture through a model before there is any project, read as it is guessed from the model. */
export function ModelTryPage() {
  const { ref } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: model, error, refetch } = useQuery(modelQuery(ref));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!model) return <SkeletonRows label="the model" count={8} />;
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="models" to="/models">
            Models
          </Link>,
          <Link key="model" to="/models/$ref" params={{ ref: model.id }}>
            {model.name}
          </Link>,
          "Try a picture",
        ]}
        title={`Try ${model.name}`}
        chips={
          <>
            {model.task && <Chip>{taskName(model.task)}</Chip>}
            {model.precision && <Chip tone="accent">{model.precision}</Chip>}
          </>
        }
        facts={
          <>
            Its inputs and outputs are read as it is guessed from the model; where that is wrong,{" "}
            <Link to="/projects/new" search={{ model: model.id }}>
              a project
            </Link>{" "}
            says better how.
          </>
        }
      />
      {model.state === "importing" ? (
        <EmptyState title="It is still being imported" />
      ) : model.task && TASKLESS.has(model.task) ? (
        <EmptyState title={`A model for ${taskName(model.task)} is not tried with a picture`}>
          Set its task on the page of the model if it is for pictures.
        </EmptyState>
      ) : (
        <TryPage
          key={model.id}
          subject={{
            kind: "model",
            id: model.id,
            task: model.task ?? null,
            hasParent: model.parent_id !== null,
          }}
          search={search}
          onSearch={(next) => void navigate({ search: next, replace: true, resetScroll: false })}
        />
      )}
    </>
  );
}
