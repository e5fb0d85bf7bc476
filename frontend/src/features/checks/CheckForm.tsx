import { Modal, NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Project, Run } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { jobQuery } from "../jobs/queries";
import { startCheck } from "./queries";

interface Props {
  project: Project;
  baseline: { project: Project; run: Run };
  onClose: () => void;
}

/** Asks for a verdict: both are measured in turn until it is certain whether the project is slower. */
export function CheckForm({ project, baseline, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [slowdown, setSlowdown] = useState<number | string>(5);
  const [p99, setP99] = useState<number | string>("");
  const [budget, setBudget] = useState<number | string>(60);
  const start = useMutation({
    mutationFn: () =>
      startCheck({
        project: project.id,
        baseline_run: baseline.run.id,
        max_slowdown: Number(slowdown) / 100,
        max_p99_ms: typeof p99 === "number" && p99 > 0 ? p99 : null,
        budget_s: Number(budget),
      }),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void navigate({ to: "/checks/$job", params: { job: job.id } });
    },
  });
  const missing =
    typeof slowdown !== "number" || slowdown <= 0
      ? "Say how much slower is too slow."
      : typeof budget !== "number" || budget < 2
        ? "Say how long it may measure: two seconds at least."
        : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!missing) start.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Is ${project.name} slower?`}
      size={520}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className="fields" onSubmit={submit}>
        <p className="dim">
          It is measured in turn with run {baseline.run.label} of {baseline.project.name}, in the
          configuration of that run, until it is certain which it is.
        </p>
        <div className="field-row">
          <NumberInput
            label="Slower by at most"
            suffix=" %"
            min={0.1}
            max={900}
            value={slowdown}
            onChange={setSlowdown}
            data-autofocus
          />
          <NumberInput
            label="p99 at most"
            placeholder="no limit"
            suffix=" ms"
            min={0}
            value={p99}
            onChange={setP99}
          />
          <NumberInput
            label="Measure for at most"
            suffix=" s"
            min={2}
            max={3600}
            value={budget}
            onChange={setBudget}
          />
        </div>
        {start.error && <ErrorState error={start.error} compact />}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Action onClick={onClose}>Cancel</Action>
          <Action type="submit" variant="filled" loading={start.isPending} reason={missing}>
            Start the check
          </Action>
        </div>
      </form>
    </Modal>
  );
}
