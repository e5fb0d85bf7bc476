import { Checkbox } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { forgetUpload, upload } from "../../api/tus";
import type { ImportanceWanted, PredictionWanted } from "../../api/types";
import type { TrySearch } from "../../app/search";
import { Action } from "../../components/Action";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState } from "../../components/States";
import { sampleQuery } from "../datasets/queries";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";
import { HoleDrawing, holeFile } from "./HoleDrawing";
import type { Shape } from "./holes";
import { ImportanceFields } from "./ImportanceFields";
import { LabelSetPick } from "./LabelSetPick";
import { PicturePick, useFileAddress } from "./PicturePick";
import { PlacePick } from "./PlacePick";
import { predict, predictionQuery } from "./queries";
import { Result } from "./Result";
import classes from "./Try.module.css";
import { NO_PICTURE, type Picture, pictureProblem, predictionBody, type Subject } from "./trying";

interface Props {
  subject: Subject;
  search: TrySearch;
  /** The dataset that samples are first looked for in. */
  dataset?: string;
  onSearch: (next: TrySearch) => void;
}

/** One picture through the model: what it answers, and why. */
export function TryPage({ subject, search, dataset, onSearch }: Props) {
  const client = useQueryClient();
  const faces = subject.task === "face_recognition";
  const [pictures, setPictures] = useState<Picture[]>(() => beginning(search, dataset, faces));
  const [shapes, setShapes] = useState<Shape[]>([]);
  const size = useRef({ width: 0, height: 0 });
  const [withParent, setWithParent] = useState(subject.hasParent);
  const [reading, setReading] = useState<PredictionWanted["reading"]>(null);
  const inpainting = subject.task === "inpainting";
  const place = { target: search.target, device: search.device ?? "CPU" };

  const shown = usePictureAddress(pictures[0]);
  const change = (index: number, next: Picture) => {
    setPictures(pictures.map((picture, at) => (at === index ? next : picture)));
    // A hole belongs to the picture that it was drawn into.
    if (index === 0) setShapes([]);
    if (next.from === "sample") {
      onSearch(
        index === 0
          ? { ...search, dataset: next.dataset, sample: next.sample }
          : { ...search, second: next.sample },
      );
    }
  };

  const run = useMutation({
    mutationFn: async (importance: ImportanceWanted | null) => {
      const signal = new AbortController().signal;
      const sent: { path: string; file: File }[] = [];
      const send = async (path: string, file: File) => {
        const id = await upload(file, path, { signal, onProgress: () => undefined });
        sent.push({ path, file });
        return id;
      };
      const uploads: string[] = [];
      for (const { from, file } of pictures) {
        if (from === "file" && file) uploads.push(await send(file.path, file.file));
      }
      const mask = inpainting ? await send("mask.png", await holeFile(shapes, size.current)) : null;
      const body = predictionBody({
        subject,
        pictures,
        uploads,
        mask,
        place,
        withParent,
        importance,
        reading,
      });
      try {
        return await predict(body);
      } finally {
        // The server keeps what it was given for one job: the next try sends it again.
        for (const { path, file } of sent) forgetUpload(path, file);
      }
    },
    onSuccess: ({ prediction, job }) => {
      client.setQueryData(predictionQuery(prediction.id).queryKey, prediction);
      client.setQueryData(jobQuery(job.id).queryKey, job);
      onSearch({ ...search, prediction: prediction.id });
    },
  });

  const attempt = useAttempt(search.prediction);
  const missing =
    pictureProblem(pictures) ?? (inpainting && shapes.length === 0 ? "Draw the hole first." : null);
  const reason = run.isPending
    ? "The picture is being sent."
    : attempt.working
      ? "A picture is being tried: wait for it, or cancel it."
      : missing;
  return (
    <div className={classes.layout}>
      <div className="stack">
        <Panel title={faces ? "Two faces" : "Picture"}>
          <div className="stack">
            {pictures.map((picture, index) => (
              <PicturePick
                // biome-ignore lint/suspicious/noArrayIndexKey: first and second are what they are
                key={index}
                label={faces ? (index === 0 ? "First" : "Second") : "The picture"}
                value={picture}
                onChange={(next) => change(index, next)}
                disabled={run.isPending}
              />
            ))}
            {subject.kind === "model" && (
              <PlacePick
                value={place}
                onChange={(next) => onSearch({ ...search, ...next })}
                disabled={run.isPending}
              />
            )}
            {subject.hasParent && (
              <Checkbox
                label="Beside the model that this one was made from"
                checked={withParent}
                onChange={(event) => setWithParent(event.currentTarget.checked)}
              />
            )}
            {subject.kind === "model" && attempt.result && NAMED.has(attempt.result.reading.task) && (
              <LabelSetPick reading={attempt.result.reading} value={reading} onChange={setReading} />
            )}
            <Action
              variant="filled"
              onClick={() => run.mutate(null)}
              loading={run.isPending}
              reason={reason ?? undefined}
            >
              Try it
            </Action>
          </div>
        </Panel>
        {subject.task === "classification" && (
          <ImportanceFields onRun={(wanted) => run.mutate(wanted)} reason={reason} />
        )}
      </div>
      <div className="stack">
        {inpainting && shown && (
          <Panel title="Hole" aside="what is painted is made up anew">
            <HoleDrawing
              key={shown}
              image={shown}
              shapes={shapes}
              onChange={setShapes}
              onSize={(next) => {
                size.current = next;
              }}
            />
          </Panel>
        )}
        {run.error && (
          <ErrorState error={run.error} onRetry={() => run.mutate(run.variables ?? null)} compact />
        )}
        {attempt.error ? <ErrorState error={attempt.error} onRetry={attempt.retry} compact /> : null}
        {attempt.job && attempt.job.state !== "succeeded" && attempt.job.state !== "cancelled" && (
          <JobProgress job={attempt.job} />
        )}
        {attempt.job?.state === "cancelled" && (
          <p className="notice" role="status">
            It was cancelled; nothing is shown of it.
          </p>
        )}
        {attempt.result ? (
          <Result key={search.prediction} result={attempt.result} />
        ) : (
          !attempt.job &&
          !run.isPending &&
          !run.error &&
          !inpainting && (
            <Panel>
              <EmptyState title="Nothing was tried yet">
                {faces
                  ? "Choose two faces: how alike the model finds them is shown here."
                  : "Choose a picture: what the model makes of it is shown here."}
              </EmptyState>
            </Panel>
          )
        )}
      </div>
    </div>
  );
}

