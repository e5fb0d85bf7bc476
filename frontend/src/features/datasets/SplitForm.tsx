import { Modal, NumberInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Dataset } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { count, counted } from "../../format/number";
import { splitDataset } from "./queries";
import { splitProblem } from "./splitting";

/** Two datasets without a common sample: one to calibrate with, one to validate with. */
export function SplitForm({ dataset }: { dataset: Dataset }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [calibration, setCalibration] = useState<number | "">(
    Math.max(1, Math.min(300, Math.floor(dataset.count / 4))),
  );
  const [validation, setValidation] = useState<number | "">("");
  const [seed, setSeed] = useState<number | "">(0);
  const split = useMutation({
    mutationFn: () =>
      splitDataset(dataset.id, {
        calibration: calibration || 1,
        validation: validation === "" ? null : validation,
        seed: seed || 0,
      }),
    onSuccess: ({ validation: made }) => {
      setOpen(false);
      void navigate({ to: "/datasets/$ref", params: { ref: made.id } });
    },
  });
  const problem = splitProblem(dataset.count, calibration, validation);
  const rest = calibration === "" ? null : dataset.count - calibration;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem) split.mutate();
  };
  const number = (value: number | string) => (typeof value === "number" ? value : "");
  return (
    <>
      <Action
        onClick={() => {
          split.reset();
          setOpen(true);
        }}
        reason={dataset.count < 2 ? "One sample cannot be divided." : undefined}
      >
        Split
      </Action>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Split ${dataset.name}`}
        size={480}
        yOffset="18vh"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form className="fields" onSubmit={submit}>
          <p className="dim">
            Two new datasets without a common sample, each in proportion to the classes; the same seed draws
            the same ones. What a model was calibrated with must not judge it.
          </p>
          <div className="field-row">
            <NumberInput
              label="To calibrate with"
              suffix=" samples"
              min={1}
              allowDecimal={false}
              allowNegative={false}
              value={calibration}
              onChange={(value) => setCalibration(number(value))}
              data-autofocus
            />
            <NumberInput
              label="To validate with"
              placeholder={rest !== null && rest > 0 ? `all other ${count(rest)}` : "all others"}
              suffix=" samples"
              min={1}
              allowDecimal={false}
              allowNegative={false}
              value={validation}
              onChange={(value) => setValidation(number(value))}
            />
            <NumberInput
              label="Seed"
              min={0}
              max={2 ** 31 - 1}
              allowDecimal={false}
              allowNegative={false}
              value={seed}
              onChange={(value) => setSeed(number(value))}
            />
          </div>
          {problem ? (
            <p className="bad-text small">{problem}</p>
          ) : (
            <p className="small dim">
              {counted(calibration || 0, "sample")} and{" "}
              {counted(validation === "" ? (rest ?? 0) : validation, "sample")} of {count(dataset.count)}.
            </p>
          )}
          {split.error && <ErrorState error={split.error} compact />}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Action onClick={() => setOpen(false)}>Leave it</Action>
            <Action type="submit" variant="filled" loading={split.isPending} reason={problem}>
              Split
            </Action>
          </div>
        </form>
      </Modal>
    </>
  );
}
