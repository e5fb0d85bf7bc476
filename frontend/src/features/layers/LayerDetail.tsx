import type { Layer } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { bytesText, counted, decimal, joined, known, MISSING, percent, scaled } from "../../format/number";
import { shapeText } from "../../format/words";
import { KeepPrecision } from "../optimize/KeepPrecision";
import { convertsText, layerTime } from "./columns";
import classes from "./Layers.module.css";
import { boundMeaning } from "./roofline";

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return MISSING;
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** All about one executed layer, at the right of the table. */
export function LayerDetail({ layer, onClose }: { layer: Layer; onClose: () => void }) {
  const attributes = Object.entries(layer.attributes ?? {});
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className={classes.detail} aria-label={`Layer ${layer.name}`} tabIndex={0}>
      <div className="row between" style={{ alignItems: "flex-start" }}>
        <p className="strong breaking">{layer.name}</p>
        <button type="button" className="plain dim" onClick={onClose} aria-label="Close the layer">
          ✕
        </button>
      </div>
      <dl className="facts-list" style={{ marginTop: 8 }}>
        <dt>Type</dt>
        <dd>{layer.type}</dd>
        <dt>Runs in</dt>
        <dd>{layer.runtime_precision ? <Chip>{layer.runtime_precision}</Chip> : MISSING}</dd>
        <dt>Time</dt>
        <dd>
          {layer.status === "below_resolution" ? (
            <Explain text="It ran, in less than the microsecond that the device counts in.">
              {layerTime(layer)}
            </Explain>
          ) : (
            layerTime(layer)
          )}
          {layer.share > 0 && <span className="dim"> · {percent(layer.share)}</span>}
        </dd>
        <dt>Order</dt>
        <dd>{layer.order}</dd>
        <dt>
          <Explain text="The kernel that the device chose: library, instruction set, kind.">
            Primitive
          </Explain>
        </dt>
        <dd>{layer.primitive ?? MISSING}</dd>
        {layer.converts && (
          <>
            <dt>Converts</dt>
            <dd>
              {layer.conversion} {convertsText(layer)}
            </dd>
          </>
        )}
      </dl>
      <Work layer={layer} />
      <h3>{counted(layer.originals.length, "original layer")}</h3>
      {layer.originals.length === 0 ? (
        <p className="dim">None: the device added it, to convert or move data.</p>
      ) : (
        <ul>
          {layer.originals.map((original) => (
            <li key={original.name} className="breaking">
              {original.name} <span className="faint">{original.type}</span>
            </li>
          ))}
        </ul>
      )}
      <KeepPrecision names={layer.originals.map(({ name }) => name)} />
      <Ports title="Inputs" ports={layer.inputs ?? []} />
      <Ports title="Outputs" ports={layer.outputs ?? []} />
      {attributes.length > 0 && (
        <>
          <h3>Attributes</h3>
          <dl className="facts-list">
            {attributes.map(([name, value]) => (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd className="breaking">{shown(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function Ports({ title, ports }: { title: string; ports: readonly Record<string, unknown>[] }) {
  if (ports.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {ports.map((port, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: ports are told apart by their place
          <li key={index}>
            {Array.isArray(port.shape) ? shapeText(port.shape as (number | string)[]) : shown(port.shape)}{" "}
            <span className="dim">
              {[port.precision, port.layout].filter(Boolean).map(shown).join(" · ")}
              {typeof port.from === "string" && ` · from ${port.from}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What the layer has to do, how fast it does it, and what limits it. */
function Work({ layer }: { layer: Layer }) {
  return (
    <>
      <h3>Work</h3>
      <dl className="facts-list">
        <dt>FLOP</dt>
        <dd>
          {layer.flop === null || layer.flop === undefined ? "no formula known" : joined(scaled(layer.flop))}
        </dd>
        <dt>Bytes</dt>
        <dd>
          {bytesText(layer.bytes)}
          {layer.weight_bytes ? (
            <span className="dim"> · weights {bytesText(layer.weight_bytes)}</span>
          ) : null}
        </dd>
        <dt>Achieved</dt>
        <dd>
          {known(layer.gflops) && `${decimal(layer.gflops, 3)} GFLOP/s`}
          {known(layer.gflops) && known(layer.gbps) && " · "}
          {known(layer.gbps) && `${decimal(layer.gbps, 3)} GB/s`}
          {!known(layer.gflops) && !known(layer.gbps) && MISSING}
        </dd>
        {known(layer.intensity) && (
          <>
            <dt>Intensity</dt>
            <dd>{decimal(layer.intensity, 3)} FLOP/byte</dd>
          </>
        )}
        {known(layer.roof_share) && (
          <>
            <dt>
              <Explain text="What it achieves of what the measured ceilings of this target allow at its intensity.">
                Of the roof
              </Explain>
            </dt>
            <dd>
              <span className="share-bar" style={{ width: Math.min(layer.roof_share, 1) * 90 }} />
              {percent(layer.roof_share)}
            </dd>
          </>
        )}
        {layer.bound && (
          <>
            <dt>Bound</dt>
            <dd>{boundMeaning(layer.bound)}</dd>
          </>
        )}
      </dl>
    </>
  );
}
