import { Button, Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Dataset } from "../../api/types";
import type { DatasetSearch } from "../../app/search";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { type SampleFilters, samplesQuery } from "./queries";
import { SampleGrid } from "./SampleGrid";
import { SampleView } from "./SampleView";

interface Props {
  dataset: Dataset;
  search: DatasetSearch;
  onChange: (search: Partial<DatasetSearch>) => void;
}

/** The pictures with their annotations, all or those that the filters leave. */
export function SamplesPanel({ dataset, search, onChange }: Props) {
  const { q, label, sample, at } = search;
  const filters = useMemo<SampleFilters>(() => ({ q, label }), [q, label]);
  const query = useQuery(samplesQuery(dataset.id, filters, 0));
  const [shown, setShown] = useState(true);
  const total = query.data?.total ?? null;
  const className = label === undefined ? null : (dataset.labels?.[label] ?? `class ${label}`);
  const filtered = q !== undefined || label !== undefined;
  return (
    <Panel
      title="Samples"
      aside={
        <>
          {total !== null && counted(total, "image")}
          {className !== null && (
            <button type="button" className="chip accent" onClick={() => onChange({ label: undefined })}>
              class: {className} ✕
            </button>
          )}
          <SearchField
            label="Find by name"
            value={q}
            onChange={(next) => onChange({ q: next })}
            width={180}
          />
          {dataset.annotated && (
            <Checkbox
              label="annotations"
              checked={shown}
              onChange={(event) => setShown(event.currentTarget.checked)}
            />
          )}
        </>
      }
    >
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending || total === null ? (
        <SkeletonRows label="samples" />
      ) : total === 0 ? (
        <EmptyState
          title="No sample fits"
          actions={
            filtered && (
              <Button onClick={() => onChange({ q: undefined, label: undefined })}>Show all samples</Button>
            )
          }
        >
          {q === undefined
            ? "No picture has an annotation of this class."
            : `No picture ${className === null ? "" : `of class ${className} `}has "${q}" in its name.`}
        </EmptyState>
      ) : (
        <SampleGrid
          // Another choice begins at its top.
          key={`${q ?? ""} ${label ?? ""}`}
          dataset={dataset}
          filters={filters}
          total={total}
          annotations={shown}
          onOpen={(id, place) => onChange({ sample: id, at: place })}
        />
      )}
      {sample !== undefined && (
        <SampleView
          dataset={dataset}
          filters={filters}
          number={sample}
          place={at ?? (filtered ? undefined : sample)}
          total={total ?? 0}
          onOpen={(id, place) => onChange({ sample: id, at: place })}
          onClose={() => onChange({ sample: undefined, at: undefined })}
        />
      )}
    </Panel>
  );
}
