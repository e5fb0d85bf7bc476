import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { bytesText } from "../../format/number";
import { JobProgress } from "../jobs/JobProgress";
import type { Import } from "./useImport";

/** How far an import is: files on their way, then the job; or why it failed. */
export function ImportStatus({ state, onCancel }: { state: Import; onCancel: () => void }) {
  const { phase, progress, job, error } = state;
  if (error) return <ErrorState error={error} compact />;
  if (phase === "uploading" && progress) {
    const share = progress.total > 0 ? progress.sent / progress.total : 1;
    return (
      <div className="panel stack tight" role="status">
        <div className="row between">
          <p className="ellipsis">
            <span className="strong">Uploading</span>{" "}
            <span className="dim">
              · file {progress.index} of {progress.count} · {progress.file}
            </span>
          </p>
          <div className="row">
            <span className="dim small">
              {bytesText(progress.sent)} of {bytesText(progress.total)}
            </span>
            <Action onClick={onCancel}>Cancel</Action>
          </div>
        </div>
        <div
          className="bar"
          role="progressbar"
          aria-label="Upload"
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${share * 100}%` }} />
        </div>
      </div>
    );
  }
  if (!job || job.state === "succeeded") return null;
  if (job.state === "cancelled") {
    return (
      <div className="notice" role="status">
        <p>The import was cancelled; nothing of it is left on the server.</p>
      </div>
    );
  }
  return <JobProgress job={job} />;
}
