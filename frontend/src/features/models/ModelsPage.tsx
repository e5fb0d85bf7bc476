import { Button, NativeSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { flat, totalOf } from "../../api/queryClient";
import type { Model } from "../../api/types";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { type ListColumn, ListTable } from "../../components/table/ListTable";
import { bytesText, count, counted, decimal, joined, MISSING, scaled } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { TASKS, taskName } from "../../format/words";
import { modelsQuery } from "./queries";

const route = getRouteApi("/models");

const COLUMNS: ListColumn<Model>[] = [
  {
    id: "name",
    label: "Model",
    sortable: true,
    cell: (model) => (
      <>
        <Link to="/models/$ref" params={{ ref: model.id }} data-row-focus>
          {model.name}
        </Link>{" "}
        {model.state === "importing" && <Chip tone="accent">importing</Chip>}
      </>
    ),
  },
  {
    id: "task",
    label: "Task",
    sortable: true,
    cell: (model) => (model.task ? taskName(model.task) : MISSING),
  },
  { id: "precision", label: "Precision", sortable: true, cell: (model) => model.precision ?? MISSING },
  { id: "format", label: "Came as", cell: (model) => model.source_format ?? MISSING },
  { id: "gflop", label: "GFLOP", numeric: true, cell: (model) => decimal(model.analysis?.gflop, 3) },
  {
    id: "parameters",
    label: "Parameters",
    numeric: true,
    cell: (model) => joined(scaled(model.analysis?.parameters)),
  },
  {
    id: "size_bytes",
    label: "Size",
    sortable: true,
    numeric: true,
    cell: (model) => (model.size_bytes ? bytesText(model.size_bytes) : MISSING),
  },
  { id: "projects", label: "Projects", numeric: true, cell: (model) => count(model.project_count) },
  {
    id: "created_at",
    label: "Imported",
    sortable: true,
    cell: (model) => ago(model.created_at),
    title: (model) => dateTime(model.created_at),
  },
];

export function ModelsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sort = search.sort ?? "-created_at";
  const query = useInfiniteQuery(modelsQuery({ q: search.q, task: search.task, sort }));
  const models = useMemo(() => flat(query.data), [query.data]);
  const total = totalOf(query.data);
  const filtered = Boolean(search.q || search.task);
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  return (
    <>
      <PageHeader
        title="Models"
        facts="Every model here is an OpenVINO IR, whatever it came as."
        actions={
          <ButtonLink to="/models/import" variant="filled">
            Import a model
          </ButtonLink>
        }
      />
      <Panel flush>
        <div className="filters">
          <SearchField label="Find by name" value={search.q} onChange={(q) => set({ q })} />
          <NativeSelect
            aria-label="Task"
            value={search.task ?? ""}
            onChange={(event) => set({ task: TASKS.find((task) => task === event.currentTarget.value) })}
            data={[
              { value: "", label: "any task" },
              ...TASKS.map((value) => ({ value, label: taskName(value) })),
            ]}
          />
          <span className="grow" />
          <span className="small dim">{total !== null && counted(total, "model")}</span>
        </div>
        {query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <SkeletonRows label="models" />
        ) : models.length === 0 ? (
          <EmptyState
            title={filtered ? "No model fits" : "No model yet"}
            actions={
              filtered ? (
                <Button onClick={() => set({ q: undefined, task: undefined })}>Show all</Button>
              ) : (
                <ButtonLink to="/models/import" variant="filled">
                  Import a model
                </ButtonLink>
              )
            }
          >
            {filtered
              ? "No name and task like that is here."
              : "Bring one as ONNX, OpenVINO IR, TensorFlow, TensorFlow Lite or PaddlePaddle; it is analysed at once."}
          </EmptyState>
        ) : (
          <ListTable
            caption="Models"
            rows={models}
            rowId={(model) => model.id}
            columns={COLUMNS}
            total={total ?? models.length}
            sort={sort}
            onSort={(next) => set({ sort: next })}
            onEnd={
              query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined
            }
          />
        )}
      </Panel>
    </>
  );
}
