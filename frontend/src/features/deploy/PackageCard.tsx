import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { Package } from "../../api/types";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { Confirm } from "../../components/Confirm";
import { CopyButton } from "../../components/CopyButton";
import { Figure, Figures } from "../../components/Figure";
import { Panel } from "../../components/Panel";
import { bytes, count, counted, decimal, known, MISSING } from "../../format/number";
import { ago, dateTime } from "../../format/time";
import classes from "./Deploy.module.css";
import { PackageLog } from "./PackageLog";
import { PartsBar } from "./PartsBar";
import { configurationText } from "./packageForm";
import { deletePackage, packageDownload } from "./queries";
import { KIND_NAMES, TrialChip } from "./TrialChip";

/** A package as it is offered: what came of trying it, what it holds, how it is taken. */
export function PackageCard({ made, onGone }: { made: Package; onGone: () => void }) {
  const [open, setOpen] = useState<"parts" | "log" | null>(null);
  const id = useId();
  const { trial } = made;
  const toggle = (what: "parts" | "log") => setOpen(open === what ? null : what);
  return (
    <Panel
      title={made.name}
      aside={
        <>
          <Chip>{KIND_NAMES[made.kind]}</Chip>
          <Chip>{made.devices.join(", ")}</Chip>
          <span title={dateTime(made.created_at)}>built {ago(made.created_at)}</span>
        </>
      }
    >
      <div className="stack tight">
        <Figures label={`Trial of ${made.name}`}>
          <div className="figure">
            <dt className="label">Trial</dt>
            <dd className="value">
              <TrialChip trial={trial} />
            </dd>
            <dt className="note">
              {trial?.device ? `${trial.state === "passed" ? "on" : "for"} ${trial.device}` : "\u00a0"}
            </dt>
          </div>
          <Figure
            label="Samples compared"
            explain="Pictures of the dataset whose outputs were compared with those that the workbench gets."
            quantity={{ value: trial?.state === "passed" ? count(trial.samples) : MISSING, unit: "" }}
            note={trial?.compared?.join(", ")}
          />
          <Figure
            label="Largest difference"
            explain="Of any value of any output, between the package and the workbench."
            quantity={{ value: differenceText(trial?.max_difference), unit: "" }}
          />
          <Figure
            label="Throughput"
            explain="Told by the package's own sample while it was tried: a short look, no measurement."
            quantity={{
              value: decimal(trial?.throughput_fps),
              unit: known(trial?.throughput_fps) ? "FPS" : "",
            }}
          />
          <Figure label="Archive" explain="The size of the download." quantity={bytes(made.size_bytes)} />
        </Figures>
        {trial && <p className={trial.state === "passed" ? "dim" : "warn-text"}>{trial.reason}</p>}
        <dl className="facts-list">
          {made.configuration && (
            <>
              <dt>Configuration</dt>
              <dd>{configurationText(made.configuration) || "the device's own"}</dd>
            </>
          )}
          <dt>SHA-256</dt>
          <dd className={classes.sum}>
            <span className="mono">{made.sha256}</span>
            <CopyButton text={made.sha256} label={`SHA-256 of ${made.name}`} />
          </dd>
        </dl>
        <div className="row wrap">
          <Button
            component="a"
            href={packageDownload(made.id)}
            download={made.filename}
            variant="filled"
            aria-label={`Download ${made.filename}`}
          >
            Download
          </Button>
          <Action
            onClick={() => toggle("parts")}
            aria-expanded={open === "parts"}
            aria-controls={`${id}-parts`}
          >
            What is in it
          </Action>
          {trial && (
            <Action onClick={() => toggle("log")} aria-expanded={open === "log"} aria-controls={`${id}-log`}>
              Log of the trial
            </Action>
          )}
          <span className="grow" />
          <DeletePackage made={made} onGone={onGone} />
        </div>
        <div id={`${id}-parts`} hidden={open !== "parts"}>
          {open === "parts" && (
            <>
              <p className="small dim">
                {counted(
                  made.parts.reduce((sum, { files }) => sum + files, 0),
                  "file",
                )}
                , {made.filename}
              </p>
              <PartsBar parts={made.parts} caption={`Parts of ${made.name}`} />
            </>
          )}
        </div>
        <div id={`${id}-log`} hidden={open !== "log"}>
          {open === "log" && <PackageLog made={made} />}
        </div>
      </div>
    </Panel>
  );
}

/** Differences of floats are small: with a power of ten they stay readable. */
function differenceText(value: number | null | undefined): string {
  if (!known(value)) return MISSING;
  return value !== 0 && value < 1e-3 ? value.toExponential(1).replace("-", "\u2212") : decimal(value, 3);
}

export function DeletePackage({ made, onGone }: { made: Package; onGone?: () => void }) {
  const client = useQueryClient();
  return (
    <Confirm
      verb="Delete"
      question={`Delete ${made.filename}?`}
      action={() => deletePackage(made.id)}
      onDone={() => {
        onGone?.();
        void client.invalidateQueries({ queryKey: ["packages"] });
      }}
    >
      The archive is removed from this server; what was downloaded stays. It can be built again.
    </Confirm>
  );
}
