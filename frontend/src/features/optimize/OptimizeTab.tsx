import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Project, SensitivityResult, VersionAxis } from "../../api/types";
import { Action } from "../../components/Action";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { datasetQuery } from "../datasets/queries";
import { modelQuery } from "../models/queries";
import { keepQuantize, quantizeDraft, withIgnored } from "./drafts";
import { FindPanel } from "./FindPanel";
import { FrontPanel } from "./FrontPanel";
import { refusal } from "./makeForm";
import classes from "./Optimize.module.css";
import { lastJobQuery, versionsQuery } from "./queries";
import { RacePanel } from "./RacePanel";
import { ResultPanel } from "./ResultPanel";
import { SensitivityPanel } from "./SensitivityPanel";
import { VersionPane } from "./VersionPane";
import { VersionsTable } from "./VersionsTable";

const MakeDrawer = lazy(() => import("./MakeDrawer").then((part) => ({ default: part.MakeDrawer })));
const FindDrawer = lazy(() => import("./FindDrawer").then((part) => ({ default: part.FindDrawer })));
const SensitivityDrawer = lazy(() =>
  import("./SensitivityDrawer").then((part) => ({ default: part.SensitivityDrawer })),
);
const route = getRouteApi("/projects/$ref");

/** What can be gained: all versions of the model, and what makes new ones. */
export function OptimizeTab({ project }: { project: Project }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const anywhere = useNavigate();
  const go = (next: Partial<typeof search>, replace = false) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace, resetScroll: false });
  const { data: dataset } = useQuery({
    ...datasetQuery(project.dataset?.id ?? ""),
    enabled: project.dataset !== null,
  });
  const { data: model } = useQuery({
    ...modelQuery(project.model?.id ?? ""),
    enabled: project.model !== null,
  });
  const x: VersionAxis = search.vx ?? "latency_ms";
  const y: VersionAxis = search.vy ?? (dataset?.annotated === false ? "distance" : "accuracy");
  const versions = useQuery({
    ...versionsQuery(project.id, x, y, search.pick ?? "best"),
    placeholderData: (known) => known,
    enabled: search.vy !== undefined || project.dataset === null || dataset !== undefined,
  });
  const made = useShown(project, search.made, ["quantize", "compress"]);
  const best = useShown(project, search.best, ["optimize"]);
  const refused = refusal({ project, model });
  const active = project.state === "queued" || project.state === "running";
  const above = (job: string) => job === project.last_job_id && active;
  const shown = versions.data?.items.find(({ key }) => key === search.version);
  const started = (next: Partial<typeof search>) => go({ make: undefined, ...next }, true);
  const without = (names: string[], result: SensitivityResult) => {
    // Of a quantised model's project, the version without these is made of the model before it.
    keepQuantizeOf(project.id, names);
    if (result.model_id === project.model?.id && project.parent_id) {
      keepQuantizeOf(project.parent_id, names);
      void anywhere({
        to: "/projects/$ref",
        params: { ref: project.parent_id },
        search: { tab: "optimize", make: "int8" },
      });
    } else go({ make: "int8" });
  };
  // What the address names has just been asked for, and stands first; what was found earlier follows the versions.
  const outcome = best && (
    <FindPanel
      project={project}
      id={best}
      shownAbove={above(best)}
      onAgain={() => go({ make: "best", best })}
      onClose={() => go({ best: "none" })}
      onStarted={(job) => started({ best: job.id })}
    />
  );
  const result = made && (
    <ResultPanel
      key={made}
      id={made}
      shownAbove={above(made)}
      onAgain={() => go({ make: "int8" })}
      onClose={() => go({ made: "none" })}
    />
  );
  return (
    <div className="stack">
      <div className="row wrap between">
        <p className="dim">
          Versions of the model on this target, with what each costs and gains.
          {refused && ` ${refused}`}
        </p>
        <div className="row wrap">
          <Action
            onClick={() => go({ make: "sensitivity" })}
            reason={project.state === "archived" ? refused : undefined}
          >
            Rank operations
          </Action>
          <Action onClick={() => go({ make: "weights" })} reason={refused ?? undefined}>
            Compress weights
          </Action>
          <Action onClick={() => go({ make: "int8" })} reason={refused ?? undefined}>
            Quantise to INT8
          </Action>
          <Action variant="filled" onClick={() => go({ make: "best" })} reason={refused ?? undefined}>
            Find the best version
          </Action>
        </div>
      </div>
      {search.best && outcome}
      {search.made && result}
      {search.race && (
        <RacePanel id={search.race} shownAbove={above(search.race)} onClose={() => go({ race: undefined })} />
      )}
      {versions.error ? (
        <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
      ) : versions.data ? (
        <>
          {versions.data.warnings.map((warning) => (
            <p key={warning} className="notice warn">
              {warning}
            </p>
          ))}
          <div className={shown ? classes.split : undefined}>
            <FrontPanel
              project={project}
              versions={versions.data}
              search={search}
              onChange={(next) => go(next)}
            />
            {shown && (
              <VersionPane
                project={project}
                version={shown}
                items={versions.data.items}
                onPick={(version) => go({ version })}
                onClose={() => go({ version: undefined })}
              />
            )}
          </div>
          {versions.data.items.length < 2 && !active && (
            <div className="panel">
              <EmptyState
                title="One version so far"
                actions={
                  <>
                    <Action
                      variant="filled"
                      onClick={() => go({ make: "int8" })}
                      reason={refused ?? undefined}
                    >
                      Quantise to INT8
                    </Action>
                    <Action onClick={() => go({ make: "best" })} reason={refused ?? undefined}>
                      Find the best version
                    </Action>
                  </>
                }
              >
                INT8 usually makes a model two to four times as fast and a quarter as large. The new version
                stands here beside the one that it was made from, with speed and accuracy of both.
              </EmptyState>
            </div>
          )}
          <VersionsTable
            project={project}
            items={versions.data.items}
            selected={search.version}
            onPick={(version) => go({ version })}
            onRace={(race) => go({ race })}
          />
        </>
      ) : (
        <SkeletonRows label="versions" count={10} />
      )}
      {!search.best && outcome}
      {!search.made && result}
      <SensitivityPanel
        project={project}
        lastJob={active ? project.last_job_id : null}
        onStart={() => go({ make: "sensitivity" })}
        onWithout={without}
      />
      <Suspense>
        {(search.make === "int8" || search.make === "weights") && (
          <MakeDrawer
            project={project}
            kind={search.make}
            ignore={search.ignore}
            onKind={(make) => go({ make }, true)}
            onClose={() => go({ make: undefined, ignore: undefined }, true)}
            onStarted={(job) => started({ made: job.id, ignore: undefined })}
          />
        )}
        {search.make === "sensitivity" && (
          <SensitivityDrawer
            project={project}
            onClose={() => go({ make: undefined }, true)}
            onStarted={() => started({})}
          />
        )}
        {search.make === "best" && (
          <FindDrawer
            project={project}
            shownJob={best}
            onClose={() => go({ make: undefined }, true)}
            onStarted={(job) => started({ best: job.id })}
          />
        )}
      </Suspense>
    </div>
  );
}

const keepQuantizeOf = (project: string, names: string[]) =>
  keepQuantize(project, withIgnored(quantizeDraft(project), names));

/** The job that the address names, else the newest of these kinds; "none" where it was closed. */
function useShown(project: Project, named: string | undefined, kinds: readonly string[]): string | undefined {
  const [first = "", second = ""] = kinds;
  const one = useQuery({ ...lastJobQuery(project.id, first), enabled: named === undefined });
  const two = useQuery({
    ...lastJobQuery(project.id, second),
    enabled: named === undefined && second !== "",
  });
  if (named === "none") return undefined;
  if (named) return named;
  const found = [one.data, two.data].filter((job) => job !== null && job !== undefined);
  return found.sort((a, b) => b.created_at.localeCompare(a.created_at))[0]?.id;
}
