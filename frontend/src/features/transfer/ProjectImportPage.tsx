import { NativeSelect } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Job } from "../../api/types";
import { Action } from "../../components/Action";
import { ButtonLink } from "../../components/ButtonLink";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { datasetsQuery } from "../datasets/queries";
import { ImportStatus } from "../imports/ImportStatus";
import { hasSource, NO_SOURCE, SourceFields, sourceOf } from "../imports/SourceFields";
import { useImport } from "../imports/useImport";
import { targetsQuery } from "../targets/queries";
import { made, sourceProblem } from "./imported";
import { startImport } from "./queries";

const route = getRouteApi("/projects/import");

export function ProjectImportPage() {
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="projects" to="/">
            Projects
          </Link>,
          "Import",
        ]}
        title="Import a project"
        facts="An export of another workbench becomes models, a dataset, projects, runs and reports here."
      />
      <div className="columns wide-narrow">
        <Panel>
          <ImportForm />
        </Panel>
        <Panel title="What happens to it">
          <dl className="facts-list">
            <dt>Checked</dt>
            <dd>
              as an upload is: sizes, paths, hashes, models and pictures; what was tampered with is refused
            </dd>
            <dt>Models</dt>
            <dd>are read and analysed anew; their hashes must be those of the export</dd>
            <dt>Dataset</dt>
            <dd>comes along, or is one that is here: the same content is found by its hash</dd>
            <dt>Runs and reports</dt>
            <dd>are kept as they were measured there; new ones are measured here</dd>
          </dl>
        </Panel>
      </div>
    </>
  );
}

function ImportForm() {
  const { watch } = route.useSearch();
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const [source, setSource] = useState(NO_SOURCE);
  const [dataset, setDataset] = useState("");
  const [target, setTarget] = useState("");
  const datasets = flat(useInfiniteQuery(datasetsQuery()).data).filter(({ state }) => state === "ready");
  const targets = flat(useInfiniteQuery(targetsQuery()).data);
  const state = useImport({
    start: async (given) => {
      const { job } = await startImport({
        upload: "uploads" in given ? given.uploads[0] : null,
        path: "path" in given ? given.path : null,
        dataset: dataset || null,
        target: target || null,
      });
      return job;
    },
    watch,
    onWatch: (job) => void navigate({ search: (now) => ({ ...now, watch: job }), replace: true }),
    // The job names none of what it made: its lists are fetched again.
    onDone: () => {
      for (const list of ["projects", "models", "datasets"]) {
        void client.invalidateQueries({ queryKey: [list] });
      }
    },
  });
  const busy = state.phase !== "idle";
  const files = source.files.map(({ path }) => path);
  const problem = source.from === "files" ? sourceProblem(files) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !problem && hasSource(source)) state.submit(sourceOf(source));
  };
  if (state.job?.state === "succeeded") {
    return (
      <Imported
        job={state.job}
        onAgain={() => {
          setSource(NO_SOURCE);
          void navigate({ search: (now) => ({ ...now, watch: undefined }), replace: true });
        }}
      />
    );
  }
  return (
    <form className="fields" onSubmit={submit} aria-label="Import a project">
      <SourceFields
        value={source}
        onChange={(next) => {
          setSource(next);
          state.reset();
        }}
        disabled={busy}
        pathExample="/data/exports/resnet50.tar.gz"
        hint={
          <>
            <p className="strong" style={{ color: "var(--ink)" }}>
              Drop the export of a project
            </p>
            <p className="small">one .tar.gz, as “Export the project” makes it</p>
          </>
        }
      />
      {problem && files.length > 0 && (
        <p className="small warn-text" role="status">
          {problem}
        </p>
      )}
      <div className="field-row">
        <NativeSelect
          label="Dataset, for an export without one"
          value={dataset}
          onChange={(event) => setDataset(event.currentTarget.value)}
          data={[
            { value: "", label: "find the same by its hash" },
            ...datasets.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          disabled={busy}
        />
        {targets.length > 1 && (
          <NativeSelect
            label="Target"
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value)}
            data={[
              { value: "", label: "choose one" },
              ...targets.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            disabled={busy}
          />
        )}
      </div>
      <ImportStatus state={state} onCancel={() => state.cancelUpload(source.files)} />
      <div className="row">
        <Action
          type="submit"
          variant="filled"
          loading={state.phase === "starting"}
          reason={
            busy
              ? "The import is under way."
              : !hasSource(source)
                ? "Choose the export, or name a path, first."
                : (problem ?? undefined)
          }
        >
          Import
        </Action>
      </div>
    </form>
  );
}

/** What an import made, and where it is. */
function Imported({ job, onAgain }: { job: Job; onAgain: () => void }) {
  const { project, sentence } = made(job);
  return (
    <div className="stack" role="status">
      <div>
        <p className="strong good-text">The project is here.</p>
        {sentence && <p className="dim">{sentence}</p>}
      </div>
      <div className="row">
        {project && (
          <ButtonLink to="/projects/$ref" params={{ ref: project }} variant="filled">
            Open the project
          </ButtonLink>
        )}
        <Action onClick={onAgain}>Import another one</Action>
      </div>
    </div>
  );
}
