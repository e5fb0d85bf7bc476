import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Model } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, decimal } from "../../format/number";
import { taskName } from "../../format/words";
import { datasetQuery } from "../datasets/queries";
import { ModelImportForm } from "../models/ModelImportForm";
import { modelQuery, modelsQuery } from "../models/queries";
import { fittingFirst, servesTask, withChosen } from "./choice";
import { Option } from "./Option";
import classes from "./Wizard.module.css";

interface Props {
  chosen: string | undefined;
  dataset: string | undefined;
  job: string | undefined;
  onPick: (model: string) => void;
  onJob: (job: string | undefined) => void;
}

export function ModelColumn({ chosen, dataset, job, onPick, onJob }: Props) {
  const [q, setQ] = useState<string>();
  const [bringing, setBringing] = useState(false);
  const query = useInfiniteQuery(modelsQuery({ q }));
  const { data: picked } = useQuery({ ...modelQuery(chosen ?? ""), enabled: chosen !== undefined });
  const { data: forDataset } = useQuery({ ...datasetQuery(dataset ?? ""), enabled: dataset !== undefined });
  const models = useMemo(() => {
    const known = withChosen(flat(query.data), picked);
    return forDataset ? fittingFirst(known, (model) => servesTask(forDataset, model.task)) : known;
  }, [query.data, picked, forDataset]);
  const importing = bringing || job !== undefined;
  const back = () => {
    setBringing(false);
    onJob(undefined);
  };
  return (
    <Panel
      title="1 · Model"
      aside={
        <Button onClick={() => (importing ? back() : setBringing(true))}>
          {importing ? "Choose from the list" : "Import…"}
        </Button>
      }
    >
      {importing ? (
        <ModelImportForm
          watch={job}
          onWatch={onJob}
          onDone={(id) => {
            setBringing(false);
            onPick(id);
          }}
        />
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} compact />
      ) : query.isPending ? (
        <SkeletonRows label="models" />
      ) : models.length === 0 && !q ? (
        <EmptyState
          title="No model yet"
          actions={<Button onClick={() => setBringing(true)}>Import a model</Button>}
        >
          ONNX, OpenVINO IR, TensorFlow, TensorFlow Lite or PaddlePaddle.
        </EmptyState>
      ) : (
        <div className="stack tight">
          <SearchField label="Find by name" value={q} onChange={setQ} />
          <div className={classes.list} role="radiogroup" aria-label="Model">
            {models.map((model) => (
              <Option
                key={model.id}
                group="model"
                value={model.id}
                title={model.name}
                aside={model.precision && <Chip>{model.precision}</Chip>}
                facts={factsOf(model)}
                checked={model.id === chosen}
                onPick={() => onPick(model.id)}
                judge={dataset ? { model: model.id, dataset } : null}
                refused={model.state === "importing" ? "It is still being imported." : undefined}
              />
            ))}
            {models.length === 0 && <p className="dim">No model is called that.</p>}
            {query.hasNextPage && <Button onClick={() => void query.fetchNextPage()}>Show more</Button>}
          </div>
        </div>
      )}
    </Panel>
  );
}

function factsOf(model: Model): string {
  return [
    taskName(model.task),
    model.analysis?.gflop === null || model.analysis === null
      ? null
      : `${decimal(model.analysis.gflop, 3)} GFLOP`,
    model.size_bytes ? bytesText(model.size_bytes) : null,
  ]
    .filter(Boolean)
    .join(" · ");
}
