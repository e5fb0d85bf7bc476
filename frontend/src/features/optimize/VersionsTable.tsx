import { Checkbox, NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Project, Version } from "../../api/types";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { bytesText, counted, decimal, MISSING, plusMinus } from "../../format/number";
import { jobQuery } from "../jobs/queries";
import { intervalText, metricText } from "../reports/metricText";
import { versionName } from "./axes";
import { startRace } from "./queries";
import { MOST_SIDES, racePair, raceProblem, sideOf } from "./racing";

interface Props {
  project: Project;
  items: readonly Version[];
  selected: string | undefined;
  onPick: (key: string | undefined) => void;
  onRace: (job: string) => void;
}

/** Every version with its figures, those without a place on the plane as well; ticked ones are measured in turn. */
export function VersionsTable({ project, items, selected, onPick, onRace }: Props) {
  const client = useQueryClient();
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [budget, setBudget] = useState<number | "">(30);
  const chosen = items.filter(({ key }) => ticked.includes(key));
  const problem =
    project.state === "archived" ? "A part of this project is gone." : raceProblem(chosen, budget);
  const race = useMutation({
    mutationFn: () => startRace({ sides: racePair(chosen), budget_s: budget === "" ? 30 : budget }),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      setTicked([]);
      onRace(job.id);
    },
  });
  const toggle = (key: string) =>
    setTicked((now) => (now.includes(key) ? now.filter((entry) => entry !== key) : [...now, key]));
  return (
    <Panel
      title={counted(items.length, "version")}
      flush
      aside={
        <>
          <NumberInput
            aria-label="Seconds of measuring in turn"
            size="xs"
            w={76}
            min={1}
            max={3600}
            hideControls
            suffix=" s"
            value={budget}
            onChange={(value) => setBudget(typeof value === "number" ? value : "")}
          />
          <Action
            size="xs"
            loading={race.isPending}
            reason={problem ?? undefined}
            onClick={() => race.mutate()}
          >
            Measure {chosen.length > 1 ? counted(chosen.length, "version") : "ticked ones"} in turn
          </Action>
        </>
      }
    >
      {race.error && <ErrorState error={race.error} compact />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="scroll" style={{ maxHeight: 420 }} tabIndex={0} aria-label="Versions as a list">
        <table className="data">
          <caption className="unseen">Versions of the model with their figures</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">In turn</span>
              </th>
              <th scope="col">Version</th>
              <th scope="col">Runs in</th>
              <th scope="col" className="num">
                Accuracy
              </th>
              <th scope="col" className="num">
                Distance
              </th>
              <th scope="col" className="num">
                Throughput
              </th>
              <th scope="col" className="num">
                Median
              </th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col" className="num">
                Memory
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {items.map((version) => {
              const name = versionName(version, items);
              const { run, accuracy, distance } = version;
              const full = ticked.length >= MOST_SIDES && !ticked.includes(version.key);
              return (
                <tr key={version.key} aria-current={version.key === selected || undefined}>
                  <td>
                    <Checkbox
                      size="xs"
                      aria-label={`Measure ${name} in turn`}
                      checked={ticked.includes(version.key)}
                      disabled={sideOf(version) === null || full}
                      onChange={() => toggle(version.key)}
                    />
                  </td>
                  <th scope="row" style={{ paddingLeft: 6 + Math.min(version.depth, 6) * 14, maxWidth: 300 }}>
                    <button
                      type="button"
                      className="plain ellipsis"
                      style={{ maxWidth: "100%", display: "block", color: "var(--accent)" }}
                      title={version.name}
                      aria-pressed={version.key === selected}
                      onClick={() => onPick(version.key === selected ? undefined : version.key)}
                    >
                      {version.name}
                    </button>
                  </th>
                  <td>
                    {version.effective_precision ?? MISSING} <span className="faint">{version.method}</span>
                  </td>
                  <td className="num" title={accuracy?.label}>
                    {accuracy ? metricText(accuracy.metric, accuracy) : MISSING}{" "}
                    <span className="faint">{accuracy && intervalText(accuracy.metric, accuracy)}</span>
                  </td>
                  <td className="num" title={distance?.label}>
                    {distance ? metricText(distance.metric, distance) : MISSING}
                  </td>
                  <td className="num">
                    {run ? `${decimal(run.throughput_fps)} FPS` : MISSING}{" "}
                    <span className="faint">{plusMinus(run?.throughput_ci95)}</span>
                  </td>
                  <td className="num">{run ? `${decimal(run.latency_median_ms, 3)} ms` : MISSING}</td>
                  <td className="num">{bytesText(version.size_bytes)}</td>
                  <td className="num">{bytesText(run?.peak_memory_bytes)}</td>
                  <td>
                    <State version={version} items={items} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

function State({ version, items }: { version: Version; items: readonly Version[] }) {
  const better = items.find(({ key }) => key === version.dominated_by);
  return (
    <span className="row" style={{ gap: 4 }}>
      {version.lacks.length > 0 ? (
        <span className="dim">{version.lacks.join(", ")}</span>
      ) : version.on_front ? (
        <Chip tone="accent" quiet>
          on the front
        </Chip>
      ) : (
        <span className="dim">{better ? `beaten by ${versionName(better, items)}` : "beaten"}</span>
      )}
      {version.warnings.length > 0 && (
        <Chip tone="warn" explain={version.warnings.join(" ")}>
          {counted(version.warnings.length, "warning")}
        </Chip>
      )}
    </span>
  );
}
