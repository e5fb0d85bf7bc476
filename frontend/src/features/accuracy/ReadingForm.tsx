import { Checkbox, NativeSelect, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Port, Reading, Task } from "../../api/types";
import { TASKS, taskName } from "../../format/words";
import { PRESETS, parseNumbers } from "../models/preprocessing";
import { ALIGNED, FieldControl } from "./FieldControl";
import { decodingFields, familiesOf, hasLabels } from "./families";
import { FAMILIES } from "./familyParts";
import type { Family, Field } from "./field";
import { metricFields, PREPROCESSING, valueAt, withValue } from "./fields";

interface Props {
  reading: Reading;
  onChange: (reading: Reading) => void;
  /** Another task or family begins with the defaults that the server has for it. */
  onFamily: (task: Task, family: Family) => void;
  /** By path, from the server. */
  problems: ReadonlyMap<string, string>;
  onProblem: (path: string, problem: string | null) => void;
  inputs: readonly Port[];
  outputs: readonly Port[];
  /** Number of the dataset's labels, where it has some. */
  labelCount: number | null;
}

const SETS = [
  { value: "dataset", label: "those of the dataset" },
  { value: "imagenet_1000", label: "ImageNet, 1,000" },
  { value: "coco_80", label: "COCO, 80" },
  { value: "coco_91", label: "COCO, 91 with gaps" },
  { value: "voc_20", label: "Pascal VOC, 20" },
  { value: "own", label: "a list" },
] as const;
const MATCHES = [
  { value: "index", label: "by number" },
  { value: "name", label: "by name" },
  { value: "id", label: "by the numbers of the source, as COCO's" },
] as const;

/** The task, the way in, the way out, the labels, the judgement. */
export function ReadingForm(props: Props) {
  const { reading, onChange, onFamily, problems } = props;
  const families = familiesOf(reading.task);
  const family = reading.decoding.family;
  const offered: Family[] = families.includes(family) ? [...families] : [family, ...families];
  const set = (path: string, value: unknown) => onChange(withValue(reading, path, value));
  const group = (title: string, fields: readonly Field[], more?: React.ReactNode) => {
    const shown = fields.filter(({ when }) => !when || when(reading));
    const [flags, others] = [
      shown.filter(({ kind }) => kind === "flag"),
      shown.filter(({ kind }) => kind !== "flag"),
    ];
    if (shown.length === 0 && !more) return null;
    return (
      <fieldset className="stack tight">
        <legend>
          <h3>{title}</h3>
        </legend>
        {more}
        {others.length > 0 && <div className="field-row">{others.map(control)}</div>}
        {flags.map(control)}
      </fieldset>
    );
  };
  const control = (field: Field) => (
    <FieldControl
      // A field of the same name in another family starts anew.
      key={`${family} ${field.path}`}
      field={field}
      value={valueAt(reading, field.path)}
      onChange={(value) => set(field.path, value)}
      problem={problems.get(field.path)}
      onProblem={props.onProblem}
      inputs={props.inputs}
      outputs={props.outputs}
    />
  );
  return (
    <div className="stack">
      <div className="field-row">
        <NativeSelect
          {...ALIGNED}
          label="Task"
          value={reading.task}
          error={problems.get("task")}
          onChange={(event) => {
            const task = TASKS.find((entry) => entry === event.currentTarget.value) ?? "generic";
            onFamily(task, familiesOf(task)[0] ?? "none");
          }}
          data={TASKS.map((task) => ({ value: task, label: taskName(task) }))}
        />
        <NativeSelect
          {...ALIGNED}
          label="Outputs are read as"
          description={FAMILIES[family].explain}
          error={problems.get("decoding.family") ?? problems.get("decoding")}
          value={family}
          onChange={(event) => {
            const wanted = offered.find((entry) => entry === event.currentTarget.value);
            if (wanted) onFamily(reading.task, wanted);
          }}
          data={(offered.length > 0 ? offered : (["none"] as const)).map((value) => ({
            value,
            label: FAMILIES[value].label,
          }))}
        />
      </div>
      {group("From picture to input", PREPROCESSING, <Presets reading={reading} onChange={onChange} />)}
      {group("From outputs to an answer", decodingFields(family))}
      {hasLabels(reading.task) && <Labels {...props} />}
      {group("Judged by", metricFields(reading.task))}
    </div>
  );
}

function Presets({ reading, onChange }: Pick<Props, "reading" | "onChange">) {
  const numbers = (text: string, positive = false) => {
    const read = parseNumbers(text, positive);
    return read.ok ? read.values : null;
  };
  return (
    <div className="row wrap">
      <span className="small dim">Usual values:</span>
      {PRESETS.map(({ name, mean, scale, color }) => (
        <button
          key={name}
          type="button"
          className="chip"
          onClick={() =>
            onChange({
              ...reading,
              preprocessing: {
                ...reading.preprocessing,
                color,
                mean: numbers(mean),
                scale: numbers(scale, true),
              },
            })
          }
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Labels({ reading, onChange, problems, labelCount }: Props) {
  const { classes } = reading;
  const own = Array.isArray(classes.label_set);
  const [text, setText] = useState(() =>
    Array.isArray(classes.label_set) ? classes.label_set.join("\n") : "",
  );
  const change = (next: Partial<Reading["classes"]>) =>
    onChange({ ...reading, classes: { ...classes, ...next } });
  const listed = (typed: string) =>
    typed
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const setOf = (value: string) => {
    const named = SETS.find((entry) => entry.value === value)?.value ?? "dataset";
    change({ label_set: named === "own" ? listed(text) : named });
  };
  return (
    <fieldset className="stack tight">
      <legend>
        <h3>Labels</h3>
      </legend>
      <div className="field-row">
        <NativeSelect
          {...ALIGNED}
          label="Classes of the model"
          description={
            labelCount === null
              ? "Without its background."
              : `Without its background; the dataset has ${labelCount}.`
          }
          error={problems.get("classes.label_set")}
          value={own ? "own" : String(classes.label_set)}
          onChange={(event) => setOf(event.currentTarget.value)}
          data={[...SETS]}
        />
        <NativeSelect
          {...ALIGNED}
          label="They meet the dataset's labels"
          error={problems.get("classes.match_by")}
          value={classes.match_by}
          onChange={(event) =>
            change({
              match_by: MATCHES.find(({ value }) => value === event.currentTarget.value)?.value ?? "index",
            })
          }
          data={[...MATCHES]}
        />
      </div>
      <Checkbox
        label="the model's class 0 is a background"
        checked={classes.background}
        onChange={(event) => change({ background: event.currentTarget.checked })}
      />
      {own && (
        <Textarea
          label="Labels, one a line"
          description={`${listed(text).length} labels`}
          autosize
          minRows={4}
          maxRows={12}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            change({ label_set: listed(event.currentTarget.value) });
          }}
        />
      )}
    </fieldset>
  );
}
