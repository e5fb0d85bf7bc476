import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { jobKind } from "../../format/words";
import { JobBar, JobTime, stageText } from "./JobProgress";
import { activeJobs } from "./queries";

/** The running job at the foot of the rail, on every page: one click to its log, and to cancel. */
export function FootJob() {
  const { data } = useQuery(activeJobs);
  const job = data?.[0];
  if (!job) return null;
  const others = data.length - 1;
  return (
    <Link to="." search={(now) => ({ ...now, job: job.id })} className="foot-job" title={job.title}>
      <b>{jobKind(job.kind)}</b> · {stageText(job)}
      <br />
      <JobTime job={job} />
      {others > 0 && ` · ${others} more`}
      <div style={{ marginTop: 6 }}>
        <JobBar job={job} />
      </div>
    </Link>
  );
}
