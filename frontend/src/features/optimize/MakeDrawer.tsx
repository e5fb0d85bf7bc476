import { Drawer, SegmentedControl } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Job, Project } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { duration } from "../../format/time";
import { datasetQuery } from "../datasets/queries";
import { jobQuery } from "../jobs/queries";
import { modelQuery } from "../models/queries";
import { reportsQuery } from "../reports/queries";
import { useAvailable } from "./CalibrationFields";
import { compressDraft, forget, keepCompress, keepQuantize, quantizeDraft, withIgnored } from "./drafts";
import {
  type CompressForm,
  calibrationSize,
  compressProblem,
  compressWanted,
  estimateS,
  isInt4,
  metricIsShare,
  needsData,
  type QuantizeForm,
  quantizeProblem,
  quantizeWanted,
  refusal,
} from "./makeForm";
import classes from "./Optimize.module.css";
import { QuantizeFields } from "./QuantizeFields";
import { startCompression, startQuantization } from "./queries";
import { WeightsFields } from "./WeightsFields";

interface Props {
  project: Project;
  kind: "int8" | "weights";
  /** Operations that keep their precision, beside those that were chosen before. */
  ignore: readonly string[] | undefined;
  onKind: (kind: "int8" | "weights") => void;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** A new version of the project's model: all of it in INT8, or only its weights smaller. */
export function MakeDrawer({ project, kind, ignore, onKind, onClose, onStarted }: Props) {
  const client = useQueryClient();
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const { data: dataset } = useQuery({
    ...datasetQuery(project.dataset?.id ?? ""),
    enabled: project.dataset !== null,
  });
  const { data: reports } = useQuery(reportsQuery(project.id));
  const report = reports?.items.find((entry) => entry.kind === "annotations");
  const [quantize, setQuantize] = useState<QuantizeForm>(() =>
    withIgnored(quantizeDraft(project.id), ignore ?? []),
  );
  const [compress, setCompress] = useState<CompressForm>(() => compressDraft(project.id));
  const int8 = kind === "int8";
  const calibration = int8 ? quantize.calibration : compress.calibration;
  const available = useAvailable(project, calibration);
  const known = { project, model, dataset, available };
  const problem = int8 ? quantizeProblem(quantize, known) : compressProblem(compress, known);
  const calibrated = int8 || (isInt4(compress.mode) && (compress.data || needsData(compress)));
  const samples = calibrated ? calibrationSize(calibration, available ?? project.dataset?.count ?? 0) : 0;
  const estimate = estimateS(int8 ? quantize.measure : compress.measure, samples, project);
  const share = metricIsShare(report, quantize.metric, project.model?.task);
  const start = useMutation({
    mutationFn: () =>
      int8
        ? startQuantization(project.id, quantizeWanted(quantize, share))
        : startCompression(project.id, compressWanted(compress)),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      forget(project.id);
      onStarted(job);
    },
  });
  const changeQuantize = (next: Partial<QuantizeForm>) => {
    const form = { ...quantize, ...next };
    keepQuantize(project.id, form);
    setQuantize(form);
  };
  const changeCompress = (next: Partial<CompressForm>) => {
    const form = { ...compress, ...next };
    keepCompress(project.id, form);
    setCompress(form);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!problem && !start.isPending) start.mutate();
  };
  const refused = refusal(known);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      title="Make a version"
      size="min(600px, 100vw)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className={`fields ${classes.form}`} onSubmit={submit} aria-label="New version">
        <SegmentedControl
          aria-label="What is made smaller"
          fullWidth
          value={kind}
          onChange={(value) => onKind(value === "weights" ? "weights" : "int8")}
          data={[
            { value: "int8", label: "INT8: weights and activations" },
            { value: "weights", label: "weights only" },
          ]}
        />
        <p className="dim">
          {int8
            ? "Post-training quantisation: the model runs on samples, so that the ranges of its activations are known. Most gain in speed."
            : "The file and its memory get smaller; activations keep their precision, so that accuracy hardly changes."}
        </p>
        {refused && <p className="notice warn">{refused}</p>}
        {int8 ? (
          <QuantizeFields {...{ project, dataset, report }} form={quantize} onChange={changeQuantize} />
        ) : (
          <WeightsFields {...{ project, dataset }} form={compress} onChange={changeCompress} />
        )}
        <div className={`${classes.foot} stack tight`}>
          {start.error && <ErrorState error={start.error} compact />}
          <div className="row">
            <Action type="submit" variant="filled" loading={start.isPending} reason={problem ?? undefined}>
              {int8 ? "Quantise" : "Compress the weights"}
            </Action>
            <span className="small dim" role="status">
              {problem ??
                `about ${duration(estimate)}${int8 && quantize.control ? ", and longer by what has to be put back" : ""}; a model and a project of its own are made`}
            </span>
          </div>
        </div>
      </form>
    </Drawer>
  );
}
