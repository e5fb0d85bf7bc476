import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Project } from "../../api/types";
import { Action } from "../../components/Action";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { reportsQuery } from "../reports/queries";
import { ReportView } from "../reports/ReportView";
import { draftOf } from "./drafts";
import { readingQuery } from "./queries";
import { ReadingPanel } from "./ReadingPanel";
import { ReportStart } from "./ReportStart";

const ReadingEditor = lazy(() => import("./ReadingEditor").then((part) => ({ default: part.ReadingEditor })));
const route = getRouteApi("/projects/$ref");

/** How right the model is, and where it is wrong. */
export function AccuracyTab({ project }: { project: Project }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), resetScroll: false });
  const reading = useQuery(readingQuery(project.id));
  const { data: found, error, refetch } = useQuery(reportsQuery(project.id));
  const { data: parents } = useQuery({
    ...reportsQuery(project.parent_id ?? ""),
    enabled: project.parent_id !== null,
  });
  const reports = found?.items ?? [];
  const named = reports.find(({ id }) => id === search.report);
  const report = named ?? reports[0];
  const edit = () => go({ open: "reading" });
  const start = (
    <ReportStart
      project={project}
      reading={reading.data}
      onReading={edit}
      // The newest report is the one to come.
      onStarted={() =>
        go({ open: undefined, report: undefined, rows: undefined, sample: undefined, at: undefined })
      }
    />
  );
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!found) return <SkeletonRows label="the reports" />;
  return (
    <div className="stack">
      {reading.error ? (
        <ErrorState error={reading.error} onRetry={() => void reading.refetch()} compact />
      ) : (
        <div className={report ? undefined : "columns wide-narrow"}>
          {reading.data ? (
            <ReadingPanel
              known={reading.data}
              unsaved={draftOf(project.id) !== undefined && search.open !== "reading"}
              onEdit={edit}
              onReport={report ? () => go({ open: "report" }) : undefined}
            />
          ) : (
            <SkeletonRows label="how the model is read" count={4} />
          )}
          {!report && <Panel title="Make a report">{start}</Panel>}
        </div>
      )}
      {search.report && !named && (
        <p className="notice warn">
          <span>That report is not there any more; the newest one is shown.</span>
          <Action onClick={() => go({ report: undefined })}>Understood</Action>
        </p>
      )}
      {report ? (
        <ReportView key={report.id} report={report} reports={reports} parents={parents?.items ?? []} />
      ) : (
        <div className="panel">
          <EmptyState title="No report yet">
            A report tells how often the model is right, with an interval, which classes it takes for each
            other, and shows every sample with what was annotated and predicted.
          </EmptyState>
        </div>
      )}
      <Drawer
        opened={search.open === "report"}
        onClose={() => go({ open: undefined })}
        position="right"
        title="Make a report"
        size="min(520px, 100vw)"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {start}
      </Drawer>
      <Suspense>
        {search.open === "reading" && reading.data && (
          <ReadingEditor project={project} known={reading.data} onClose={() => go({ open: undefined })} />
        )}
      </Suspense>
    </div>
  );
}
