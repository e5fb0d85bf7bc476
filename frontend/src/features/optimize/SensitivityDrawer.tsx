import { Drawer, NativeSelect, NumberInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Job, Project, SensitivityWanted } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { datasetQuery } from "../datasets/queries";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { CalibrationFields, useAvailable } from "./CalibrationFields";
import { quantizeDraft } from "./drafts";
import { calibrationProblem, NOT_ANNOTATED, quantizeWanted } from "./makeForm";
import { rankingQuery, startRanking } from "./queries";

interface Props {
  project: Project;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** How operations are ranked. */
export function SensitivityDrawer({ project, onClose, onStarted }: Props) {
  const client = useQueryClient();
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: dataset } = useQuery({
    ...datasetQuery(project.dataset?.id ?? ""),
    enabled: project.dataset !== null,
  });
  const [measure, setMeasure] = useState<SensitivityWanted["measure"]>("auto");
  const count = project.dataset?.count ?? 100;
  const [samples, setSamples] = useState<number | "">(Math.max(1, Math.min(100, Math.floor(count / 2))));
  const [calibration, setCalibration] = useState(() => quantizeDraft(project.id).calibration);
  const available = useAvailable(project, calibration);
  const quantized = model?.precision === "INT8";
  const problem =
    (project.state === "archived" ? "A part of this project is gone." : null) ??
    (samples === "" || samples < 1 || samples > count ? `From 1 to ${count} samples.` : null) ??
    (measure === "metric" && dataset?.annotated === false ? NOT_ANNOTATED : null) ??
    (quantized ? null : calibrationProblem(calibration, available, calibration.dataset === ""));
  const start = useMutation({
    mutationFn: () =>
      startRanking(project.id, {
        measure,
        samples: samples || 1,
        seed: 0,
        quantize: quantizeWanted(
          { ...quantizeDraft(project.id), control: false, name: "", calibration },
          true,
        ),
      }),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: rankingQuery(project.id).queryKey });
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onStarted(job);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !start.isPending) start.mutate();
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      title="Rank the operations"
      size="min(520px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className="fields" onSubmit={submit} aria-label="Rank the operations">
        <p className="dim">
          {quantized
            ? "Each quantised operation alone is put back to its precision, and the model is measured again."
            : "The model is quantised first, for this only. Then each quantised operation alone is put back to its precision, and the model is measured again."}{" "}
          Large models take long: one measurement for each operation.
        </p>
        <NativeSelect
          label="Measured by"
          value={measure}
          onChange={(event) =>
            setMeasure(
              (["auto", "metric", "distance"] as const).find((v) => v === event.currentTarget.value) ??
                "auto",
            )
          }
          data={[
            {
              value: "auto",
              label:
                dataset?.annotated === false
                  ? "what is possible: distance of the outputs"
                  : "what is possible: the metric",
            },
            { value: "metric", label: "metric against annotations" },
            { value: "distance", label: "distance of the outputs to the original's" },
          ]}
          error={measure === "metric" && dataset?.annotated === false ? NOT_ANNOTATED : null}
        />
        <NumberInput
          label="Samples for each measurement"
          min={1}
          max={count}
          clampBehavior="none"
          value={samples}
          onChange={(value) => setSamples(typeof value === "number" ? Math.round(value) : "")}
        />
        {!quantized && (
          <CalibrationFields project={project} form={calibration} judged onChange={setCalibration} />
        )}
        {start.error && <ErrorState error={start.error} compact />}
        <div className="row">
          <Action type="submit" variant="filled" loading={start.isPending} reason={problem ?? undefined}>
            Start
          </Action>
          <span className="small dim" role="status">
            {problem}
          </span>
        </div>
      </form>
    </Drawer>
  );
}
