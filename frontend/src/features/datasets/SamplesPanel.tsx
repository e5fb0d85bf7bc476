import { Checkbox } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { flat, totalOf } from "../../api/queryClient";
import type { Dataset, Sample } from "../../api/types";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { Boxes } from "./Boxes";
import { samplesQuery } from "./queries";
import classes from "./Samples.module.css";
import { SampleView } from "./SampleView";

const CELL_PX = 148;
const ROW_PX = 148;
const GAP_PX = 8;

interface Props {
  dataset: Dataset;
  label: number | undefined;
  sample: number | undefined;
  onChange: (search: { label?: number; sample?: number }) => void;
}

/** The pictures with their annotations; only those in sight are there. */
export function SamplesPanel({ dataset, label, sample, onChange }: Props) {
  const query = useInfiniteQuery(samplesQuery(dataset.id, label));
  const samples = useMemo(() => flat(query.data), [query.data]);
  const [shown, setShown] = useState(true);
  const total = totalOf(query.data);
  const open = samples.find((entry) => entry.id === sample);
  const className = label === undefined ? null : (dataset.labels?.[label] ?? `class ${label}`);
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
      ) : query.isPending ? (
        <SkeletonRows label="samples" />
      ) : samples.length === 0 ? (
        <EmptyState title="No sample of this class">Choose another class below.</EmptyState>
      ) : (
        <Grid
          samples={samples}
          annotations={shown}
          onOpen={(id) => onChange({ sample: id })}
          onEnd={
            query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined
          }
        />
      )}
      {open && (
        <SampleView
          sample={open}
          samples={samples}
          onOpen={(id) => onChange({ sample: id })}
          onClose={() => onChange({ sample: undefined })}
        />
      )}
    </Panel>
  );
}

interface GridProps {
  samples: Sample[];
  annotations: boolean;
  onOpen: (id: number) => void;
  onEnd: (() => void) | undefined;
}

function Grid({ samples, annotations, onOpen, onEnd }: GridProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const columns = Math.max(1, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)));
  const rows = Math.ceil(samples.length / columns);
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX + GAP_PX,
    overscan: 3,
  });
  const items = virtualizer.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (onEnd && last >= rows - 3) onEnd();
  }, [onEnd, last, rows]);

  return (
    <section ref={scroll} className="scroll" style={{ maxHeight: 478 }} aria-label="Pictures">
      <div ref={measured} style={{ height: virtualizer.getTotalSize(), position: "relative" }}>
        {width > 0 &&
          items.map((item) => (
            <div
              key={item.key}
              className={classes.row}
              style={{ top: item.start, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {samples.slice(item.index * columns, (item.index + 1) * columns).map((sample) => (
                <button
                  key={sample.id}
                  type="button"
                  className={classes.cell}
                  onClick={() => onOpen(sample.id)}
                  aria-label={`${sample.file}${sample.label_name ? `, ${sample.label_name}` : ""}${
                    sample.boxes.length > 0 ? `, ${counted(sample.boxes.length, "object")}` : ""
                  }`}
                >
                  <span className={classes.picture}>
                    <img src={sample.thumbnail} alt="" loading="lazy" decoding="async" />
                    {annotations && <Boxes sample={sample} />}
                  </span>
                  <span className={classes.name}>
                    {annotations && sample.label_name ? sample.label_name : sample.file.split("/").pop()}
                  </span>
                </button>
              ))}
            </div>
          ))}
      </div>
    </section>
  );
}
