import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Layer } from "../../api/types";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { counted, MISSING, percent } from "../../format/number";
import { microseconds } from "../../format/time";
import { shapeText } from "../../format/words";
import { layersQuery } from "../runs/queries";
import classes from "./Compare.module.css";
import type { LayerDifference, LayerSide } from "./differences";
import { cssColor, letter, type Side } from "./sides";

interface Props {
  row: LayerDifference;
  sides: readonly Side[];
  onClose: () => void;
}

/** The executed layers behind a row, side beside side, and the original ones that they have in common. */
export function DifferenceDetail({ row, sides, onClose }: Props) {
  return (
    <section aria-label={`Layer ${row.label}`}>
      <div className={classes.detail}>
        {sides.map((side, index) => (
          <Executed key={side.key} side={side} index={index} layer={row.sides[index] ?? null} />
        ))}
        <div>
          <div className="row between">
            <h3>{counted(row.originals.length, "original layer")}</h3>
            <button type="button" className="plain dim" onClick={onClose} aria-label="Close the layer">
              ✕
            </button>
          </div>
          {row.originals.length === 0 ? (
            <p className="dim">None: the device added it, to convert or move data.</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
            <ul tabIndex={0} aria-label="Original layers">
              {row.originals.map((name) => (
                <li key={name} className="breaking">
                  {name}
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  );
}

function Executed({ side, index, layer }: { side: Side; index: number; layer: LayerSide | null }) {
  const { data } = useQuery({ ...layersQuery(side.run.id), enabled: layer !== null && side.run.has_layers });
  const known = new Map(data?.layers.map((entry) => [entry.order, entry]));
  return (
    <div>
      <h3>
        <i className={classes.swatch} style={{ background: cssColor(index) }} />
        {letter(index)} <span className="dim">{side.run.label}</span>
      </h3>
      {layer === null ? (
        <p className="dim">This side executes no such layer.</p>
      ) : (
        <>
          <p>
            <span className="strong">{microseconds(layer.time_us)}</span>{" "}
            <span className="dim">
              · {percent(layer.share)} of its time · {counted(layer.orders.length, "executed layer")}
            </span>
          </p>
          {layer.orders.map((order, place) => (
            <ExecutedLayer
              key={order}
              order={order}
              name={layer.names[place] ?? ""}
              type={layer.types.length === 1 ? layer.types[0] : undefined}
              precision={layer.precisions.length === 1 ? layer.precisions[0] : undefined}
              layer={known.get(order)}
              side={side}
            />
          ))}
        </>
      )}
    </div>
  );
}

interface ExecutedProps {
  order: number;
  name: string;
  type: string | undefined;
  precision: string | undefined;
  /** All that is known of it, once it has arrived. */
  layer: Layer | undefined;
  side: Side;
}

function shapes(ports: Layer["outputs"]): string {
  const text = (ports ?? []).map(({ shape }) =>
    Array.isArray(shape) ? shapeText(shape as (number | string)[]) : String(shape ?? MISSING),
  );
  return text.join(", ") || MISSING;
}

function ExecutedLayer({ order, name, type, precision, layer, side }: ExecutedProps) {
  return (
    <dl className="facts-list" style={{ marginTop: 8 }}>
      <dt>Layer</dt>
      <dd className="breaking">
        <Link
          to="/projects/$ref"
          params={{ ref: side.project.id }}
          search={{ run: side.run.id, layer: order }}
        >
          {name || `number ${order}`}
        </Link>
      </dd>
      <dt>Type</dt>
      <dd>{layer?.type ?? type ?? MISSING}</dd>
      <dt>Runs in</dt>
      <dd>
        {layer?.runtime_precision || precision ? (
          <Chip>{layer?.runtime_precision || precision}</Chip>
        ) : (
          MISSING
        )}
      </dd>
      {layer && (
        <>
          <dt>Time</dt>
          <dd>{microseconds(layer.time_us)}</dd>
          <dt>
            <Explain text="The kernel that the device chose: library, instruction set, kind.">
              Primitive
            </Explain>
          </dt>
          <dd className="breaking">{layer.primitive ?? MISSING}</dd>
          <dt>Inputs</dt>
          <dd>{shapes(layer.inputs)}</dd>
          <dt>Outputs</dt>
          <dd>{shapes(layer.outputs)}</dd>
        </>
      )}
    </dl>
  );
}
