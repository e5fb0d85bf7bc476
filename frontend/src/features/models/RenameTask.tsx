import { Modal, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Model, Task } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { TASKS, taskName } from "../../format/words";
import { nameProblem } from "../imports/names";
import { changeModel, modelQuery } from "./queries";

/** Name and task of a model: what a user may set right. */
export function RenameTask({ model }: { model: Model }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(model.name);
  const [task, setTask] = useState<Task | "">(model.task ?? "");
  const save = useMutation({
    mutationFn: () => {
      const renamed = name.trim() !== model.name ? { name: name.trim() } : {};
      return changeModel(model.id, { ...renamed, ...(task && task !== model.task ? { task } : {}) });
    },
    onSuccess: (next) => {
      client.setQueryData(modelQuery(model.id).queryKey, next);
      setOpen(false);
    },
  });
  const problem = name.trim() === "" ? "A name is needed." : nameProblem(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem) save.mutate();
  };
  return (
    <>
      <Action
        onClick={() => {
          setName(model.name);
          setTask(model.task ?? "");
          save.reset();
          setOpen(true);
        }}
      >
        Edit
      </Action>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Name and task"
        size={420}
        yOffset="18vh"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form className="fields" onSubmit={submit}>
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={problem}
            data-autofocus
          />
          <NativeSelect
            label="Task"
            description="Decides which datasets fit."
            value={task}
            onChange={(event) => setTask(TASKS.find((entry) => entry === event.currentTarget.value) ?? "")}
            data={[
              ...(model.task ? [] : [{ value: "", label: "unknown" }]),
              ...TASKS.map((value) => ({ value, label: taskName(value) })),
            ]}
          />
          {save.error && <ErrorState error={save.error} compact />}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Action onClick={() => setOpen(false)}>Leave as it is</Action>
            <Action type="submit" variant="filled" loading={save.isPending} reason={problem}>
              Save
            </Action>
          </div>
        </form>
      </Modal>
    </>
  );
}
