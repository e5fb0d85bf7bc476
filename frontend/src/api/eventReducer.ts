/** What an event of the stream changes in the page's cache. Pure, so that it can be tested without a server. */
import type { InfiniteData, QueryKey } from "@tanstack/react-query";
import type { Job, Page } from "./types";

export interface JobEvent {
  id: number;
  type: string;
  job_id: string;
  job: Job | null;
}

export interface ChangedEvent {
  id: number;
  resource: string;
  /** The resource's own id; the event's number has the same name in the stream, so it may be missing here. */
  project_id?: string;
}

export function isActive(job: Pick<Job, "state">): boolean {
  return job.state === "queued" || job.state === "running";
}

/** A job only moves forward: an answer that was on its way while the job ended must not bring it back. */
export function newerJob(known: Job | undefined, told: Job): Job {
  if (known && !isActive(known) && isActive(told) && told.attempt <= known.attempt) return known;
  return told;
}

/** The list of unfinished jobs after hearing of `told`: running ones first, then in order of their arrival. */
export function withJob(active: readonly Job[], told: Job): Job[] {
  const known = active.find((job) => job.id === told.id);
  const rest = active.filter((job) => job.id !== told.id);
  const job = newerJob(known, told);
  return isActive(job) ? inOrder([...rest, job]) : rest;
}

export function inOrder(jobs: readonly Job[]): Job[] {
  const rank = (job: Job) => (job.state === "running" ? (job.measuring ? 0 : 1) : 2);
  return [...jobs].sort(
    (a, b) => rank(a) - rank(b) || a.created_at.localeCompare(b.created_at) || (a.id < b.id ? -1 : 1),
  );
}

/** Pages of a list with `told` in place of what they knew of it; the same object when they do not hold it. */
export function inPages(
  data: InfiniteData<Page<Job>, string | null> | undefined,
  told: Job,
): InfiniteData<Page<Job>, string | null> | undefined {
  if (!data?.pages.some((page) => page.items.some((job) => job.id === told.id))) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.map((job) => (job.id === told.id ? newerJob(job, told) : job)),
  }));
  return { ...data, pages };
}

/** Whether the job moved, rather than only came further. */
export function isMove(event: Pick<JobEvent, "type">): boolean {
  return event.type === "state" || event.type === "created";
}

/** Which queries no longer hold after a job moved. Progress alone makes nothing stale. */
export function staleAfterJob(event: JobEvent): QueryKey[] {
  if (!isMove(event)) return [];
  const keys: QueryKey[] = [["jobs", "list"]];
  const { job } = event;
  if (job?.project_id) keys.push(["projects"], ["runs"]);
  if (job?.model_id) keys.push(["models"]);
  if (job?.dataset_id) keys.push(["datasets"]);
  if (job?.target_id) keys.push(["targets"]);
  return keys;
}

/** Which queries no longer hold after a resource changed. A run also changes what its project calls its best. */
export function staleAfterChange(event: Pick<ChangedEvent, "resource">): QueryKey[] {
  switch (event.resource) {
    case "runs":
      return [["runs"], ["projects"]];
    case "models":
    case "datasets":
    case "targets":
      return [[event.resource], ["projects"], ["compatibility"]];
    default:
      return [[event.resource]];
  }
}
