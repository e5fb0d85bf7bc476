import { NativeSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { flat } from "../../api/queryClient";
import { ErrorState } from "../../components/States";
import { targetsQuery } from "../targets/queries";
import { onlineFirst } from "../wizard/choice";
import type { Place } from "./trying";

interface Props {
  value: Place;
  onChange: (value: Place) => void;
  disabled: boolean;
}

/** The machine and device that a model without a project is tried on. */
export function PlacePick({ value, onChange, disabled }: Props) {
  const query = useInfiniteQuery(targetsQuery());
  const targets = useMemo(() => onlineFirst(flat(query.data)), [query.data]);
  const target = targets.find(({ id }) => id === value.target) ?? targets[0];
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} compact />;
  if (!query.isPending && targets.length === 0) {
    return (
      <p className="warn-text">
        No machine is known yet: <code>workbench worker</code> brings this one.
      </p>
    );
  }
  const names = target?.devices.map(({ name }) => name) ?? [];
  const devices = [...names, ...(names.length > 1 ? ["AUTO"] : [])];
  return (
    <div className="field-row">
      <NativeSelect
        label="Machine"
        value={target?.id ?? ""}
        onChange={(event) => onChange({ target: event.currentTarget.value, device: "CPU" })}
        data={targets.map(({ id, name, state }) => ({
          value: id,
          label: state === "online" ? name : `${name} · ${state}`,
        }))}
        disabled={disabled}
      />
      <NativeSelect
        label="Device"
        value={value.device}
        onChange={(event) => onChange({ target: target?.id, device: event.currentTarget.value })}
        data={devices.includes(value.device) ? devices : [value.device, ...devices]}
        disabled={disabled}
      />
    </div>
  );
}
