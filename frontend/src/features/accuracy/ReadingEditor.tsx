import { Drawer, SegmentedControl } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import type { Project, ProjectReading, Reading, Task } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { counted } from "../../format/number";
import { datasetQuery } from "../datasets/queries";
import { modelQuery } from "../models/queries";
import { type Draft, draftOf, keepDraft } from "./drafts";
import type { Family } from "./field";
import { checkReading, exportAddress, forgetReading, readingQuery, setReading } from "./queries";
import { ReadingForm } from "./ReadingForm";
import { useChecked } from "./useChecked";
import { YamlEditor } from "./YamlEditor";
import { yamlText } from "./yamlText";

interface Props {
  project: Project;
  known: ProjectReading;
  onClose: () => void;
}

const fresh = (known: ProjectReading): Draft => ({
  mode: "form",
  reading: known.reading,
  text: known.yaml,
  foreign: false,
});

/** How the model is read, as a form or as YAML. What was typed stays until it is saved or thrown away. */
export function ReadingEditor({ project, known, onClose }: Props) {
  const client = useQueryClient();
  const [draft, setOwn] = useState<Draft>(() => draftOf(project.id) ?? fresh(known));
  const [typing, setTyping] = useState<ReadonlyMap<string, string>>(new Map());
  const file = useRef<HTMLInputElement>(null);
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: dataset } = useQuery({
    ...datasetQuery(project.dataset?.id ?? ""),
    enabled: project.dataset !== null,
  });
  const setDraft = (next: Draft) => {
    setOwn(next);
    keepDraft(project.id, next);
  };
  const form = draft.mode === "form";
  const wanted = form
    ? { reading: draft.reading, format: "workbench" as const }
    : { yaml: draft.text, format: draft.foreign ? ("accuracy_checker" as const) : ("workbench" as const) };
  const checked = useChecked(project.id, wanted);
  const byField = new Map(
    checked.problems.flatMap(({ field, message }) => (field ? [[field, message]] : [])),
  );
  const changed = form
    ? JSON.stringify(draft.reading) !== JSON.stringify(known.reading)
    : draft.foreign || draft.text !== known.yaml;

  const done = (next: ProjectReading) => {
    client.setQueryData(readingQuery(project.id).queryKey, next);
    keepDraft(project.id, null);
    onClose();
  };
  const save = useMutation({ mutationFn: () => setReading(project.id, wanted), onSuccess: done });
  const forget = useMutation({ mutationFn: () => forgetReading(project.id), onSuccess: done });
  const family = useMutation({
    mutationFn: ({ task, family }: { task: Task; family: Family }) =>
      // The server knows the defaults of every family; what was said of pictures and labels stays.
      checkReading(project.id, {
        yaml: `task: ${task}\ndecoding:\n  family: ${family}\n`,
        format: "workbench",
      }),
    onSuccess: ({ reading, problems }, { task, family }) => {
      const decoding = reading?.decoding ?? ({ family } as Reading["decoding"]);
      if (reading || problems.length > 0)
        setDraft({ ...draft, reading: { ...draft.reading, task, decoding } });
      setTyping(new Map());
    },
  });

  const toMode = (mode: Draft["mode"]) => {
    if (mode === draft.mode) return;
    if (mode === "yaml") {
      const same = JSON.stringify(draft.reading) === JSON.stringify(known.reading);
      setDraft({ ...draft, mode, text: same ? known.yaml : yamlText(draft.reading), foreign: false });
    } else if (checked.result?.reading) {
      setDraft({ ...draft, mode, reading: checked.result.reading, foreign: false });
    }
    setTyping(new Map());
    save.reset();
  };
  const blocked =
    typing.size > 0
      ? "A field cannot be used as it is."
      : checked.problems.length > 0
        ? `Correct ${counted(checked.problems.length, "mistake")} first.`
        : !form && !checked.result?.reading
          ? "It is not read yet."
          : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked && changed && !save.isPending) save.mutate();
  };
  const elsewhere = form ? checked.problems.filter(({ field }) => !field || !isShown(field)) : [];

  return (
    <Drawer
      opened
      onClose={onClose}
      title="How the model is read"
      size="min(720px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className="fields" onSubmit={submit} aria-label="How the model is read">
        <div className="row wrap between">
          <SegmentedControl
            aria-label="Form or YAML"
            value={draft.mode}
            onChange={(mode) => toMode(mode === "yaml" ? "yaml" : "form")}
            data={[
              { value: "form", label: "Form", disabled: !form && !checked.result?.reading },
              { value: "yaml", label: "YAML" },
            ]}
          />
          <div className="row wrap small">
            <button type="button" className="chip" onClick={() => file.current?.click()}>
              Import Accuracy Checker YAML
            </button>
            <a className="chip" href={exportAddress(project.id, "workbench")} download>
              Export
            </a>
            <a
              className="chip"
              href={exportAddress(project.id, "accuracy_checker")}
              download
              title="As a configuration of Accuracy Checker"
            >
              Export for Accuracy Checker
            </a>
          </div>
        </div>
        <input
          ref={file}
          type="file"
          hidden
          accept=".yml,.yaml"
          aria-label="A configuration of Accuracy Checker"
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (chosen)
              void chosen.text().then((text) => setDraft({ ...draft, mode: "yaml", text, foreign: true }));
          }}
        />
        {form ? (
          <ReadingForm
            reading={draft.reading}
            onChange={(reading) => setDraft({ ...draft, reading })}
            onFamily={(task, wantedFamily) => family.mutate({ task, family: wantedFamily })}
            problems={byField}
            onProblem={(path, problem) => {
              const next = new Map(typing);
              if (problem) next.set(path, problem);
              else next.delete(path);
              setTyping(next);
            }}
            inputs={model?.inputs ?? []}
            outputs={model?.outputs ?? []}
            labelCount={dataset?.labels?.length ?? null}
          />
        ) : (
          <>
            {draft.foreign && (
              <p className="notice">
                <span>
                  A configuration of Accuracy Checker. Saving takes over what it says of the model; paths,
                  dataset and device are the project's own.
                </span>
                <button
                  type="button"
                  className="chip"
                  onClick={() => setDraft({ ...draft, foreign: false, text: known.yaml })}
                >
                  Back to ours
                </button>
              </p>
            )}
            <YamlEditor
              label={draft.foreign ? "Configuration of Accuracy Checker" : "Reading as YAML"}
              text={draft.text}
              onChange={(text) => setDraft({ ...draft, text })}
              problems={checked.problems}
              unsupported={checked.result?.unsupported}
            />
          </>
        )}
        {elsewhere.length > 0 && (
          <ul className="small bad-text">
            {elsewhere.map(({ field, message }) => (
              <li key={`${field}${message}`}>
                {field && <code>{field}</code>} {message}
              </li>
            ))}
          </ul>
        )}
        {family.error && <ErrorState error={family.error} compact />}
        {save.error && <ErrorState error={save.error} compact />}
        {forget.error && <ErrorState error={forget.error} compact />}
        {checked.error !== null && <ErrorState error={asApiError(checked.error)} compact />}
        <div className="row wrap">
          <Action
            type="submit"
            variant="filled"
            loading={save.isPending}
            reason={!changed ? "Nothing was changed." : blocked}
          >
            Save
          </Action>
          <Action
            reason={changed ? undefined : "Nothing was changed."}
            onClick={() => {
              keepDraft(project.id, null);
              setOwn({ ...fresh(known), mode: draft.mode });
              setTyping(new Map());
              save.reset();
            }}
          >
            Throw the edits away
          </Action>
          <Action
            loading={forget.isPending}
            reason={known.source === "guessed" ? "It is as guessed." : undefined}
            onClick={() => forget.mutate()}
          >
            Back to what is guessed
          </Action>
          <span className="small dim" role="status">
            {checked.pending
              ? "checking …"
              : checked.problems.length > 0
                ? counted(checked.problems.length, "mistake")
                : checked.result?.reading
                  ? "no mistakes"
                  : ""}
          </span>
        </div>
      </form>
    </Drawer>
  );
}

/** Whether the form has a place beside which a problem of this field is shown. */
function isShown(field: string): boolean {
  return /^(task|image_input|preprocessing\.|decoding\.|classes\.(label_set|match_by)|metrics\.)/.test(field);
}
