import type { Target } from "../../api/types";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { bytesText, counted } from "../../format/number";
import { infoOf } from "../targets/info";
import { StateChip } from "../targets/TargetsPage";
import { onlineFirst } from "./choice";
import { Option } from "./Option";
import classes from "./Wizard.module.css";

interface Props {
  targets: Target[] | undefined;
  error: unknown;
  onRetry: () => void;
  target: Target | null;
  device: string | null;
  model: string | undefined;
  onPick: (target: string, device: string) => void;
}

export function EnvironmentColumn({ targets, error, onRetry, target, device, model, onPick }: Props) {
  return (
    <Panel title="2 · Environment">
      {error ? (
        <ErrorState error={error} onRetry={onRetry} compact />
      ) : !targets ? (
        <SkeletonRows label="targets" />
      ) : targets.length === 0 ? (
        <EmptyState title="No machine yet">
          <code>workbench up</code> brings a worker for this machine; <code>workbench worker</code> adds
          another one.
        </EmptyState>
      ) : (
        <div className={classes.list} role="radiogroup" aria-label="Machine and device">
          {onlineFirst(targets).map((entry) => (
            <Machine key={entry.id} entry={entry} {...{ target, device, model, onPick }} />
          ))}
        </div>
      )}
    </Panel>
  );
}

type MachineProps = Pick<Props, "target" | "device" | "model" | "onPick"> & { entry: Target };

function Machine({ entry, target, device, model, onPick }: MachineProps) {
  const info = infoOf(entry);
  const names = entry.devices.map((known) => known.name);
  const chosen = target?.id === entry.id;
  const several = entry.devices.length > 1;
  return (
    <fieldset className="stack tight">
      <legend>
        <span className="strong" style={{ color: "var(--ink)" }}>
          {entry.name}
        </span>{" "}
        <StateChip target={entry} />
        <br />
        {[
          info.cpuModel,
          info.cores === null ? null : counted(info.cores, "core"),
          info.memoryBytes === null ? null : bytesText(info.memoryBytes),
          info.openvino && `OpenVINO ${info.openvino}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </legend>
      {entry.devices.map((known) => (
        <Option
          key={known.name}
          group="device"
          value={`${entry.id} ${known.name}`}
          title={known.name}
          facts={[known.full_name, known.default_precision && `by default in ${known.default_precision}`]
            .filter(Boolean)
            .join(" · ")}
          checked={chosen && device === known.name}
          onPick={() => onPick(entry.id, known.name)}
          judge={{ model, target: entry.id, device: known.name }}
        />
      ))}
      {several && (
        <Option
          group="device"
          value={`${entry.id} AUTO`}
          title="AUTO"
          facts="OpenVINO chooses among the devices"
          checked={chosen && device === "AUTO"}
          onPick={() => onPick(entry.id, "AUTO")}
          judge={{ model, target: entry.id, device: "AUTO" }}
        />
      )}
      {chosen && device !== null && device !== "AUTO" && !names.includes(device) && (
        <Option
          group="device"
          value={`${entry.id} ${device}`}
          title={device}
          facts="named in the address"
          checked
          onPick={() => onPick(entry.id, device)}
          judge={{ model, target: entry.id, device }}
        />
      )}
      {entry.unavailable.map((missing) => (
        <Option
          key={missing.name}
          group="device"
          value={`${entry.id} ${missing.name}`}
          title={missing.name}
          facts="not available"
          checked={false}
          onPick={() => undefined}
          judge={null}
          refused={missing.reason}
        />
      ))}
      {entry.devices.length === 0 && <p className="small dim">It was not probed yet.</p>}
    </fieldset>
  );
}
