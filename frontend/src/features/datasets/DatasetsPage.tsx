import { Button, NativeSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { flat, totalOf } from "../../api/queryClient";
import type { Dataset } from "../../api/types";
import { DATASET_FORMATS } from "../../app/search";
import { ButtonLink } from "../../components/ButtonLink";
import { Chip } from "../../components/Chip";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { type ListColumn, ListTable } from "../../components/table/ListTable";
import { bytesText, count, counted, MISSING } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { formatName, taskName } from "../../format/words";
import { datasetsQuery } from "./queries";

const route = getRouteApi("/datasets");

const COLUMNS: ListColumn<Dataset>[] = [
  {
    id: "name",
    label: "Dataset",
    sortable: true,
    cell: (dataset) => (
      <>
        <Link to="/datasets/$ref" params={{ ref: dataset.id }} data-row-focus>
          {dataset.name}
        </Link>{" "}
        {dataset.state === "importing" && <Chip tone="accent">importing</Chip>}
        {dataset.warnings.length > 0 && (
          <Chip tone="warn" explain="The page of the dataset names file, line and fix of each.">
            {counted(dataset.warnings.length, "warning")}
          </Chip>
        )}
      </>
    ),
  },
  {
    id: "format",
    label: "Format",
    sortable: true,
    cell: (dataset) => (dataset.format ? formatName(dataset.format) : MISSING),
  },
  {
    id: "tasks",
    label: "Serves",
    cell: (dataset) =>
      dataset.tasks.length > 0
        ? dataset.tasks.map(taskName).join(", ")
        : dataset.state === "ready" && "benchmarks",
  },
  { id: "count", label: "Images", sortable: true, numeric: true, cell: (dataset) => count(dataset.count) },
  {
    id: "labels",
    label: "Classes",
    numeric: true,
    cell: (dataset) => (dataset.labels ? count(dataset.labels.length) : MISSING),
  },
  {
    id: "size_bytes",
    label: "Size",
    sortable: true,
    numeric: true,
    cell: (dataset) => (dataset.size_bytes ? bytesText(dataset.size_bytes) : MISSING),
  },
  { id: "projects", label: "Projects", numeric: true, cell: (dataset) => count(dataset.project_count) },
  {
    id: "created_at",
    label: "Imported",
    sortable: true,
    cell: (dataset) => ago(dataset.created_at),
    title: (dataset) => dateTime(dataset.created_at),
  },
];

export function DatasetsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sort = search.sort ?? "-created_at";
  const query = useInfiniteQuery(datasetsQuery({ q: search.q, format: search.format, sort }));
  const datasets = useMemo(() => flat(query.data), [query.data]);
  const total = totalOf(query.data);
  const filtered = Boolean(search.q || search.format);
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  return (
    <>
      <PageHeader
        title="Datasets"
        facts="Real pictures make a benchmark honest; annotations make accuracy measurable."
        actions={
          <>
            <ButtonLink to="/datasets/generate">Generate a dataset</ButtonLink>
            <ButtonLink to="/datasets/import" variant="filled">
              Import a dataset
            </ButtonLink>
          </>
        }
      />
      <Panel flush>
        <div className="filters">
          <SearchField label="Find by name" value={search.q} onChange={(q) => set({ q })} />
          <NativeSelect
            aria-label="Format"
            value={search.format ?? ""}
            onChange={(event) =>
              set({ format: DATASET_FORMATS.find((format) => format === event.currentTarget.value) })
            }
            data={[
              { value: "", label: "any format" },
              ...DATASET_FORMATS.map((value) => ({ value, label: formatName(value) })),
            ]}
          />
          <span className="grow" />
          <span className="small dim">{total !== null && counted(total, "dataset")}</span>
        </div>
        {query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <SkeletonRows label="datasets" />
        ) : datasets.length === 0 ? (
          <EmptyState
            title={filtered ? "No dataset fits" : "No dataset yet"}
            actions={
              filtered ? (
                <Button onClick={() => set({ q: undefined, format: undefined })}>Show all</Button>
              ) : (
                <>
                  <ButtonLink to="/datasets/generate">Generate one</ButtonLink>
                  <ButtonLink to="/datasets/import" variant="filled">
                    Import a dataset
                  </ButtonLink>
                </>
              )
            }
          >
            {filtered
              ? "No name and format like that is here."
              : "Bring ImageNet, Pascal VOC, COCO, YOLO and others as an archive or folder; pictures without annotations do for benchmarks."}
          </EmptyState>
        ) : (
          <ListTable
            caption="Datasets"
            rows={datasets}
            rowId={(dataset) => dataset.id}
            columns={COLUMNS}
            total={total ?? datasets.length}
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
