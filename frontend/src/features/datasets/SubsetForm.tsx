import { Modal, NumberInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Dataset } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { count } from "../../format/number";
import { nameProblem } from "../imports/names";
import { cutDataset } from "./queries";

/** A smaller dataset: a choice of the samples that can be made again by its seed. */
export function SubsetForm({ dataset }: { dataset: Dataset }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [size, setSize] = useState<number | "">(Math.min(100, dataset.count));
  const [seed, setSeed] = useState<number | "">(0);
  const [name, setName] = useState("");
  const cut = useMutation({
    mutationFn: () =>
      cutDataset(dataset.id, { count: size || 1, seed: seed || 0, name: name.trim() || null }),
    onSuccess: ({ dataset: made }) => {
      setOpen(false);
      void navigate({ to: "/datasets/$ref", params: { ref: made.id } });
    },
  });
  const problem =
    size === "" || size < 1
      ? "At least 1."
      : size > dataset.count
        ? `The dataset has ${count(dataset.count)}.`
        : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !nameProblem(name)) cut.mutate();
  };
  return (
    <>
      <Action
        onClick={() => {
          cut.reset();
          setOpen(true);
        }}
        reason={dataset.count < 2 ? "One sample cannot be made fewer." : undefined}
      >
        Make a subset
      </Action>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Subset of ${dataset.name}`}
        size={440}
        yOffset="18vh"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form className="fields" onSubmit={submit}>
          <p className="dim">
            Samples are drawn in proportion to the classes; the same seed draws the same ones.
          </p>
          <div className="field-row">
            <NumberInput
              label="Samples"
              min={1}
              allowDecimal={false}
              value={size}
              onChange={(value) => setSize(typeof value === "number" ? value : "")}
              error={problem}
              data-autofocus
            />
            <NumberInput
              label="Seed"
              min={0}
              allowDecimal={false}
              value={seed}
              onChange={(value) => setSeed(typeof value === "number" ? value : "")}
            />
          </div>
          <TextInput
            label="Name"
            placeholder={`${dataset.name} ${size}`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={nameProblem(name)}
          />
          {cut.error && <ErrorState error={cut.error} compact />}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Action onClick={() => setOpen(false)}>Leave it</Action>
            <Action
              type="submit"
              variant="filled"
              loading={cut.isPending}
              reason={problem ?? nameProblem(name)}
            >
              Make the subset
            </Action>
          </div>
        </form>
      </Modal>
    </>
  );
}
