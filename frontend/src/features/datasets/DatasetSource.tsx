import { SegmentedControl, TextInput } from "@mantine/core";
import type { ChosenFile } from "../../api/files";
import { DropZone } from "../../components/DropZone";

export interface SourceState {
  from: "files" | "path" | "url";
  files: ChosenFile[];
  path: string;
  url: string;
}

export const NO_SOURCE: SourceState = { from: "files", files: [], path: "", url: "" };

interface Props {
  value: SourceState;
  onChange: (value: SourceState) => void;
  disabled: boolean;
}

/** Files of this computer, a path on the server, or an address that the server fetches. */
export function SourceFields({ value, onChange, disabled }: Props) {
  return (
    <div className="stack tight">
      <SegmentedControl
        aria-label="Where the files are"
        value={value.from}
        onChange={(from) => onChange({ ...value, from: from === "path" || from === "url" ? from : "files" })}
        data={[
          { value: "files", label: "Files of this computer" },
          { value: "path", label: "A path on the server" },
          { value: "url", label: "An address" },
        ]}
        disabled={disabled}
        style={{ alignSelf: "flex-start" }}
      />
      {value.from === "files" && (
        <DropZone files={value.files} onChange={(files) => onChange({ ...value, files })} disabled={disabled}>
          <p className="strong" style={{ color: "var(--ink)" }}>
            Drop an archive or a folder
          </p>
          <p className="small">.zip, .tar, .tar.gz, or the pictures themselves</p>
        </DropZone>
      )}
      {value.from === "path" && (
        <TextInput
          label="Path on the server"
          description="A file or folder that the server can read; where it needs a token, only inside its import folders."
          placeholder="/data/datasets/coco_val.zip"
          value={value.path}
          onChange={(event) => onChange({ ...value, path: event.currentTarget.value })}
          disabled={disabled}
        />
      )}
      {value.from === "url" && (
        <TextInput
          type="url"
          label="Address of an archive"
          description={
            <>
              http, https or s3; the server fetches it. Off unless whoever runs the server sets{" "}
              <code>{REMOTE_SETTING}</code>; addresses inside of private networks are refused.
            </>
          }
          placeholder="https://example.org/coco_val.zip"
          value={value.url}
          onChange={(event) => onChange({ ...value, url: event.currentTarget.value })}
          disabled={disabled}
        />
      )}
    </div>
  );
}

const REMOTE_SETTING = "WORKBENCH_ALLOW_REMOTE_SOURCES=true";

export function hasSource(value: SourceState): boolean {
  if (value.from === "files") return value.files.length > 0;
  return value[value.from].trim() !== "";
}

/** Only files have to be sent. */
export function sourceOf(value: SourceState): { files: ChosenFile[] } {
  return { files: value.from === "files" ? value.files : [] };
}
