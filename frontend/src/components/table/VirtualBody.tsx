import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

interface Props {
  count: number;
  columns: number;
  rowHeight?: number;
  /** A `<tr>` with the given attributes. */
  row: (index: number, attributes: RowAttributes) => ReactNode;
  /** Called when the end of what is loaded comes near. */
  onEnd?: () => void;
}

export interface RowAttributes {
  "data-index": number;
  "aria-rowindex": number;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 };

/**
 * The body of a long table: only the rows in sight are there, between two rows that hold the place of the others.
 * What scrolls is the nearest element above with the class `scroll`. Arrow keys move between the elements marked `data-row-focus`, one in each row.
 */
export function VirtualBody({ count, columns, rowHeight = 32, row, onEnd }: Props) {
  const own = useRef<HTMLTableSectionElement>(null);
  const virtualizer = useVirtualizer({
    count,
    // Found from below: a ref of the element above is still empty when this body's effects run first.
    getScrollElement: () => own.current?.closest<HTMLElement>(".scroll") ?? null,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items[items.length - 1];
  const lastIndex = last?.index ?? -1;

  useEffect(() => {
    if (onEnd && lastIndex >= count - 20) onEnd();
  }, [onEnd, lastIndex, count]);

  const move = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const step = STEPS[event.key];
    const place = (event.target as Element).closest("tr[data-index]")?.getAttribute("data-index");
    if (step === undefined || place === null || place === undefined) return;
    event.preventDefault();
    const body = event.currentTarget;
    const focus = (index: number, tries: number) => {
      if (index < 0 || index >= count) return;
      virtualizer.scrollToIndex(index);
      requestAnimationFrame(() => {
        const found = body.querySelector<HTMLElement>(`tr[data-index="${index}"]`);
        const target = found?.querySelector<HTMLElement>("[data-row-focus]");
        if (target) target.focus({ preventScroll: true });
        else if (found) focus(index + Math.sign(step), tries);
        else if (tries > 0) focus(index, tries - 1);
      });
    };
    focus(Math.min(Math.max(Number(place) + step, 0), count - 1), 3);
  };

  return (
    <tbody ref={own} onKeyDown={move}>
      {first && first.start > 0 && <Spacer columns={columns} height={first.start} />}
      {items.map((item) => row(item.index, { "data-index": item.index, "aria-rowindex": item.index + 2 }))}
      {last && <Spacer columns={columns} height={virtualizer.getTotalSize() - last.end} />}
    </tbody>
  );
}

function Spacer({ columns, height }: { columns: number; height: number }) {
  if (height <= 0) return null;
  return (
    <tr className="spacer" aria-hidden>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
