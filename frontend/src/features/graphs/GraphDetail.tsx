import { type ReactNode, useContext } from "react";
import { Chip } from "../../components/Chip";
import { bytesText, count, counted, MISSING, percent } from "../../format/number";
import { microseconds } from "../../format/time";
import { shapeText } from "../../format/words";
import type { Links } from "../../graph/links";
import { inputPorts, valueText } from "../../graph/modelExplorer";
import type { GraphDocument, GraphNode } from "../../graph/types";
import { OPEN } from "../../graph/view";
import { listOf } from "../../graph/wiring";
import classes from "./Graphs.module.css";
import { NodeAction } from "./nodeAction";
import type { Side } from "./picks";
import type { GraphState } from "./useGraph";

interface Shared {
  side: Side;
  graph: GraphState;
  onGo: (side: Side, node: number) => void;
  onClose: () => void;
}

interface NodeProps extends Shared {
  node: number;
  model: GraphDocument | undefined;
  runtime: GraphDocument | undefined;
  links: Links;
}

const MOST = 40;

/** All about one node, at the right of the graphs. */
export function NodeDetail({ side, graph, node: place, model, runtime, links, onGo, onClose }: NodeProps) {
  const action = useContext(NodeAction);
  const { document, wiring } = graph;
  const node = document.nodes[place];
  if (!node) return null;
  const ports = inputPorts(node);
  const attributes = Object.entries(node.attributes ?? {});
  const consumers = [...listOf(wiring.consumers, place)];
  const go = (to: Side, target: number, among: GraphDocument | undefined) => (
    <button type="button" className={`plain ${classes.link}`} onClick={() => onGo(to, target)}>
      {among?.nodes[target]?.name || "(no name)"}
    </button>
  );
  return (
    <Frame label={`Node ${node.name}`} title={node.name || "(no name)"} onClose={onClose}>
      <dl className="facts-list" style={{ marginTop: 8 }}>
        <dt>Type</dt>
        <dd>{node.type}</dd>
        {side === "runtime" && <RuntimeFacts node={node} />}
      </dl>
      {action?.(
        side === "runtime" ? (node.originals ?? []) : [node.name],
        side === "ir" ? node.type : undefined,
      )}
      {side === "ir" && runtime && (
        <Section title="Runs in">
          {(links.layers[place] ?? []).length === 0 ? (
            <p className="dim">No executed layer: it was computed while compiling, or left out.</p>
          ) : (
            <ul>
              {links.layers[place]?.map((layer) => (
                <li key={layer}>
                  {go("runtime", layer, runtime)}{" "}
                  <span className="dim">
                    {runtime.nodes[layer]?.type} · {timeOf(runtime.nodes[layer])}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      )}
      {side === "runtime" && (
        <Section title={counted(node.originals?.length ?? 0, "original node")}>
          {(node.originals?.length ?? 0) === 0 ? (
            <p className="dim">None: the device added it, to convert or move data.</p>
          ) : (
            <ul>
              {node.originals?.slice(0, MOST).map((name) => {
                const original = links.originals[place]?.find((entry) => model?.nodes[entry]?.name === name);
                return (
                  <li key={name} className="breaking">
                    {original === undefined ? name : go("ir", original, model)}{" "}
                    <span className="faint">{model?.nodes[original ?? -1]?.type}</span>
                  </li>
                );
              })}
            </ul>
          )}
        </Section>
      )}
      {node.inputs.length > 0 && (
        <Section title="Inputs">
          <ul>
            {node.inputs.slice(0, MOST).map(([source = -1, output = 0], i) => {
              const tensor = document.nodes[source]?.outputs[output];
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: inputs are told apart by their place
                <li key={i}>
                  <span className="faint">{ports[i]}</span> {go(side, source, document)}{" "}
                  {tensor && <Tensor {...tensor} />}
                </li>
              );
            })}
          </ul>
        </Section>
      )}
      {(node.constants?.length ?? 0) > 0 && (
        <Section title="Constants">
          <ul>
            {node.constants?.slice(0, MOST).map((constant) => (
              <li key={`${constant.port} ${constant.name}`} className="breaking">
                <span className="faint">{constant.port}</span> {constant.name} <Tensor {...constant} />{" "}
                <span className="dim">{bytesText(constant.bytes)}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {node.outputs.length > 0 && (
        <Section title="Outputs">
          <ul>
            {node.outputs.slice(0, MOST).map((output, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: outputs are told apart by their place
              <li key={i}>
                <span className="faint">{i}</span> <Tensor {...output} />
              </li>
            ))}
          </ul>
          {consumers.length > 0 && (
            <p className="dim">
              Read by{" "}
              {consumers.slice(0, 6).map((consumer, i) => (
                <span key={consumer}>
                  {i > 0 && ", "}
                  {go(side, consumer, document)}
                </span>
              ))}
              {consumers.length > 6 && ` and ${count(consumers.length - 6)} more`}
            </p>
          )}
        </Section>
      )}
      {attributes.length > 0 && (
        <Section title="Attributes">
          <dl className="facts-list">
            {attributes.map(([name, value]) => (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd>{valueText(value).slice(0, 500) || MISSING}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
    </Frame>
  );
}

function RuntimeFacts({ node }: { node: GraphNode }) {
  return (
    <>
      <dt>Time</dt>
      <dd>
        {timeOf(node)}
        {(node.share ?? 0) > 0 && <span className="dim"> · {percent(node.share)}</span>}
      </dd>
      <dt>Runs in</dt>
      <dd>{node.runtime_precision ? <Chip quiet>{node.runtime_precision}</Chip> : MISSING}</dd>
      <dt>Primitive</dt>
      <dd>{node.primitive ?? MISSING}</dd>
      <dt>Order</dt>
      <dd>{node.order ?? MISSING}</dd>
    </>
  );
}

function timeOf(node: GraphNode | undefined): string {
  if (typeof node?.time_us === "number") return microseconds(node.time_us);
  if (node?.status === "below_resolution") return "less than 1 µs";
  return node?.status === "not_executed" ? "not executed" : MISSING;
}

function Tensor({ shape, precision }: { shape: readonly (number | string)[]; precision: string }) {
  return (
    <span className="dim">
      {shapeText(shape as (number | string)[])} · {precision}
    </span>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <h3>{title}</h3>
      {children}
    </>
  );
}

function Frame(props: { label: string; title: string; onClose: () => void; children: ReactNode }) {
  const { label, title, onClose, children } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className={classes.detail} aria-label={label} tabIndex={0}>
      <div className="row between" style={{ alignItems: "flex-start" }}>
        <p className="strong breaking">{title}</p>
        <button type="button" className="plain dim" onClick={onClose} aria-label="Close the node">
          ✕
        </button>
      </div>
      {children}
    </section>
  );
}

/** All about a group: what is in it, and where its time goes. */
export function GroupDetail({ side, graph, group, onGo, onClose }: Shared & { group: number }) {
  const { grouping, document, facts, scene } = graph;
  const entry = grouping.groups[group];
  if (!entry) return null;
  const members: number[] = [];
  const within = new Set([group]);
  // Groups stand after those around them.
  grouping.groups.forEach((other, index) => {
    if (within.has(other.parent)) within.add(index);
  });
  grouping.of.forEach((of, node) => {
    if (within.has(of)) members.push(node);
  });
  const time = members.reduce((sum, node) => sum + (facts.part[node] as number), 0);
  const types = new Map<string, { count: number; time: number }>();
  for (const node of members) {
    const type = document.nodes[node]?.type ?? "";
    const sum = types.get(type) ?? { count: 0, time: 0 };
    types.set(type, { count: sum.count + 1, time: sum.time + (facts.part[node] as number) });
  }
  const slowest = members
    .filter((node) => (facts.part[node] as number) > 0)
    .sort((a, b) => (facts.part[b] as number) - (facts.part[a] as number))
    .slice(0, 5);
  const isOpen = scene !== null && scene.view.kind[scene.view.boxOfGroup[group] ?? -1] === OPEN;
  return (
    <Frame label={`Group ${entry.label}`} title={entry.label} onClose={onClose}>
      <p style={{ margin: "8px 0" }}>
        <button type="button" className="chip accent" onClick={() => graph.toggle(group)}>
          {isOpen ? "Close this group" : "Open this group"}
        </button>
      </p>
      <dl className="facts-list">
        <dt>{side === "ir" ? "Nodes" : "Layers"}</dt>
        <dd>{count(members.length)}</dd>
        {entry.copies > 0 && (
          <>
            <dt>Alike blocks</dt>
            <dd>{count(entry.copies)}</dd>
          </>
        )}
        {time > 0 && (
          <>
            <dt>Time</dt>
            <dd>
              {microseconds(time)} <span className="dim">· {percent(time / facts.total)}</span>
            </dd>
          </>
        )}
      </dl>
      {slowest.length > 0 && (
        <Section title="Slowest">
          <ul>
            {slowest.map((node) => (
              <li key={node}>
                <button type="button" className={`plain ${classes.link}`} onClick={() => onGo(side, node)}>
                  {document.nodes[node]?.name}
                </button>{" "}
                <span className="dim">{microseconds(facts.part[node])}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Types">
        <dl className="facts-list">
          {[...types]
            .sort(([, a], [, b]) => b.time - a.time || b.count - a.count)
            .slice(0, 12)
            .map(([type, sum]) => (
              <div key={type} style={{ display: "contents" }}>
                <dt>{type}</dt>
                <dd>
                  {count(sum.count)}
                  {sum.time > 0 && <span className="dim"> · {microseconds(sum.time)}</span>}
                </dd>
              </div>
            ))}
        </dl>
      </Section>
    </Frame>
  );
}
