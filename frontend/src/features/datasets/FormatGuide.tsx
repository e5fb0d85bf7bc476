import type { DatasetFormat } from "../../api/types";
import { Panel } from "../../components/Panel";
import { formatName } from "../../format/words";
import { GUIDES, type Guide } from "./formatGuide";

/** How the files of each format lie; that of the chosen format alone when one is chosen. */
export function FormatGuide({ format }: { format?: DatasetFormat | "auto" }) {
  const chosen = GUIDES.filter((guide) => guide.format === format);
  const shown = chosen.length > 0 ? chosen : GUIDES;
  return (
    <Panel
      title="How the files lie"
      aside={chosen.length > 0 ? formatName(format) : `${GUIDES.length} formats`}
    >
      <div className="stack tight">
        <p className="dim">
          An archive (.zip, .tar, .tar.gz), a folder, or the files themselves. In any format a{" "}
          <code>dataset_meta.json</code> may give names and colours to the labels.
        </p>
        {shown.length === 1
          ? shown.map((guide) => <Tree key={guide.format} guide={guide} />)
          : shown.map((guide) => (
              <details key={guide.format} className="guide">
                <summary>
                  <span className="strong">{formatName(guide.format)}</span>{" "}
                  <span className="dim small">· {guide.serves}</span>
                </summary>
                <Tree guide={guide} />
              </details>
            ))}
      </div>
    </Panel>
  );
}

function Tree({ guide }: { guide: Guide }) {
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <pre className="dim" style={{ margin: "4px 0", overflowX: "auto" }} tabIndex={0}>
        {guide.tree}
      </pre>
      {guide.note && <p className="small dim">{guide.note}</p>}
    </div>
  );
}
