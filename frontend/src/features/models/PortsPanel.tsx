import type { Port } from "../../api/types";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { counted, MISSING } from "../../format/number";
import { shapeText } from "../../format/words";

export function PortsPanel({ title, ports }: { title: "Inputs" | "Outputs"; ports: Port[] }) {
  return (
    <Panel title={title} flush aside={counted(ports.length, title === "Inputs" ? "input" : "output")}>
      <div className="scroll" style={{ maxHeight: 280 }}>
        <table className="data">
          <caption className="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">
                <Explain text="A question mark is a dynamic dimension; 1..8 one with bounds.">Shape</Explain>
              </th>
              <th scope="col">Type</th>
              <th scope="col">
                <Explain text="What each dimension means: N batch, C channels, H height, W width. Guessed from the shape where the model does not say.">
                  Layout
                </Explain>
              </th>
            </tr>
          </thead>
          <tbody>
            {ports.map((port) => (
              <tr key={port.name}>
                <th scope="row" className="wrapping" title={port.names?.join(", ")}>
                  {port.name}
                </th>
                <td>{shapeText(port.shape)}</td>
                <td>{port.type}</td>
                <td>
                  {port.layout ?? MISSING}
                  {port.layout && port.layout_source === "guessed" && <span className="faint"> guessed</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
