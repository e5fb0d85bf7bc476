import { useInfiniteQuery } from "@tanstack/react-query";
import type { ComparedRow, Report, ReportComparison } from "../../api/types";
import { type AccuracySearch, CHANGES } from "../../app/search";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { VirtualBody } from "../../components/table/VirtualBody";
import { count, decimal, known, MISSING } from "../../format/number";
import { dateTime } from "../../format/time";
import { differenceText, differenceTone, metricText } from "./metricText";
import { comparisonQuery } from "./queries";
import classes from "./Reports.module.css";

interface Props {
  report: Report;
  against: string;
  change: AccuracySearch["change"];
  onChange: (change: AccuracySearch["change"]) => void;
  onOpen: (row: number) => void;
  onClose: () => void;
}

type Change = (typeof CHANGES)[number];
const NAMES: Record<Change, string> = {
  broken: "right before, wrong now",
  fixed: "wrong before, right now",
  both_wrong: "wrong in both",
  both_right: "right in both",
};
const TONES: Record<Change, string> = {
  broken: "chip bad",
  fixed: "chip good",
  both_wrong: "chip warn",
  both_right: "chip",
};

/** Two reports sample by sample. */
export function ComparePanel({ report, against, change, onChange, onOpen, onClose }: Props) {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery(
    comparisonQuery(report.id, against, change),
  );
  const first = data?.pages[0];
  const rows = data?.pages.flatMap(({ items }) => items) ?? [];
  const onEnd = () => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  };
  return (
    <Panel
      flush
      title={first ? `Against the report of ${dateTime(first.before.created_at)}` : "Against another report"}
      aside={
        <button type="button" className="chip" onClick={onClose}>
          Close ✕
        </button>
      }
    >
      {error ? (
        <div style={{ padding: 14 }}>
          <ErrorState error={error} onRetry={() => void refetch()} compact />
        </div>
      ) : !first ? (
        <SkeletonRows label="the comparison" />
      ) : (
        <>
          <Differences comparison={first} />
          <div className="filters">
            {CHANGES.map((name) => (
              <button
                key={name}
                type="button"
                className={change === name ? "chip accent" : TONES[name]}
                aria-pressed={change === name}
                onClick={() => onChange(change === name ? undefined : name)}
              >
                {count(first.counts[name] ?? 0)} {NAMES[name]}
              </button>
            ))}
          </div>
          {rows.length === 0 ? (
            <EmptyState title={change ? `No sample was ${NAMES[change]}` : "They have no sample in common"} />
          ) : (
            <Compared rows={rows} total={first.total} onEnd={onEnd} onOpen={onOpen} />
          )}
        </>
      )}
    </Panel>
  );
}

function Differences({ comparison }: { comparison: ReportComparison }) {
  const entries = Object.entries(comparison.metrics).map(([name, entry]) => ({
    name,
    ...asDifference(entry),
  }));
  return (
    <table className="data">
      <caption className="unseen">Differences of the figures</caption>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col" className="num">
            Before
          </th>
          <th scope="col" className="num">
            Now
          </th>
          <th scope="col" className="num">
            Difference
          </th>
          <th scope="col" className="num">
            95 % interval
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ name, label, unit, better, before, now, difference, ci95 }) => (
          <tr key={name}>
            <th scope="row">{label ?? name}</th>
            <td className="num">{known(before) ? metricText(name, { value: before, unit }) : MISSING}</td>
            <td className="num">{known(now) ? metricText(name, { value: now, unit }) : MISSING}</td>
            <td
              className={`num ${known(difference) && ci95 ? differenceTone(better, difference, ci95) : "dim"}`}
            >
              {known(difference) ? differenceText(name, unit, difference) : MISSING}
            </td>
            <td className="num dim">
              {ci95 && known(ci95[0]) && known(ci95[1])
                ? `${differenceText(name, unit, ci95[0])} to ${differenceText(name, unit, ci95[1])}`
                : MISSING}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Difference {
  label: string | undefined;
  unit: string;
  better: "higher" | "lower" | null;
  before: number | null;
  now: number | null;
  difference: number | null;
  ci95: number[] | null;
}

/** The schema leaves open what an entry has. */
function asDifference(entry: Record<string, unknown>): Difference {
  const number = (value: unknown) => (typeof value === "number" ? value : null);
  return {
    label: typeof entry.label === "string" ? entry.label : undefined,
    unit: typeof entry.unit === "string" ? entry.unit : "",
    better: entry.better === "higher" || entry.better === "lower" ? entry.better : null,
    before: number(entry.before),
    now: number(entry.now),
    difference: number(entry.difference),
    ci95: Array.isArray(entry.ci95) ? entry.ci95.filter((end) => typeof end === "number") : null,
  };
}

interface ComparedProps {
  rows: readonly ComparedRow[];
  total: number;
  onEnd: () => void;
  onOpen: (row: number) => void;
}

function Compared({ rows, total, onEnd, onOpen }: ComparedProps) {
  const answers = rows.some(({ now }) => "predicted_name" in now);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: 400 }} tabIndex={0} aria-label="Samples of both reports">
      <table className="data" aria-rowcount={total + 1}>
        <caption className="unseen">Samples of both reports</caption>
        <thead>
          <tr>
            <th scope="col">Sample</th>
            <th scope="col">Change</th>
            {answers && <th scope="col">Annotated</th>}
            {answers && <th scope="col">Before</th>}
            {answers && <th scope="col">Now</th>}
            <th scope="col" className="num">
              Loss before
            </th>
            <th scope="col" className="num">
              Loss now
            </th>
            <th scope="col" className="num">
              Change of loss
            </th>
          </tr>
        </thead>
        <VirtualBody
          count={rows.length}
          columns={answers ? 8 : 5}
          onEnd={onEnd}
          row={(index, attributes) => {
            const row = rows[index];
            if (!row) return null;
            const number = Number(row.now.row);
            return (
              <tr key={index} {...attributes} className={classes.row} onClick={() => onOpen(number)}>
                <th scope="row">
                  <button
                    type="button"
                    className={`plain ellipsis ${classes.name}`}
                    data-row-focus
                    onClick={(event) => {
                      event.stopPropagation();
                      onOpen(number);
                    }}
                  >
                    {row.name}
                  </button>
                </th>
                <td>
                  <span className={TONES[row.change]}>{row.change.replace("_", " ")}</span>
                </td>
                {answers && <td>{text(row.now.label_name)}</td>}
                {answers && <td>{text(row.before.predicted_name)}</td>}
                {answers && <td>{text(row.now.predicted_name)}</td>}
                <td className="num">{loss(row.before.loss)}</td>
                <td className="num">{loss(row.now.loss)}</td>
                <td className="num">{known(row.delta) ? decimal(row.delta, 3) : MISSING}</td>
              </tr>
            );
          }}
        />
      </table>
    </section>
  );
}

const text = (value: unknown) => (typeof value === "string" ? value : MISSING);
const loss = (value: unknown) => (typeof value === "number" ? decimal(value, 3) : MISSING);