/** Tasks whose answers are classes with names. */
const NAMED: ReadonlySet<string> = new Set([
  "classification",
  "object_detection",
  "instance_segmentation",
  "semantic_segmentation",
]);

function beginning(search: TrySearch, dataset: string | undefined, faces: boolean): Picture[] {
  const first: Picture = {
    ...NO_PICTURE,
    from: search.sample === undefined ? "file" : "sample",
    dataset: search.dataset ?? dataset,
    sample: search.sample,
  };
  return faces ? [first, { ...first, sample: search.second }] : [first];
}

/** A picture as it was chosen, before anything is asked of the server. */
function usePictureAddress(picture: Picture | undefined): string | null {
  const file = useFileAddress(picture?.from === "file" ? picture.file?.file : null);
  const { data: sample } = useQuery({
    ...sampleQuery(picture?.dataset ?? "", picture?.sample ?? 0),
    enabled: picture?.from === "sample" && picture.dataset !== undefined && picture.sample !== undefined,
  });
  if (picture?.from === "file") return file;
  return picture?.sample === undefined ? null : (sample?.image ?? null);
}

/** The prediction that the address names, and its job while it is at work. */
function useAttempt(id: string | undefined) {
  const { data, error, refetch } = useQuery({ ...predictionQuery(id ?? ""), enabled: id !== undefined });
  const { data: live } = useQuery({
    ...jobQuery(data?.job.id ?? ""),
    enabled: data !== undefined && data.result === null,
  });
  const job = live ?? data?.job;
  const waiting = job?.state === "succeeded" && data?.result === null;
  useEffect(() => {
    if (waiting) void refetch();
  }, [waiting, refetch]);
  return {
    job,
    result: data?.result ?? null,
    error,
    retry: () => void refetch(),
    working: job?.state === "queued" || job?.state === "running",
  };
}
