import { useState } from "react";
import type { ProjectReading } from "../../api/types";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { summary } from "./summary";

interface Props {
  known: ProjectReading;
  /** Something was typed that is not saved. */
  unsaved: boolean;
  onEdit: () => void;
  /** Where there are reports already, another one is made from here. */
  onReport?: () => void;
}

/** How the model is read: from a picture to its inputs, from its outputs to an answer. */
export function ReadingPanel({ known, unsaved, onEdit, onReport }: Props) {
  const lines = summary(known);
  const [open, setOpen] = useState(!onReport);
  const shown = open || !known.complete;
  return (
    <Panel
      title={
        <Explain text="From a picture to the model's input, from its outputs to an answer, and which label each class is. All of the accuracy depends on it.">
          How the model is read
        </Explain>
      }
      aside={
        <>
          {unsaved && <Chip tone="warn">unsaved edits</Chip>}
          {!shown && <span>{lines.map(({ text }) => text).join(" · ")}</span>}
          {onReport && known.complete ? (
            <button type="button" className="chip" aria-expanded={open} onClick={() => setOpen(!open)}>
              {known.source === "guessed" ? "guessed" : "set by you"} {open ? "▴" : "▾"}
            </button>
          ) : (
            <Chip tone={known.complete ? "good" : "warn"}>{known.complete ? "complete" : "incomplete"}</Chip>
          )}
          <Action size="xs" onClick={onEdit}>
            Change
          </Action>
          {onReport && (
            <Action size="xs" variant="filled" onClick={onReport}>
              New report
            </Action>
          )}
        </>
      }
    >
      {shown && (
        <dl className="facts-list">
          {lines.map(({ title, text, reasons, guessed }) => (
            <div key={title} style={{ display: "contents" }}>
              <dt>{title}</dt>
              <dd className="row wrap" style={{ gap: 6 }}>
                <span>{text}</span>
                {guessed || reasons.length > 0 ? (
                  <Chip
                    explain={
                      reasons.length > 0 ? (
                        <ul>
                          {reasons.map((reason) => (
                            <li key={reason}>{reason}</li>
                          ))}
                        </ul>
                      ) : (
                        "Nothing says otherwise, so it is the default."
                      )
                    }
                  >
                    {guessed ? "guessed" : "taken over"}
                  </Chip>
                ) : (
                  <Chip tone="accent">set by you</Chip>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {known.missing.length > 0 && (
        <div className="notice warn" style={{ marginTop: 10 }}>
          <div>
            <p className="strong">Before a report can be made:</p>
            <ul>
              {known.missing.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </Panel>
  );
}
