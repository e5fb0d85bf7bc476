import { useDebouncedValue, useElementSize } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useRef, useState } from "react";
import type { Dataset, Sample } from "../../api/types";
import { counted } from "../../format/number";
import { Boxes } from "./Boxes";
import { MaskTint } from "./MaskTint";
import { SAMPLES_PAGE, type SampleFilters, samplesQuery } from "./queries";
import classes from "./Samples.module.css";
import { contents } from "./sampleText";

const CELL_PX = 148;
const ROW_PX = 148;
const GAP_PX = 8;
const HEIGHT_PX = 478;
// Pages that are only scrolled past are not asked for.
const SETTLES_MS = 70;

interface Props {
  dataset: Dataset;
  filters: SampleFilters;
  total: number;
  annotations: boolean;
  onOpen: (id: number, place: number) => void;
}

/** Thumbnails in rows; only those in sight are there, and only their pages are fetched. */
export function SampleGrid({ dataset, filters, total, annotations, onOpen }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const [active, setActive] = useState(0);
  const columns = Math.max(1, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)));
  const rows = Math.ceil(total / columns);
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX + GAP_PX,
    overscan: 3,
  });
  const items = virtualizer.getVirtualItems();
  const first = Math.floor(((items[0]?.index ?? 0) * columns) / SAMPLES_PAGE);
  const end = Math.min((items.at(-1)?.index ?? 0) * columns + columns, total) - 1;
  const last = Math.max(first, Math.floor(end / SAMPLES_PAGE));
  const [settled] = useDebouncedValue(first, SETTLES_MS);
  const pages = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, index) => ({
      ...samplesQuery(dataset.id, filters, first + index),
      enabled: first === settled,
    })),
  });
  const sampleAt = (place: number): Sample | undefined =>
    pages[Math.floor(place / SAMPLES_PAGE) - first]?.data?.items[place % SAMPLES_PAGE];
  const failed = pages.find((page) => page.error);

  const move = (event: KeyboardEvent<HTMLElement>) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      PageUp: -3 * columns,
      PageDown: 3 * columns,
      Home: -total,
      End: total,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(active + step, 0), total - 1);
    setActive(next);
    virtualizer.scrollToIndex(Math.floor(next / columns));
    const box = event.currentTarget;
    const focus = (tries: number) => {
      const found = box.querySelector<HTMLElement>(`[data-place="${next}"]`);
      if (found) found.focus({ preventScroll: true });
      else if (tries > 0) requestAnimationFrame(() => focus(tries - 1));
    };
    requestAnimationFrame(() => focus(10));
  };

  return (
    <>
      <section
        ref={scroll}
        className="scroll"
        style={{ maxHeight: HEIGHT_PX }}
        aria-label="Thumbnails"
        onKeyDown={move}
      >
        <div ref={measured} style={{ height: virtualizer.getTotalSize(), position: "relative" }}>
          {width > 0 &&
            items.map((item) => (
              <div
                key={item.key}
                className={classes.row}
                style={{ top: item.start, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
              >
                {Array.from({ length: Math.min(columns, total - item.index * columns) }, (_, column) => {
                  const place = item.index * columns + column;
                  return (
                    <Cell
                      key={place}
                      {...{ dataset, place, annotations, onOpen }}
                      sample={sampleAt(place)}
                      reachable={place === active}
                      onFocus={setActive}
                    />
                  );
                })}
              </div>
            ))}
        </div>
      </section>
      {failed && (
        <p className="bad-text small" role="alert">
          Some pictures could not be fetched.{" "}
          <button type="button" className="chip" onClick={() => pages.forEach((page) => void page.refetch())}>
            Try again
          </button>
        </p>
      )}
    </>
  );
}

interface CellProps {
  dataset: Dataset;
  place: number;
  sample: Sample | undefined;
  annotations: boolean;
  reachable: boolean;
  onOpen: (id: number, place: number) => void;
  onFocus: (place: number) => void;
}

function Cell({ dataset, place, sample, annotations, reachable, onOpen, onFocus }: CellProps) {
  const what = sample && annotations ? contents(sample) : null;
  const name = sample?.name || sample?.file;
  const caption = what ?? name?.split("/").pop() ?? "\u00a0";
  return (
    <button
      type="button"
      data-place={place}
      tabIndex={reachable ? 0 : -1}
      className={classes.cell}
      onFocus={() => onFocus(place)}
      onClick={() => sample && onOpen(sample.id, place)}
      title={name}
      aria-label={sample ? `${caption}${spoken(sample, what)}` : `Picture ${place + 1}, not loaded yet`}
    >
      <span className={classes.picture}>
        {sample && (
          <>
            <img src={sample.thumbnail} alt="" loading="lazy" decoding="async" />
            {annotations && <MaskTint sample={sample} colors={dataset.colors} />}
            {annotations && <Boxes sample={sample} colors={dataset.colors} />}
          </>
        )}
      </span>
      <span className={classes.name}>{caption}</span>
    </button>
  );
}

/** What a thumbnail shows beyond its caption. */
function spoken(sample: Sample, what: string | null): string {
  const parts = [
    what === null ? null : sample.name || sample.file,
    sample.boxes.length > 0 ? counted(sample.boxes.length, "object") : null,
    sample.has_mask ? "with a mask" : null,
  ];
  return parts
    .filter((part) => part !== null)
    .map((part) => `, ${part}`)
    .join("");
}
