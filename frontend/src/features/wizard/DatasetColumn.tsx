import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Dataset } from "../../api/types";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { formatName, taskName } from "../../format/words";
import { DatasetImportForm } from "../datasets/DatasetImportForm";
import { datasetQuery, datasetsQuery } from "../datasets/queries";
import { modelQuery } from "../models/queries";
import { fittingFirst, servesTask, withChosen } from "./choice";
import { Option } from "./Option";
import classes from "./Wizard.module.css";

interface Props {
  chosen: string | undefined;
  model: string | undefined;
  job: string | undefined;
  onPick: (dataset: string) => void;
  onJob: (job: string | undefined) => void;
}

export function DatasetColumn({ chosen, model, job, onPick, onJob }: Props) {
  const [q, setQ] = useState<string>();
  const [bringing, setBringing] = useState(false);
  const query = useInfiniteQuery(datasetsQuery({ q }));
  const { data: picked } = useQuery({ ...datasetQuery(chosen ?? ""), enabled: chosen !== undefined });
  const { data: forModel } = useQuery({ ...modelQuery(model ?? ""), enabled: model !== undefined });
  const datasets = useMemo(() => {
    const known = withChosen(flat(query.data), picked);
    return fittingFirst(known, (dataset) => servesTask(dataset, forModel?.task));
  }, [query.data, picked, forModel?.task]);
  const importing = bringing || job !== undefined;
  const back = () => {
    setBringing(false);
    onJob(undefined);
  };
  return (
    <Panel
      title="3 · Dataset"
      aside={
        <Button onClick={() => (importing ? back() : setBringing(true))}>
          {importing ? "Choose from the list" : "Import…"}
        </Button>
      }
    >
      {importing ? (
        <DatasetImportForm
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
        <SkeletonRows label="datasets" />
      ) : datasets.length === 0 && !q ? (
        <EmptyState
          title="No dataset yet"
          actions={<Button onClick={() => setBringing(true)}>Import a dataset</Button>}
        >
          ImageNet, Pascal VOC, COCO, or plain pictures.
        </EmptyState>
      ) : (
        <div className="stack tight">
          <SearchField label="Find by name" value={q} onChange={setQ} />
          <div className={classes.list} role="radiogroup" aria-label="Dataset">
            {datasets.map((dataset) => (
              <Option
                key={dataset.id}
                group="dataset"
                value={dataset.id}
                title={dataset.name}
                aside={<span className="small dim">{counted(dataset.count, "image")}</span>}
                facts={factsOf(dataset)}
                checked={dataset.id === chosen}
                onPick={() => onPick(dataset.id)}
                judge={model ? { model, dataset: dataset.id } : null}
                refused={dataset.state === "importing" ? "It is still being imported." : undefined}
              />
            ))}
            {datasets.length === 0 && <p className="dim">No dataset is called that.</p>}
            {query.hasNextPage && <Button onClick={() => void query.fetchNextPage()}>Show more</Button>}
          </div>
        </div>
      )}
    </Panel>
  );
}

function factsOf(dataset: Dataset): string {
  return [formatName(dataset.format), dataset.annotated ? dataset.tasks.map(taskName).join(", ") : null]
    .filter(Boolean)
    .join(" · ");
}
