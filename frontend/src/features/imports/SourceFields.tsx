import { SegmentedControl, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { ChosenFile } from "../../api/files";
import { DropZone } from "../../components/DropZone";

export interface SourceState {
  from: "files" | "path";
  files: ChosenFile[];
  path: string;
}

export const NO_SOURCE: SourceState = { from: "files", files: [], path: "" };

interface Props {
  value: SourceState;
  onChange: (value: SourceState) => void;
  disabled: boolean;
  /** What may be dropped here. */
  hint: ReactNode;
  pathExample: string;
}

/** Files of this computer, or a path on the server. */
export function SourceFields({ value, onChange, disabled, hint, pathExample }: Props) {
  return (
    <div className="stack tight">
      <SegmentedControl
        aria-label="Where the files are"
        value={value.from}
        onChange={(from) => onChange({ ...value, from: from === "path" ? "path" : "files" })}
        data={[
          { value: "files", label: "Files of this computer" },
          { value: "path", label: "A path on the server" },
        ]}
        disabled={disabled}
        style={{ alignSelf: "flex-start" }}
      />
      {value.from === "files" ? (
        <DropZone files={value.files} onChange={(files) => onChange({ ...value, files })} disabled={disabled}>
          {hint}
        </DropZone>
      ) : (
        <TextInput
          label="Path on the server"
          description="A file or folder that the server can read; where it needs a token, only inside its import folders."
          placeholder={pathExample}
          value={value.path}
          onChange={(event) => onChange({ ...value, path: event.currentTarget.value })}
          disabled={disabled}
        />
      )}
    </div>
  );
}

export function hasSource(value: SourceState): boolean {
  return value.from === "files" ? value.files.length > 0 : value.path.trim() !== "";
}

export function sourceOf(value: SourceState): { files: ChosenFile[] } | { path: string } {
  return value.from === "files" ? { files: value.files } : { path: value.path.trim() };
}
