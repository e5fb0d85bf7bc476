import { useRef } from "react";
import type { ReadingProblem } from "../../api/types";
import classes from "./YamlEditor.module.css";
import { placeOf } from "./yamlText";

interface Props {
  label: string;
  text: string;
  onChange: (text: string) => void;
  problems: readonly ReadingProblem[];
  /** What a foreign text said that is not taken over. */
  unsupported?: readonly ReadingProblem[];
  rows?: number;
}

const LINE_PX = 18;

/** A text with line numbers; its mistakes are listed below, and a click on one goes there. */
export function YamlEditor({ label, text, onChange, problems, unsupported = [], rows = 24 }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split("\n").length;
  const wrong = new Set(problems.flatMap(({ line }) => (line ? [line] : [])));
  const go = ({ line, column }: ReadingProblem) => {
    const element = area.current;
    if (!element || !line) return;
    const at = placeOf(text, line, column ?? 1);
    element.focus();
    element.setSelectionRange(at, placeOf(text, line, 1e9));
    element.scrollTop = Math.max(0, (line - rows / 2) * LINE_PX);
  };
  return (
    <div className="stack tight">
      <div className={classes.editor} style={{ height: rows * LINE_PX + 14 }}>
        <div className={classes.gutter} aria-hidden>
          <div ref={gutter}>
            {Array.from({ length: lines }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              <span key={index} className={wrong.has(index + 1) ? classes.wrong : undefined}>
                {index + 1}
              </span>
            ))}
          </div>
        </div>
        <textarea
          ref={area}
          className={classes.text}
          aria-label={label}
          aria-invalid={problems.length > 0}
          spellCheck={false}
          wrap="off"
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current)
              gutter.current.style.transform = `translateY(${-event.currentTarget.scrollTop}px)`;
          }}
          onKeyDown={(event) => {
            // Tab leaves the field, as everywhere; indenting is two blanks.
            if (event.key === "Enter") {
              const { selectionStart, value } = event.currentTarget;
              const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
              const blanks = `${/^ */.exec(line)?.[0] ?? ""}${line.trimEnd().endsWith(":") ? "  " : ""}`;
              if (blanks === "") return;
              event.preventDefault();
              event.currentTarget.setRangeText(
                `\n${blanks}`,
                selectionStart,
                event.currentTarget.selectionEnd,
                "end",
              );
              onChange(event.currentTarget.value);
            }
          }}
        />
      </div>
      <Problems title="Mistakes" tone="bad-text" entries={problems} onPick={go} />
      <Problems title="Not taken over" tone="warn-text" entries={unsupported} onPick={go} />
    </div>
  );
}

interface ProblemsProps {
  title: string;
  tone: string;
  entries: readonly ReadingProblem[];
  onPick: (problem: ReadingProblem) => void;
}

function Problems({ title, tone, entries, onPick }: ProblemsProps) {
  if (entries.length === 0) return null;
  return (
    <section>
      <h3 className="small dim">{title}</h3>
      <ul className={classes.problems} aria-label={title}>
        {entries.map((entry) => (
          <li key={`${entry.line}:${entry.column}:${entry.message}`}>
            {entry.line ? (
              <button type="button" className="plain" onClick={() => onPick(entry)}>
                <code className={tone}>
                  {entry.line}:{entry.column ?? 1}
                </code>{" "}
                {entry.message}
              </button>
            ) : (
              <>
                {entry.field && <code className={tone}>{entry.field}</code>} {entry.message}
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
