import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Reason } from "../../api/types";
import { type Choice, compatibilityQuery } from "../projects/queries";
import classes from "./Wizard.module.css";

interface Props {
  group: string;
  value: string;
  title: string;
  /** At the right of the title. */
  aside?: ReactNode;
  facts: ReactNode;
  checked: boolean;
  onPick: () => void;
  /** What the server shall judge this option together with; nothing chosen yet, nothing to judge. */
  judge: Choice | null;
  /** Known without asking. */
  refused?: string;
}

/** One thing to choose. What does not fit stays in the list, with the reason. */
export function Option({ group, value, title, aside, facts, checked, onPick, judge, refused }: Props) {
  const { data } = useQuery({ ...compatibilityQuery(judge ?? {}), enabled: judge !== null && !refused });
  const reasons: Pick<Reason, "message" | "action" | "blocking">[] = judge && data ? data.reasons : [];
  const blocked = Boolean(refused) || reasons.some((reason) => reason.blocking);
  return (
    <label className={classes.option} data-checked={checked || undefined} data-blocked={blocked || undefined}>
      <input
        type="radio"
        name={group}
        value={value}
        checked={checked}
        disabled={blocked && !checked}
        onChange={onPick}
      />
      <span className="grow">
        <span className="row between">
          <span className="ellipsis strong" title={title}>
            {title}
          </span>
          {aside}
        </span>
        <span className="small dim">{facts}</span>
        {refused && <span className={classes.reason}>{refused}</span>}
        {reasons.map((reason) => (
          <span key={reason.message} className={reason.blocking ? classes.reason : `${classes.reason} dim`}>
            {reason.message} <span className="dim">{reason.action}</span>
          </span>
        ))}
      </span>
    </label>
  );
}
