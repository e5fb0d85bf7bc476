import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import type { ChosenFile } from "../../api/files";
import { discardUpload, forgetUpload } from "../../api/tus";
import type { Job } from "../../api/types";
import { type SetProgress, uploadAll } from "../../api/uploadSet";
import { jobQuery } from "../jobs/queries";

export type Source = { uploads: string[] } | { path: string };

interface Options {
  /** Asks the server to import; resolves to its job. */
  start: (source: Source) => Promise<Job>;
  /** The job that is under way, from the address, so that a reload finds it again. */
  watch: string | undefined;
  onWatch: (job: string | undefined) => void;
  onDone: (job: Job) => void;
}

export interface Import {
  phase: "idle" | "uploading" | "starting" | "working";
  progress: SetProgress | null;
  job: Job | null;
  error: unknown;
  submit: (source: { files: ChosenFile[] } | { path: string }) => void;
  cancelUpload: (files: ChosenFile[]) => void;
  /** Forget an error or a failed job, because the form was changed. */
  reset: () => void;
}

// The server no longer knows these uploads, or has used them: they have to be sent again.
const LOST = new Set(["upload_not_found", "upload_in_use", "upload_expired", "upload_incomplete"]);

/** An import from the first byte sent to the end of its job. What was typed stays in the form whatever fails. */
export function useImport({ start, watch, onWatch, onDone }: Options): Import {
  const [phase, setPhase] = useState<"idle" | "uploading" | "starting">("idle");
  const [progress, setProgress] = useState<SetProgress | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController>(null);
  const { data: job, error: lost } = useQuery({ ...jobQuery(watch ?? ""), enabled: watch !== undefined });
  const done = useRef(onDone);
  done.current = onDone;

  const succeeded = job?.state === "succeeded" ? job : null;
  useEffect(() => {
    if (succeeded) done.current(succeeded);
  }, [succeeded]);

  // Leaving the page in the middle of an upload loses nothing, but the files would have to be chosen again.
  useEffect(() => {
    if (phase !== "uploading") return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [phase]);
  useEffect(() => () => stop.current?.abort(), []);

  const run = async (source: { files: ChosenFile[] } | { path: string }) => {
    setError(null);
    onWatch(undefined);
    const files = "files" in source ? source.files : [];
    const controller = new AbortController();
    stop.current = controller;
    try {
      let uploads: string[] = [];
      if ("files" in source) {
        setPhase("uploading");
        uploads = await uploadAll(files, controller.signal, setProgress);
      }
      setPhase("starting");
      const begun = await start("path" in source ? { path: source.path } : { uploads });
      for (const { path, file } of files) forgetUpload(path, file);
      onWatch(begun.id);
    } catch (failure) {
      if (controller.signal.aborted) return;
      if (LOST.has(asApiError(failure).code)) for (const { path, file } of files) forgetUpload(path, file);
      setError(failure);
    } finally {
      if (stop.current === controller) setPhase("idle");
      setProgress(null);
    }
  };

  return {
    phase: phase === "idle" && job && (job.state === "queued" || job.state === "running") ? "working" : phase,
    progress,
    job: job ?? null,
    error: error ?? (job ? null : lost),
    submit: (source) => void run(source),
    cancelUpload: (files) => {
      stop.current?.abort();
      setPhase("idle");
      setProgress(null);
      for (const { path, file } of files) void discardUpload(path, file);
    },
    reset: () => {
      setError(null);
      if (job && (job.state === "failed" || job.state === "cancelled")) onWatch(undefined);
    },
  };
}
