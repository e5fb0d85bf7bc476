import { NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Task } from "../../api/types";
import { Action } from "../../components/Action";
import { TASKS, taskName } from "../../format/words";
import { ImportStatus } from "../imports/ImportStatus";
import { modelFilesHint, nameProblem } from "../imports/names";
import { hasSource, NO_SOURCE, SourceFields, sourceOf } from "../imports/SourceFields";
import { useImport } from "../imports/useImport";
import { importModel } from "./queries";

interface Props {
  watch: string | undefined;
  onWatch: (job: string | undefined) => void;
  onDone: (modelId: string) => void;
}

type Precision = "keep" | "FP16" | "FP32";

export function ModelImportForm({ watch, onWatch, onDone }: Props) {
  const [source, setSource] = useState(NO_SOURCE);
  const [name, setName] = useState("");
  const [task, setTask] = useState<Task | "">("");
  const [precision, setPrecision] = useState<Precision>("keep");

  const state = useImport({
    start: async (given) => {
      const { job } = await importModel({
        uploads: "uploads" in given ? given.uploads : [],
        path: "path" in given ? given.path : null,
        name: name.trim() || null,
        task: task || null,
        precision: precision === "keep" ? null : precision,
      });
      return job;
    },
    watch,
    onWatch,
    onDone: (job) => job.model_id && onDone(job.model_id),
  });

  const busy = state.phase !== "idle";
  const hint = source.from === "files" ? modelFilesHint(source.files.map(({ path }) => path)) : null;
  const problem = nameProblem(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !problem && hasSource(source)) state.submit(sourceOf(source));
  };

  return (
    <form className="fields" onSubmit={submit} aria-label="Import a model">
      <SourceFields
        value={source}
        onChange={(next) => {
          setSource(next);
          state.reset();
        }}
        disabled={busy}
        pathExample="/data/models/resnet50.onnx"
        hint={
          <>
            <p className="strong" style={{ color: "var(--ink)" }}>
              Drop the files of one model
            </p>
            <p className="small">
              .onnx with its data files · .xml and .bin · SavedModel folder, .pb, .meta · .tflite · .pdmodel
              and .pdiparams
            </p>
          </>
        }
      />
      {hint && (
        <p className="small warn-text" role="status">
          {hint}
        </p>
      )}
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
          label="Task"
          value={task}
          onChange={(event) => setTask(TASKS.find((entry) => entry === event.currentTarget.value) ?? "")}
          data={[
            { value: "", label: "guess it" },
            ...TASKS.map((value) => ({ value, label: taskName(value) })),
          ]}
          disabled={busy}
        />
        <NativeSelect
          label="Weights"
          value={precision}
          onChange={(event) => setPrecision(event.currentTarget.value as Precision)}
          data={[
            { value: "keep", label: "FP16; IR as it is" },
            { value: "FP16", label: "FP16" },
            { value: "FP32", label: "FP32" },
          ]}
          disabled={busy}
        />
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
                ? "Choose the files of the model, or name a path, first."
                : problem
          }
        >
          Import
        </Action>
      </div>
    </form>
  );
}
