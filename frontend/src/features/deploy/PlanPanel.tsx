import type { PackagePlan } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Figure, Figures } from "../../components/Figure";
import { Panel } from "../../components/Panel";
import { ErrorState, SkeletonRows } from "../../components/States";
import { bytes, bytesText } from "../../format/number";
import classes from "./Deploy.module.css";
import { PartsBar } from "./PartsBar";
import { configurationText } from "./packageForm";

interface Props {
  plan: PackagePlan | undefined;
  /** The form has moved on, and the sizes have not followed yet. */
  stale: boolean;
  error: unknown;
  onRetry: () => void;
}

/** What the package that the form describes would be, from the files that would go in. */
export function PlanPanel({ plan, stale, error, onRetry }: Props) {
  return (
    <Panel
      title="What it will be"
      aside={
        plan && !error ? (
          plan.will_run ? (
            <Chip
              tone="good"
              explain="The machine has the device: the package is run there before it is offered."
            >
              will be run
            </Chip>
          ) : (
            <Chip
              tone="warn"
              explain="The package is built all the same; nobody will have seen it run before you."
            >
              will not be run
            </Chip>
          )
        ) : undefined
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={onRetry} compact />
      ) : !plan ? (
        <SkeletonRows label="the plan of the package" />
      ) : (
        <div className={stale ? `stack tight ${classes.stale}` : "stack tight"} aria-busy={stale}>
          <p className="unseen" role="status">
            {`The download is about ${bytesText(plan.archive_bytes)}, unpacked ${bytesText(plan.size_bytes)}.`}
          </p>
          <Figures label="Size of the package">
            <Figure
              label="Download"
              explain="About what the archive comes to: a part of the large files was compressed to tell."
              quantity={{ ...bytes(plan.archive_bytes), value: `≈ ${bytes(plan.archive_bytes).value}` }}
            />
            <Figure
              label="Unpacked"
              explain="The sum of the files that go in."
              quantity={bytes(plan.size_bytes)}
            />
          </Figures>
          <PartsBar parts={plan.parts} caption="Parts of the package that is planned" />
          <p>
            <span className="dim">Runs on</span> {plan.devices.join(", ")}
            <span className="dim">, with</span> {configurationText(plan.configuration) || plan.label}
          </p>
          {plan.notes.length > 0 && (
            <ul className="small dim" aria-label="Notes on the package">
              {plan.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Panel>
  );
}
