import type { Model } from "../../api/types";
import { fileName, saveText } from "../../components/download";
import { Panel } from "../../components/Panel";
import { bytesText, MISSING } from "../../format/number";
import { dateTime, duration } from "../../format/time";
import { conversionLines } from "./conversion";

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return MISSING;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function fileText(file: unknown): string {
  const { name, size_bytes } = (file ?? {}) as { name?: unknown; size_bytes?: unknown };
  return typeof size_bytes === "number" ? `${String(name)} (${bytesText(size_bytes)})` : shown(file);
}

/** How the IR was made, so that it can be made again. */
export function ConversionPanel({ model }: { model: Model }) {
  const { conversion, analysis } = model;
  const { openvino, seconds, files } = conversion ?? {};
  return (
    <Panel
      title="Conversion"
      aside={
        conversion && (
          <button
            type="button"
            className="chip"
            title="All that is known of how it was made"
            onClick={() =>
              saveText(
                fileName(model.name, "conversion.json"),
                `${JSON.stringify(conversion, null, 2)}\n`,
                "application/json",
              )
            }
          >
            JSON
          </button>
        )
      }
    >
      <dl className="facts-list">
        <dt>Came as</dt>
        <dd>{model.source_format ?? MISSING}</dd>
        <dt>Framework</dt>
        <dd>{model.framework ?? MISSING}</dd>
        <dt>IR version</dt>
        <dd>{analysis?.ir_version ?? MISSING}</dd>
        <dt>OpenVINO</dt>
        <dd>{shown(openvino)}</dd>
        {typeof seconds === "number" && (
          <>
            <dt>Took</dt>
            <dd>{duration(seconds)}</dd>
          </>
        )}
        {conversionLines(conversion).map(({ name, text }) => (
          <div key={`${name} ${text}`} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd className="breaking">{text}</dd>
          </div>
        ))}
        {Array.isArray(files) && (
          <>
            <dt>Files</dt>
            <dd className="breaking">{files.map(fileText).join(", ")}</dd>
          </>
        )}
        <dt>Imported</dt>
        <dd>{dateTime(model.created_at)}</dd>
        <dt>SHA-256</dt>
        <dd className="mono breaking">{model.sha256 ?? MISSING}</dd>
      </dl>
    </Panel>
  );
}
