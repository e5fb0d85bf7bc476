import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMatches, useNavigate, useParams } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { flat } from "../api/queryClient";
import { datasetsQuery } from "../features/datasets/queries";
import { activeJobs } from "../features/jobs/queries";
import { modelsQuery } from "../features/models/queries";
import { projectQuery, projectsQuery } from "../features/projects/queries";
import { targetsQuery } from "../features/targets/queries";
import { formatName, jobKind, taskName } from "../format/words";
import classes from "./Palette.module.css";
import { type Entry, found, projectActions } from "./paletteEntries";

const ACTIONS: Entry[] = [
  { kind: "action", name: "New project", hint: "model, environment, dataset", to: "/projects/new" },
  {
    kind: "action",
    name: "Import a model",
    hint: "ONNX, OpenVINO IR, TensorFlow, TFLite, Paddle",
    to: "/models/import",
  },
  {
    kind: "action",
    name: "Import a dataset",
    hint: "ImageNet, Pascal VOC, COCO, plain pictures",
    to: "/datasets/import",
  },
  {
    kind: "action",
    name: "Generate a dataset",
    hint: "noise, or augmented from another one",
    to: "/datasets/generate",
  },
  {
    kind: "action",
    name: "Import a project",
    hint: "an export of another workbench",
    to: "/projects/import",
  },
  { kind: "action", name: "Compare projects…", hint: "or runs, side by side", to: "/compare" },
  { kind: "action", name: "Projects", hint: "page", to: "/" },
  { kind: "action", name: "Models", hint: "page", to: "/models" },
  { kind: "action", name: "Datasets", hint: "page", to: "/datasets" },
  { kind: "action", name: "Targets", hint: "page", to: "/targets" },
  { kind: "action", name: "Jobs", hint: "page", to: "/jobs" },
  { kind: "action", name: "Settings", hint: "theme, tokens, storage, log", to: "/settings" },
  {
    kind: "action",
    name: "Toolchains",
    hint: "what converts and judges in environments of its own",
    to: "/settings",
    hash: "toolchains",
  },
];

/** Finds any project, model, dataset, target, running job or action by a part of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [place, setPlace] = useState(0);
  const navigate = useNavigate();
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const entries = useEntries(typed);

  useEffect(() => {
    list.current?.querySelector(`[data-place="${place}"]`)?.scrollIntoView({ block: "nearest" });
  }, [place]);

  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (entry.job) void navigate({ to: ".", search: (now) => ({ ...now, job: entry.job }) });
    else {
      void navigate({
        to: entry.to,
        params: { ref: entry.ref ?? "" },
        search: entry.tab ? { tab: entry.tab, make: entry.make } : {},
        hash: entry.hash,
      });
    }
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && entries.length > 0) {
      event.preventDefault();
      setPlace((now) => (now + step + entries.length) % entries.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(entries[place]);
    }
  };

  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      aria-label="Find"
    >
      <input
        className={classes.field}
        data-autofocus
        role="combobox"
        aria-label="Find a project, model, dataset, target, job or action"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={entries[place] ? `${listId}-${place}` : undefined}
        aria-autocomplete="list"
        placeholder="Find a project, model, dataset, target, job or action"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={onKey}
      />
      <div id={listId} ref={list} role="listbox" aria-label="Found" className={classes.list}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active entry
          <div
            key={`${entry.kind}:${entry.ref ?? entry.job ?? entry.to}:${entry.name}`}
            id={`${listId}-${index}`}
            data-place={index}
            role="option"
            aria-selected={index === place}
            className={classes.entry}
            onClick={() => go(entry)}
            onMouseMove={() => setPlace(index)}
          >
            <span className={`${classes.kind} faint`}>{entry.kind}</span>
            <span className="ellipsis">{entry.name}</span>
            <span className="faint small ellipsis">{entry.hint}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={`${classes.nothing} dim`}>Nothing is called that.</p>}
    </Modal>
  );
}

function useEntries(typed: string): Entry[] {
  const [asked] = useDebouncedValue(typed.trim(), 120);
  const q = asked || undefined;
  const kept = { placeholderData: keepPreviousData };
  const projects = useInfiniteQuery({ ...projectsQuery({ q }), ...kept }).data;
  const models = useInfiniteQuery({ ...modelsQuery({ q }), ...kept }).data;
  const datasets = useInfiniteQuery({ ...datasetsQuery({ q }), ...kept }).data;
  const targets = useInfiniteQuery(targetsQuery()).data;
  const { data: jobs } = useQuery(activeJobs);
  const newest = flat(useInfiniteQuery(projectsQuery()).data)[0];
  const open = useParams({ strict: false });
  const onProject = useMatches({
    select: (all) => all.some(({ pathname }) => pathname.startsWith("/projects/")),
  });
  const here = onProject && open.ref !== undefined ? open.ref : null;
  const { data: current } = useQuery({ ...projectQuery(here ?? ""), enabled: here !== null });
  const about = here === null ? newest : current;

  return useMemo(() => {
    const all: Entry[] = [
      ...ACTIONS,
      ...projectActions(about),
      ...(jobs ?? []).map((job) => ({
        kind: "job" as const,
        name: job.title,
        hint: `${jobKind(job.kind)}, ${job.state}`,
        to: "." as const,
        job: job.id,
      })),
      ...flat(projects).map((project) => ({
        kind: "project" as const,
        name: project.name,
        hint: project.device,
        to: "/projects/$ref" as const,
        ref: project.id,
      })),
      ...flat(models).map((model) => ({
        kind: "model" as const,
        name: model.name,
        hint: taskName(model.task),
        to: "/models/$ref" as const,
        ref: model.id,
      })),
      ...flat(datasets).map((dataset) => ({
        kind: "dataset" as const,
        name: dataset.name,
        hint: formatName(dataset.format),
        to: "/datasets/$ref" as const,
        ref: dataset.id,
      })),
      ...flat(targets).map((target) => ({
        kind: "target" as const,
        name: target.name,
        hint: target.state,
        to: "/targets/$ref" as const,
        ref: target.id,
      })),
    ];
    return found(all, typed);
  }, [typed, projects, models, datasets, targets, jobs, about]);
}
