import { useState } from "react";
import { Action } from "./Action";

/** Copies; where the browser refuses, because the page did not come over HTTPS, it says so. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const [outcome, setOutcome] = useState<"none" | "copied" | "refused">("none");
  const copy = () => {
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  };
  return (
    <Action onClick={copy} aria-label={label && outcome === "none" ? `Copy: ${label}` : undefined}>
      {outcome === "copied" ? "Copied" : outcome === "refused" ? "Select and copy it by hand" : "Copy"}
    </Action>
  );
}
