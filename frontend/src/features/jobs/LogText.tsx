import { TextInput } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { Action } from "../../components/Action";
import { saveText } from "../../components/download";
import { counted } from "../../format/number";
import { logLines, matches, pieces } from "./logLines";

const LINE_PX = 18;

interface Props {
  text: string;
  /** What it is called when it is downloaded. */
  file: string;
  /** A log is read from its end while it is written; one that is complete is read from its beginning. */
  fromEnd?: boolean;
}

/** A log as lines, with search and download. */
export function LogText({ text, file, fromEnd = false }: Props) {
  const lines = useMemo(() => logLines(text), [text]);
  const [wanted, setWanted] = useState("");
  const [place, setPlace] = useState(0);
  const found = useMemo(() => matches(lines, wanted), [lines, wanted]);
  const scroll = useRef<HTMLDivElement>(null);
  const following = useRef(fromEnd);

  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  });

  useEffect(() => {
    if (following.current && lines.length > 0 && !wanted) virtualizer.scrollToIndex(lines.length - 1);
  }, [lines.length, wanted, virtualizer]);

  const go = (step: number) => {
    if (found.length === 0) return;
    const next = (place + step + found.length) % found.length;
    setPlace(next);
    const line = found[next];
    if (line !== undefined) virtualizer.scrollToIndex(line, { align: "center" });
  };

  return (
    <div className="stack tight grow" style={{ minHeight: 0 }}>
      <div className="row">
        <TextInput
          aria-label="Search the log"
          placeholder="Search the log"
          value={wanted}
          onChange={(event) => {
            setWanted(event.currentTarget.value);
            setPlace(-1);
          }}
          onKeyDown={(event) => event.key === "Enter" && go(event.shiftKey ? -1 : 1)}
          className="grow"
        />
        {wanted.trim() !== "" && (
          <span className="small dim" role="status">
            {found.length === 0 ? "nothing found" : `${Math.max(place, 0) + 1} of ${found.length}`}
          </span>
        )}
        <Action onClick={() => go(-1)} aria-label="Previous place" disabled={found.length === 0}>
          ↑
        </Action>
        <Action onClick={() => go(1)} aria-label="Next place" disabled={found.length === 0}>
          ↓
        </Action>
        <Action onClick={() => saveText(file, text, "text/plain")}>Download</Action>
      </div>
      <section
        ref={scroll}
        className="log mono grow"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label={`Log, ${counted(lines.length, "line")}`}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          following.current = fromEnd && scrollTop + clientHeight > scrollHeight - 2 * LINE_PX;
        }}
      >
        {lines.length === 0 && <p className="line faint">Nothing was written yet.</p>}
        <div style={{ height: virtualizer.getTotalSize(), position: "relative", minWidth: "max-content" }}>
          {virtualizer.getVirtualItems().map((item) => {
            const line = lines[item.index];
            if (!line) return null;
            return (
              <code
                key={item.key}
                className={`line ${line.level}`}
                style={{ position: "absolute", top: item.start, left: 0, minWidth: "100%" }}
              >
                {pieces(line.text, wanted).map((piece, index) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line have no other name
                  piece.found ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
                )}
              </code>
            );
          })}
        </div>
      </section>
    </div>
  );
}
