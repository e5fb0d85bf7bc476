import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Job } from "../../api/types";
import { Action } from "../../components/Action";
import { fileName, saveText } from "../../components/download";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { logLines, matches, pieces } from "./logLines";
import { jobLogQuery } from "./queries";

const LINE_PX = 18;

/** The log of a job with search; it follows what is written while the job runs. */
export function LogView({ job }: { job: Job }) {
  const running = job.state === "running";
  const { data, error, refetch } = useQuery(jobLogQuery(job.id, running));
  const lines = useMemo(() => logLines(data ?? ""), [data]);
  const [wanted, setWanted] = useState("");
  const [place, setPlace] = useState(0);
  const found = useMemo(() => matches(lines, wanted), [lines, wanted]);
  const scroll = useRef<HTMLDivElement>(null);
  const following = useRef(true);

  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  });

  // The end of the log is written when the job ends; what was fetched just before lacks it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the state changes
  useEffect(() => void refetch(), [job.state]);

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

  if (error) return <ErrorState error={error} onRetry={() => void refetch()} compact />;
  if (data === undefined) return <SkeletonRows label="the log" />;
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
        <Action onClick={() => saveText(fileName("job", `${job.id}.log`), data, "text/plain")}>
          Download
        </Action>
      </div>
      <section
        ref={scroll}
        className="log mono grow"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label={`Log, ${counted(lines.length, "line")}`}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          following.current = scrollTop + clientHeight > scrollHeight - 2 * LINE_PX;
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
