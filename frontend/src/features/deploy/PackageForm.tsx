import { Checkbox, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { Project, Run, Target } from "../../api/types";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { ErrorState } from "../../components/States";
import { nameProblem } from "../imports/names";
import classes from "./Deploy.module.css";
import {
  deviceChoices,
  type PackageForm as Form,
  formProblem,
  KINDS,
  MOST_SAMPLES,
  runLine,
  unused,
} from "./packageForm";

interface Props {
  project: Project;
  target: Target | undefined;
  /** The fastest first. */
  runs: readonly Run[];
  form: Form;
  onChange: (next: Partial<Form>) => void;
  onSubmit: () => void;
  pending: boolean;
  error: unknown;
  /** Why nothing can be built now. */
  reason?: ReactNode;
}

/** What a package shall be: where it runs, how, and what goes in. */
export function PackageForm(props: Props) {
  const { project, target, runs, form, onChange, onSubmit, pending, error, reason } = props;
  const devices = deviceChoices(target, project.device);
  const problem = formProblem(form);
  const kind = KINDS.find(({ value }) => value === form.kind);
  const left = unused(form.kind);
  const best = runs.find(({ id }) => id === project.best?.run_id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !reason && !pending) onSubmit();
  };
  const toggleDevice = (name: string) =>
    onChange({
      devices: form.devices.includes(name)
        ? form.devices.filter((entry) => entry !== name)
        : [...form.devices, name],
    });
  const part = (
    field: "model" | "runtime" | "python" | "cpp" | "installScript",
    label: string,
    about: string,
  ) =>
    !left.includes(field) && (
      <Checkbox
        label={label}
        description={about}
        checked={form[field]}
        onChange={(event) => onChange({ [field]: event.currentTarget.checked })}
      />
    );

  return (
    <form className="fields" onSubmit={submit} aria-label="Build a package">
      <div>
        <SegmentedControl
          aria-label="Kind of package"
          fullWidth
          value={form.kind}
          onChange={(value) => onChange({ kind: KINDS.find((entry) => entry.value === value)?.value })}
          data={KINDS.map(({ value, label }) => ({ value, label }))}
        />
        <p className="small faint" style={{ marginTop: 4 }}>
          {kind?.about}
        </p>
      </div>
      <fieldset>
        <legend>
          <Explain text="For each of them its plugin of OpenVINO goes in. The package can be built for a device that this machine lacks; then nobody has seen it run.">
            Devices
          </Explain>
        </legend>
        <div className={classes.checks}>
          {devices.map(({ name, about, here }) => (
            <Checkbox
              key={name}
              label={name}
              description={here ? about : `${about}; this machine lacks it: it will not be run`}
              checked={form.devices.includes(name)}
              onChange={() => toggleDevice(name)}
            />
          ))}
        </div>
      </fieldset>
      <div className="field-row">
        <NativeSelect
          label="Configuration"
          value={form.run}
          onChange={(event) => onChange({ run: event.currentTarget.value })}
          data={[
            {
              value: "",
              label: best ? `of the best run: ${runLine(best)}` : "throughput hint: nothing was measured yet",
            },
            ...runs
              .filter(({ id }) => id !== best?.id)
              .map((run) => ({ value: run.id, label: runLine(run) })),
          ]}
        />
        <TextInput
          label="Name"
          placeholder={project.model?.name ?? "from the model"}
          value={form.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          error={nameProblem(form.name)}
        />
      </div>
      <fieldset>
        <legend>What goes in</legend>
        <div className={classes.checks}>
          {part("model", "model", "OpenVINO IR, labels, how pictures are prepared")}
          {part("runtime", "runtime", "the libraries of OpenVINO that these devices need")}
          {part("python", "Python", "API and sample; fits one Python version")}
          {part("cpp", "C++", "headers, and a sample with its CMake file")}
          {part("installScript", "install script", "checks the files and the machine")}
          <Checkbox
            label="preprocessing inside the model"
            description="channel order, mean, scale and type become part of it"
            checked={form.fold}
            onChange={(event) => onChange({ fold: event.currentTarget.checked })}
          />
        </div>
      </fieldset>
      <fieldset>
        <legend>
          <Explain text="Before it is offered, the package is unpacked in an empty folder and run there with an empty environment. Its outputs for these samples must be those that the workbench gets.">
            Tried with
          </Explain>
        </legend>
        <div className="row wrap" style={{ gap: "8px 14px" }}>
          <NumberInput
            aria-label="Samples that it is tried with"
            w={130}
            min={1}
            max={MOST_SAMPLES}
            allowDecimal={false}
            suffix={form.samples === 1 ? " sample" : " samples"}
            value={form.samples}
            onChange={(value) => onChange({ samples: typeof value === "number" ? value : "" })}
          />
          <Checkbox
            label="leave these pictures in the package"
            checked={form.includeSamples}
            onChange={(event) => onChange({ includeSamples: event.currentTarget.checked })}
          />
        </div>
      </fieldset>
      {error !== null && error !== undefined && <ErrorState error={error} compact />}
      <div className="row">
        <Action type="submit" variant="filled" loading={pending} reason={reason ?? problem ?? undefined}>
          Build the package
        </Action>
        {problem && (
          <span className="small dim" role="status">
            {problem}
          </span>
        )}
      </div>
    </form>
  );
}
