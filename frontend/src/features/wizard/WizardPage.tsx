import { NativeSelect, NumberInput } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { flat } from "../../api/queryClient";
import type { Precision } from "../../api/types";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { duration } from "../../format/time";
import { compatibilityQuery, createProject } from "../projects/queries";
import { targetsQuery } from "../targets/queries";
import { environmentOf, estimateFor } from "./choice";
import { DatasetColumn } from "./DatasetColumn";
import { EnvironmentColumn } from "./EnvironmentColumn";
import { ModelColumn } from "./ModelColumn";

const route = getRouteApi("/projects/new");

/** Model, environment, dataset: one page, filled from left to right. The address names what was chosen. */
export function WizardPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const targets = useInfiniteQuery(targetsQuery());
  const known = useMemo(() => (targets.data ? flat(targets.data) : undefined), [targets.data]);
  const { target, device } = environmentOf(known ?? [], search);
  const [precision, setPrecision] = useState<Precision | "">("");
  const [seconds, setSeconds] = useState<number | "">(10);
  const { model, dataset } = search;

  const complete = model !== undefined && dataset !== undefined && target !== null && device !== null;
  const choice = { model, dataset, target: target?.id, device: device ?? undefined };
  const { data: verdict } = useQuery({ ...compatibilityQuery(choice), enabled: complete });
  const create = useMutation({
    mutationFn: () =>
      createProject({
        model: model ?? "",
        dataset: dataset ?? "",
        target: target?.id ?? "",
        device: device ?? "",
        precision: precision || null,
        baseline: true,
        duration_s: seconds || 10,
      }),
    onSuccess: ({ project }) => {
      void client.invalidateQueries({ queryKey: ["projects"] });
      void navigate({ to: "/projects/$ref", params: { ref: project.id } });
    },
  });

  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const missing = [
    model === undefined && "a model",
    (target === null || device === null) && "a device",
    dataset === undefined && "a dataset",
  ].filter(Boolean);
  const against = verdict?.reasons.find((reason) => reason.blocking);
  const estimate = estimateFor(verdict?.estimate_s, seconds || 10);
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="projects" to="/">
            Projects
          </Link>,
          "New",
        ]}
        title="New project"
        facts="One model with one dataset on one device. Its baseline is measured at once."
      />
      <div className="stack">
        <div className="columns three">
          <ModelColumn
            chosen={model}
            dataset={dataset}
            job={search.modelJob}
            onPick={(id) => set({ model: id, modelJob: undefined })}
            onJob={(job) => set({ modelJob: job })}
          />
          <EnvironmentColumn
            targets={known}
            error={targets.error}
            onRetry={() => void targets.refetch()}
            target={target}
            device={device}
            model={model}
            onPick={(id, name) => set({ target: id, device: name })}
          />
          <DatasetColumn
            chosen={dataset}
            model={model}
            job={search.datasetJob}
            onPick={(id) => set({ dataset: id, datasetJob: undefined })}
            onJob={(job) => set({ datasetJob: job })}
          />
        </div>
        <Panel title="What will run">
          <div className="row between wrap" style={{ alignItems: "flex-end" }}>
            <div className="stack tight" style={{ maxWidth: 560 }}>
              <p className="dim">
                The{" "}
                <Explain text="Three runs: with the latency hint, with the throughput hint, and one stream with batch 1. Each is followed by an instrumented run for layer times.">
                  baseline
                </Explain>
                : latency hint, throughput hint, and batch 1 on 1 stream, with layer times
                {estimate !== null && <>; about {duration(estimate)}</>}. The machine measures nothing else
                meanwhile.
              </p>
              {against && (
                <p className="warn-text" role="status">
                  {against.message} {against.action}
                </p>
              )}
            </div>
            <div className="row" style={{ alignItems: "flex-end" }}>
              <NumberInput
                label="Each run"
                w={96}
                min={0.1}
                max={3600}
                suffix=" s"
                value={seconds}
                onChange={(value) => setSeconds(typeof value === "number" ? value : "")}
              />
              <NativeSelect
                label="Inference precision"
                value={precision}
                onChange={(event) => setPrecision(event.currentTarget.value as Precision | "")}
                data={[{ value: "", label: "the device's default" }, "f32", "bf16", "f16"]}
              />
              <Action
                variant="filled"
                onClick={() => create.mutate()}
                loading={create.isPending}
                reason={
                  missing.length > 0
                    ? `Choose ${missing.join(" and ")} first.`
                    : against
                      ? against.message
                      : undefined
                }
              >
                Create and measure
              </Action>
            </div>
          </div>
          {create.error && (
            <div style={{ marginTop: 10 }}>
              <ErrorState error={create.error} compact />
            </div>
          )}
        </Panel>
      </div>
    </>
  );
}
