import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { Action } from "../../components/Action";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { count, counted } from "../../format/number";
import { ImportStatus } from "../imports/ImportStatus";
import { nameProblem } from "../imports/names";
import { useImport } from "../imports/useImport";
import { AugmentationFields } from "./AugmentationFields";
import {
  augmentationProblems,
  augmentationsOf,
  NO_AUGMENTATIONS,
  picturesPerOriginal,
} from "./augmentations";
import { GeneratePreview } from "./GeneratePreview";
import { GenerateSource } from "./GenerateSource";
import { generateBody, NEW_GENERATE, ownCount, pictureFiles, sourceProblem } from "./generating";
import { generateDataset, generatedCountQuery } from "./queries";

const route = getRouteApi("/datasets/generate");
const AFTER_MS = 350;

/** A dataset without annotations: of pictures, of another dataset, of a sample set, or of noise. */
export function GeneratePage() {
  const { watch, dataset } = route.useSearch();
  const navigate = route.useNavigate();
  const [form, setForm] = useState(
    dataset === undefined ? NEW_GENERATE : { ...NEW_GENERATE, from: "dataset" as const, dataset },
  );
  const [augmenting, setAugmenting] = useState(NO_AUGMENTATIONS);
  const [name, setName] = useState("");

  const augmentations = useMemo(() => augmentationsOf(augmenting), [augmenting]);
  const body = useMemo(() => generateBody(form, augmentations, name), [form, augmentations, name]);
  const state = useImport({
    start: async (given) => {
      const { job } = await generateDataset({ ...body, uploads: "uploads" in given ? given.uploads : [] });
      return job;
    },
    watch,
    onWatch: (job) => void navigate({ search: (now) => ({ ...now, watch: job }), replace: true }),
    onDone: (job) =>
      job.dataset_id &&
      void navigate({ to: "/datasets/$ref", params: { ref: job.dataset_id }, replace: true }),
  });

  const missing = sourceProblem(form);
  const wrong = Object.keys(augmentationProblems(augmenting)).length > 0;
  const busy = state.phase !== "idle";
  const files = form.from === "files" ? pictureFiles(form.files) : [];
  const reason = busy
    ? "It is under way."
    : (missing ?? (wrong ? "Something above is out of its range." : nameProblem(name)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reason) state.submit({ files });
  };
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="datasets" to="/datasets">
            Datasets
          </Link>,
          "Generate",
        ]}
        title="Generate a dataset"
        facts="Pictures without annotations: for benchmarks, calibration, and comparison with a parent model."
      />
      <div className="columns wide-narrow" style={{ alignItems: "start" }}>
        <form className="fields" onSubmit={submit} aria-label="Generate a dataset">
          <Panel title="Pictures">
            <GenerateSource
              value={form}
              onChange={(next) => {
                setForm(next);
                state.reset();
              }}
              disabled={busy}
            />
          </Panel>
          {form.from !== "synthetic" && (
            <Panel title="Augmentations">
              <AugmentationFields value={augmenting} onChange={setAugmenting} disabled={busy} />
            </Panel>
          )}
          <Panel>
            <div className="stack tight">
              <TextInput
                label="Name"
                placeholder="from the pictures"
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={nameProblem(name)}
                disabled={busy}
              />
              <ImportStatus state={state} onCancel={() => state.cancelUpload(files)} />
              <div className="row between wrap">
                <PredictedCount {...{ form, augmentations, body }} blocked={missing !== null || wrong} />
                <Action
                  type="submit"
                  variant="filled"
                  loading={state.phase === "starting"}
                  reason={reason ?? undefined}
                >
                  Generate
                </Action>
              </div>
            </div>
          </Panel>
        </form>
        <GeneratePreview form={form} augmentations={augmentations} valid={!wrong} />
      </div>
    </>
  );
}

interface CountProps {
  form: typeof NEW_GENERATE;
  augmentations: ReturnType<typeof augmentationsOf>;
  body: ReturnType<typeof generateBody>;
  blocked: boolean;
}

/** How many pictures there will be; the job makes exactly as many. */
function PredictedCount({ form, augmentations, body, blocked }: CountProps) {
  const own = ownCount(form, augmentations);
  const mine = own !== null;
  // What cannot be asked yet must not be asked a moment later either.
  const wanted = useMemo(() => (mine || blocked ? null : { ...body, name: null }), [mine, blocked, body]);
  const [asked] = useDebouncedValue(wanted, AFTER_MS);
  const { data, error } = useQuery(generatedCountQuery(asked ?? body, asked !== null && wanted !== null));
  if (error && own === null) return <ErrorState error={error} compact />;
  const known = own ?? (blocked ? undefined : data);
  const each = form.from === "synthetic" ? 1 : picturesPerOriginal(augmentations);
  return (
    <p role="status" aria-label="Pictures that will be made">
      <span className="strong" style={{ fontSize: 17 }}>
        {known ? count(known.total) : "–"}
      </span>{" "}
      {known?.total === 1 ? "picture" : "pictures"} will be made
      {known && each > 1 && (
        <span className="dim">
          {" "}
          · {counted(known.originals, "original")} × {count(each)}
        </span>
      )}
    </p>
  );
}
