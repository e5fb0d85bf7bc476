import { Button } from "@mantine/core";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { type ChosenFile, filesOfDrop, filesOfInput, joinedFiles } from "../api/files";
import { bytesText, counted } from "../format/number";

interface Props {
  files: ChosenFile[];
  onChange: (files: ChosenFile[]) => void;
  disabled?: boolean;
  children: ReactNode;
}

const SHOWN = 8;

/** Takes files and folders that are dropped or chosen, several times if need be. */
export function DropZone({ files, onChange, disabled = false, children }: Props) {
  const [over, setOver] = useState(false);
  const single = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const add = (added: ChosenFile[]) => onChange(joinedFiles(files, added));

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!disabled) void filesOfDrop(event.dataTransfer).then(add);
  };
  const total = files.reduce((sum, { file }) => sum + file.size, 0);

  return (
    <div className="stack tight">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the two buttons inside do the same by keyboard */}
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          if (!disabled) setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <div>{children}</div>
        <div className="row">
          <Button onClick={() => single.current?.click()} disabled={disabled}>
            Choose files
          </Button>
          <Button onClick={() => folder.current?.click()} disabled={disabled}>
            Choose a folder
          </Button>
        </div>
        <input
          ref={single}
          type="file"
          multiple
          hidden
          aria-label="Files"
          onChange={(event) => {
            add(filesOfInput(event.currentTarget.files));
            event.currentTarget.value = "";
          }}
        />
        <input
          ref={folder}
          type="file"
          hidden
          aria-label="Folder"
          // React has no name for it, but every browser knows it.
          {...{ webkitdirectory: "" }}
          onChange={(event) => {
            add(filesOfInput(event.currentTarget.files));
            event.currentTarget.value = "";
          }}
        />
      </div>
      {files.length > 0 && (
        <div className="stack tight">
          <ul aria-label="Chosen files">
            {files.slice(0, SHOWN).map(({ path, file }) => (
              <li key={path} className="row between">
                <span className="ellipsis mono" title={path}>
                  {path}
                </span>
                <span className="row">
                  <span className="dim small">{bytesText(file.size)}</span>
                  {!disabled && (
                    <button
                      type="button"
                      className="plain dim"
                      style={{ minWidth: 24, minHeight: 24, textAlign: "center" }}
                      aria-label={`Leave out ${path}`}
                      onClick={() => onChange(files.filter((entry) => entry.path !== path))}
                    >
                      ✕
                    </button>
                  )}
                </span>
              </li>
            ))}
          </ul>
          <p className="small dim">
            {files.length > SHOWN && `and ${files.length - SHOWN} more · `}
            {counted(files.length, "file")}, {bytesText(total)}
          </p>
        </div>
      )}
    </div>
  );
}
