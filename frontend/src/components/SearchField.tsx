import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

interface Props {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  width?: number;
}

const AFTER_MS = 200;

/** A text filter. What is typed takes effect after a moment, so that the server is not asked for every letter. */
export function SearchField({ label, value, onChange, width = 220 }: Props) {
  const [typed, setTyped] = useState(value ?? "");
  const told = useRef(value ?? "");
  const change = useRef(onChange);
  change.current = onChange;

  // The address may change by other means: "back", or a filter that was taken away.
  useEffect(() => {
    if ((value ?? "") !== told.current) {
      told.current = value ?? "";
      setTyped(value ?? "");
    }
  }, [value]);

  useEffect(() => {
    if (typed === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed;
      change.current(typed.trim() || undefined);
    }, AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      w={width}
    />
  );
}
