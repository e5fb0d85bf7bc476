import { Checkbox, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import type { Model } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { FOLD } from "../findings/findings";
import { nameProblem } from "../imports/names";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { foldModel } from "./queries";

/** A child of a model that takes pictures as they are decoded; advice opens it by the address. */
export function FoldForm({ model, unsaved }: { model: Model; unsaved: boolean }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const hash = useLocation({ select: (location) => location.hash });
  const [open, setOpen] = useState(hash === FOLD);
  const [name, setName] = useState("");
  const [resize, setResize] = useState(false);
  const [made, setMade] = useState<{ job: string; model: string } | null>(null);
  const { data: job } = useQuery({ ...jobQuery(made?.job ?? ""), enabled: made !== null });
  const start = useMutation({
    mutationFn: () => foldModel(model.id, { name: name.trim() || null, resize }),
    onSuccess: ({ job: started, model: child }) => {
      client.setQueryData(jobQuery(started.id).queryKey, started);
      setMade({ job: started.id, model: child.id });
    },
  });
  const child = made?.model;
  const state = made === null ? undefined : job?.state;
  useEffect(() => {
    if (state !== "succeeded" || child === undefined) return;
    setOpen(false);
    void client.invalidateQueries({ queryKey: ["models"] });
    void navigate({ to: "/models/$ref", params: { ref: child } });
  }, [state, child, client, navigate]);
  const stretched = (model.preprocessing?.resize ?? "stretch") === "stretch";
  const again = () => {
    setMade(null);
    start.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A dialog's form stands within the panel's as far as React is concerned.
    event.stopPropagation();
    if (!nameProblem(name) && !unsaved && !start.isPending) start.mutate();
  };
  return (
    <>
      <Action
        onClick={() => {
          if (state !== "queued" && state !== "running") again();
          setOpen(true);
        }}
        reason={unsaved ? "Save the changes first." : undefined}
      >
        Make a version with this inside
      </Action>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`${model.name} with its preprocessing inside`}
        size={460}
        yOffset="18vh"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {job && made && state !== "cancelled" ? (
          <JobProgress job={job} onRetry={again} />
        ) : (
          <form className="fields" onSubmit={submit}>
            <p className="dim">
              The new model takes pictures as they are decoded: bytes, RGB, channels last. Channel order, mean
              and scale are part of it.
            </p>
            <TextInput
              label="Name"
              placeholder={`${model.name} folded`}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={nameProblem(name)}
              data-autofocus
            />
            <Checkbox
              label="resize inside, too"
              description={
                stretched
                  ? "Pictures of any size come in and are stretched."
                  : "Only stretching can be done inside; this model's pictures are fitted or cropped."
              }
              disabled={!stretched}
              checked={resize && stretched}
              onChange={(event) => setResize(event.currentTarget.checked)}
            />
            {start.error && <ErrorState error={start.error} compact />}
            <div className="row" style={{ justifyContent: "flex-end" }}>
              <Action onClick={() => setOpen(false)}>Leave it</Action>
              <Action
                type="submit"
                variant="filled"
                loading={start.isPending}
                reason={nameProblem(name) ?? (unsaved ? "Save the changes first." : undefined)}
              >
                Make it
              </Action>
            </div>
          </form>
        )}
      </Modal>
    </>
  );
}
