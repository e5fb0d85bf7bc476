import type { Run } from "../../api/types";
import { Explain } from "../../components/Explain";
import { Figure, Figures } from "../../components/Figure";
import { bytes, counted, decimal, plusMinus } from "../../format/number";
import { milliseconds, millisecondsText } from "../../format/time";
import classes from "./RunFigures.module.css";
import { PERCENTILE_NAMES, tooFew } from "./tradeoff";
import { VerdictChip } from "./VerdictChip";

const EXPLAINED = {
  throughput:
    "Inferences in a second, over the whole measured time, with its 95 % confidence interval. A batch counts as as many inferences as it has samples.",
  median: "Half of all requests took less. From handing a request over to having its result.",
  p99: "99 of 100 requests took less. A percentile is shown only when the run has samples enough for it.",
  start: "From the read model to the first result: compile without a cache, then the first inference.",
  memory: "The largest resident size of the measuring process, start-up included.",
  verdict:
    "Whether the number can be relied on, from the spread between windows, drift, clock and other programs.",
};

/** The numbers of one run, large. */
export function RunFigures({ run, best }: { run: Run; best: boolean }) {
  const { latency_ms: latency } = run;
  const start = run.compile_ms === null ? null : run.compile_ms + (run.first_inference_ms ?? 0);
  const tail = tailOf(run);
  return (
    <div className={classes.strip}>
      <Figures label={`Run ${run.label}`}>
        <Figure
          label="Throughput"
          explain={EXPLAINED.throughput}
          quantity={{ value: decimal(run.throughput_fps), unit: "FPS" }}
          more={plusMinus(run.throughput_ci95)}
          note={
            <>
              {run.label}
              {best && " · the fastest run"}
            </>
          }
        />
        <Figure
          label="Latency, median"
          explain={EXPLAINED.median}
          quantity={milliseconds(latency.median)}
          more={plusMinus(run.latency_median_ci95)}
          note={`${counted(run.streams ?? 0, "stream")} · ${counted(run.requests ?? 0, "request")} · batch ${run.batch ?? "?"}`}
        />
        <Figure
          label={tail.label}
          explain={EXPLAINED.p99}
          quantity={milliseconds(tail.value)}
          note={<TailNote run={run} />}
        />
        <Figure
          label="Start"
          explain={EXPLAINED.start}
          quantity={milliseconds(start)}
          note={[
            `compile ${millisecondsText(run.compile_ms)}`,
            run.compile_cached_ms === null ? null : `cached ${millisecondsText(run.compile_cached_ms)}`,
            `first ${millisecondsText(run.first_inference_ms)}`,
          ]
            .filter(Boolean)
            .join(" · ")}
        />
        <Figure
          label="Peak memory"
          explain={EXPLAINED.memory}
          quantity={bytes(run.peak_memory_bytes)}
          note="high-water, whole process"
        />
        <div className="figure">
          <dt className="label">Verdict</dt>
          <dd style={{ padding: "5px 0 3px" }}>
            <VerdictChip verdict={run.verdict} reason={EXPLAINED.verdict} />
          </dd>
          <dd className="note" title={run.verdict_reason}>
            {run.verdict_reason}
          </dd>
        </div>
      </Figures>
    </div>
  );
}

/** The tail beyond the figure, or why the run cannot tell it. */
function TailNote({ run }: { run: Run }) {
  const { p99, p999 } = run.latency_ms;
  if (p99 !== null && p999) return `p99.9 ${millisecondsText(p999)}`;
  const percentile = p99 === null ? "p99" : "p999";
  return (
    <Explain text={tooFew(percentile, run.samples)}>
      {PERCENTILE_NAMES[percentile]}: not enough samples
    </Explain>
  );
}

/** The furthest percentile that the run has samples for. */
function tailOf({ latency_ms: { p99, p95, p90 } }: Run): { label: string; value: number | null } {
  if (p99 === null && p95 !== null) return { label: "p95", value: p95 };
  if (p99 === null && p90 !== null) return { label: "p90", value: p90 };
  return { label: "p99", value: p99 };
}
