import { Button, Checkbox } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Job, Package, Project } from "../../api/types";
import { Action } from "../../components/Action";
import { CopyButton } from "../../components/CopyButton";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { bytesText, counted } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import { DeletePackage } from "../deploy/PackageCard";
import { packageDownload } from "../deploy/queries";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery, jobsQuery } from "../jobs/queries";
import { startExport } from "./queries";

/** The whole project as a file that another workbench takes in. */
export function ExportPanel({ project, exports }: { project: Project; exports: readonly Package[] }) {
  const client = useQueryClient();
  const [dataset, setDataset] = useState(true);
  const [family, setFamily] = useState(true);
  const job = useLastExport(project, exports);
  const busy = job?.state === "queued" || job?.state === "running";
  const archived = project.state === "archived";
  const start = useMutation({
    mutationFn: () => startExport(project.id, { dataset, family }),
    onSuccess: ({ job: begun }) => {
      client.setQueryData(jobQuery(begun.id).queryKey, begun);
      void client.invalidateQueries({ queryKey: ["jobs", "list"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !archived && !start.isPending) start.mutate();
  };
  const size = project.dataset ? counted(project.dataset.count, project.dataset.unit) : null;
  return (
    <Panel title="Export the project" aside={exports.length > 0 && counted(exports.length, "export")}>
      <div className="stack">
        <form className="fields" onSubmit={submit} aria-label="Export the project">
          <p className="dim">
            Model, runs, reports and configuration in one file, for another workbench or to keep. It takes
            nothing on trust: all is checked when it is imported.
          </p>
          <div className="row wrap" style={{ gap: "10px 28px", alignItems: "flex-start" }}>
            <Checkbox
              label="with the dataset"
              description={
                dataset
                  ? `${size ? `its ${size}` : "its pictures"} and annotations go along`
                  : "by reference: the other server must have the same one"
              }
              checked={dataset}
              onChange={(event) => setDataset(event.currentTarget.checked)}
            />
            <Checkbox
              label="with all versions of the model"
              description="what it was made from and what was made of it, with their projects"
              checked={family}
              onChange={(event) => setFamily(event.currentTarget.checked)}
            />
          </div>
          {start.error && <ErrorState error={start.error} compact />}
          <div className="row">
            <Action
              type="submit"
              loading={start.isPending}
              reason={
                archived
                  ? `The ${project.missing.join(" and the ")} of this project is gone.`
                  : busy
                    ? "The project is being exported."
                    : undefined
              }
            >
              Export
            </Action>
          </div>
        </form>
        {job && job.id !== project.last_job_id && <JobProgress job={job} onRetry={() => start.mutate()} />}
        {exports.length > 0 && <Exports exports={exports} />}
      </div>
    </Panel>
  );
}

function Exports({ exports }: { exports: readonly Package[] }) {
  return (
    <div className="scroll">
      <table className="data">
        <caption className="unseen">Exports of this project, newest first</caption>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Dataset</th>
            <th scope="col">Versions</th>
            <th scope="col" className="num">
              Size
            </th>
            <th scope="col">SHA-256</th>
            <th scope="col">Made</th>
            <th scope="col">
              <span className="unseen">Download, delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {exports.map((made) => (
            <tr key={made.id}>
              <th scope="row">{made.filename}</th>
              <td>{made.options.dataset === false ? "by reference" : "included"}</td>
              <td>{made.options.family === false ? "this one" : "all"}</td>
              <td className="num">{bytesText(made.size_bytes)}</td>
              <td>
                <span className="row">
                  <span className="mono" title={made.sha256}>
                    {made.sha256.slice(0, 12)}…
                  </span>
                  <CopyButton text={made.sha256} label={`SHA-256 of ${made.filename}`} />
                </span>
              </td>
              <td title={dateTime(made.created_at)}>{ago(made.created_at)}</td>
              <td className="num">
                <span className="row" style={{ justifyContent: "flex-end" }}>
                  <Button
                    component="a"
                    href={packageDownload(made.id)}
                    download={made.filename}
                    aria-label={`Download ${made.filename}`}
                  >
                    Download
                  </Button>
                  <DeletePackage made={made} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The last job that exported the project, while it says something that has to be known. */
function useLastExport(project: Project, exports: readonly Package[]): Job | null {
  const { data } = useInfiniteQuery(jobsQuery({ project: project.id, kind: "project_export" }));
  const last = flat(data)[0];
  const { data: job } = useQuery({ ...jobQuery(last?.id ?? ""), enabled: last !== undefined });
  const now = job ?? last;
  if (!now) return null;
  if (now.state === "queued" || now.state === "running") return now;
  return now.state === "failed" && !exports.some(({ created_at }) => created_at > now.created_at)
    ? now
    : null;
}
