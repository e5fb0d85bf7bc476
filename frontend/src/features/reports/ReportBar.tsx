import { NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { Report } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { count, counted, decimal } from "../../format/number";
import { ago, dateTime, duration } from "../../format/time";
import { kindTitle } from "../accuracy/kinds";
import { metricText } from "./metricText";
import { deleteReport } from "./queries";

interface Props {
  reports: readonly Report[];
  report: Report;
  against: string | undefined;
  onReport: (id: string | undefined) => void;
  onAgainst: (id: string | undefined) => void;
  /** Reports of the parent, to compare with. */
  parents: readonly Report[];
}

// A tool that does not tell in which precision the device computed; a note of the report says so.
const UNKNOWN_PRECISION = "default";

/** "98.74 % · against annotations · 2 min ago" */
export function reportLine(report: Report): string {
  const metric = report.primary === null ? undefined : report.metrics[report.primary];
  const parts = [
    metric && report.primary ? `${metric.label} ${metricText(report.primary, metric)}` : null,
    kindTitle(report.kind).toLowerCase(),
    report.subset ? `${count(report.samples)} samples` : null,
    dateTime(report.created_at),
  ];
  return parts.filter(Boolean).join(" · ");
}

function nothingText(sampled: boolean, others: number): string {
  if (!sampled) return "has no samples to compare";
  return others === 0 ? "no other report yet" : "nothing";
}

/** Which report is shown, what it was made with, and what it is compared with. */
export function ReportBar({ reports, report, against, onReport, onAgainst, parents }: Props) {
  const client = useQueryClient();
  // Accuracy Checker tells nothing of single samples.
  const sampled = (one: Report) => one.kind !== "accuracy_checker";
  const alike = (other: Report) =>
    other.id !== report.id &&
    sampled(report) &&
    sampled(other) &&
    other.task === report.task &&
    other.dataset_id === report.dataset_id &&
    (other.kind === "tensor_distance") === (report.kind === "tensor_distance");
  const others = [
    ...reports.filter(alike).map((other) => ({ value: other.id, label: reportLine(other) })),
    ...parents.filter(alike).map((other) => ({ value: other.id, label: `parent · ${reportLine(other)}` })),
  ];
  return (
    <section className="panel stack tight" aria-label="The report shown">
      <div className="row wrap between" style={{ alignItems: "flex-end" }}>
        <div className="row wrap" style={{ alignItems: "flex-end" }}>
          <NativeSelect
            label={`Report, ${reports.length} of this project`}
            maw={470}
            value={report.id}
            onChange={(event) => onReport(event.currentTarget.value)}
            data={reports.map((entry) => ({ value: entry.id, label: reportLine(entry) }))}
          />
          <NativeSelect
            label="Compared with"
            maw={470}
            value={against ?? ""}
            disabled={others.length === 0}
            title={
              others.length > 0
                ? undefined
                : sampled(report)
                  ? "There is no other report of the same task and dataset yet."
                  : "Accuracy Checker tells nothing of single samples that could be compared."
            }
            onChange={(event) => onAgainst(event.currentTarget.value || undefined)}
            data={[{ value: "", label: nothingText(sampled(report), others.length) }, ...others]}
          />
        </div>
        <Confirm
          verb="Delete"
          question="Delete this report?"
          action={() => deleteReport(report.id)}
          onDone={() => {
            onReport(undefined);
            void client.invalidateQueries({ queryKey: ["reports"] });
            void client.invalidateQueries({ queryKey: ["projects"] });
          }}
        >
          Its figures, its {counted(report.samples, "row")} and its pictures go. The dataset stays.
        </Confirm>
      </div>
      <div className="row wrap small dim">
        <Chip>{kindTitle(report.kind)}</Chip>
        {report.effective_precision !== UNKNOWN_PRECISION && (
          <Chip explain="In this precision the device computed, whatever was asked for.">
            ran in {report.effective_precision}
          </Chip>
        )}
        {report.subset && (
          <Chip explain="A part of the dataset, in proportion to its classes; the same seed chooses the same samples.">
            {counted(report.subset.count, "sample")}, seed {report.subset.seed ?? 0}
          </Chip>
        )}
        <span>
          {counted(report.samples, "sample")} on {report.device} in {duration(report.elapsed_s)}
          {report.samples_per_s ? `, ${decimal(report.samples_per_s, 3)} a second` : ""} · by {report.engine}{" "}
          · <span title={dateTime(report.created_at)}>{ago(report.created_at)}</span>
        </span>
      </div>
      {report.notes.length > 0 && (
        <ul className="small dim" aria-label="Notes">
          {report.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
