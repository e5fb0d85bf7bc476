import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { CodeText } from "../../components/CodeText";
import { Panel } from "../../components/Panel";
import { cppSnippet, pythonSnippet, serverSnippet, type Tuned } from "./snippets";

const WAYS = [
  { value: "python", label: "Python", make: pythonSnippet },
  { value: "cpp", label: "C++", make: cppSnippet },
  { value: "server", label: "Model Server", make: serverSnippet },
] as const;

/** The tuned configuration as code, for programs that exist already. */
export function SnippetsPanel({ tuned }: { tuned: Tuned }) {
  const [way, setWay] = useState<string>("python");
  const shown = WAYS.find(({ value }) => value === way) ?? WAYS[0];
  return (
    <Panel
      title="In a program of your own"
      aside={
        <SegmentedControl
          aria-label="Language"
          size="xs"
          value={shown.value}
          onChange={setWay}
          data={WAYS.map(({ value, label }) => ({ value, label }))}
        />
      }
    >
      <CodeText text={shown.make(tuned)} label={`${shown.label}, with the tuned configuration`} />
    </Panel>
  );
}
