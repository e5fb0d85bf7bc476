import { NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { DatasetFormat } from "../../api/types";
import { IMPORT_FORMATS } from "../../app/search";
import { Action } from "../../components/Action";
import { formatName } from "../../format/words";
import { ImportStatus } from "../imports/ImportStatus";
import { nameProblem } from "../imports/names";
import { useImport } from "../imports/useImport";
import { hasSource, NO_SOURCE, SourceFields, sourceOf } from "./DatasetSource";
import { importDataset } from "./queries";
import { RefusedImport } from "./RefusedImport";

interface Props {
  watch: string | undefined;
  onWatch: (job: string | undefined) => void;
  onDone: (datasetId: string) => void;
  /** Told of the format that is chosen, for a guide beside the form. */
  onFormat?: (format: DatasetFormat | "auto") => void;
}

export function DatasetImportForm({ watch, onWatch, onDone, onFormat }: Props) {
  const [source, setSource] = useState(NO_SOURCE);
  const [name, setName] = useState("");
  const [format, setFormat] = useState<DatasetFormat | "auto">("auto");
  const [keep, setKeep] = useState<number | "">("");

  const state = useImport({
    start: async (given) => {
      const { job } = await importDataset({
        uploads: "uploads" in given ? given.uploads : [],
        path: source.from === "path" ? source.path.trim() : null,
        url: source.from === "url" ? source.url.trim() : null,
        name: name.trim() || null,
        format,
        subset: keep === "" ? null : { count: keep, seed: 0 },
      });
      return job;
    },
    watch,
    onWatch,
    onDone: (job) => job.dataset_id && onDone(job.dataset_id),
  });

  const busy = state.phase !== "idle";
  const problem = nameProblem(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !problem && hasSource(source)) state.submit(sourceOf(source));
  };

  return (
    <form className="fields" onSubmit={submit} aria-label="Import a dataset">
      <SourceFields
        value={source}
        onChange={(next) => {
          setSource(next);
          state.reset();
        }}
        disabled={busy}
      />
      <div className="field-row">
        <TextInput
          label="Name"
          placeholder="from the file"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem}
          disabled={busy}
        />
        <NativeSelect
          label="Format"
          value={format}
          onChange={(event) => {
            const next = IMPORT_FORMATS.find((entry) => entry === event.currentTarget.value) ?? "auto";
            setFormat(next);
            onFormat?.(next);
          }}
          data={[
            { value: "auto", label: "recognise it" },
            ...IMPORT_FORMATS.map((value) => ({ value, label: formatName(value) })),
          ]}
          disabled={busy}
        />
        <NumberInput
          label="Keep only"
          placeholder="all"
          suffix=" samples"
          min={1}
          allowDecimal={false}
          allowNegative={false}
          value={keep}
          onChange={(value) => setKeep(typeof value === "number" ? value : "")}
          disabled={busy}
        />
      </div>
      <ImportStatus state={state} onCancel={() => state.cancelUpload(source.files)} />
      {state.job && state.error === null && <RefusedImport job={state.job} />}
      <div className="row">
        <Action
          type="submit"
          variant="filled"
          loading={state.phase === "starting"}
          reason={
            busy
              ? "The import is under way."
              : !hasSource(source)
                ? "Choose an archive or pictures, or name a path or address, first."
                : problem
          }
        >
          Import
        </Action>
      </div>
    </form>
  );
}
