/** Edits of readings that were not saved: they outlive the drawer and a walk to another page, not a reload. */
import type { Reading } from "../../api/types";

export interface Draft {
  mode: "form" | "yaml";
  reading: Reading;
  /** What stands in the text editor. */
  text: string;
  /** The text is a configuration of Accuracy Checker. */
  foreign: boolean;
}

const drafts = new Map<string, Draft>();

export const draftOf = (project: string): Draft | undefined => drafts.get(project);

export function keepDraft(project: string, draft: Draft | null): void {
  if (draft) drafts.set(project, draft);
  else drafts.delete(project);
}
