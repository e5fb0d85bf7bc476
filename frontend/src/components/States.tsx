import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { asApiError } from "../api/errors";
import { Action } from "./Action";

interface EmptyProps {
  title: string;
  /** 1 when it is all there is on the page. */
  level?: 1 | 2;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A list without rows says what would fill it. */
export function EmptyState({ title, level = 2, children, actions }: EmptyProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="empty">
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

interface ErrorProps {
  error: unknown;
  onRetry?: () => void;
  /** The job that failed: its log is offered in place of the server's. */
  jobId?: string | null;
  compact?: boolean;
}

/** What happened, what to do, and the log. */
export function ErrorState({ error, onRetry, jobId, compact = false }: ErrorProps) {
  const { code, title, message, action, fields } = asApiError(error);
  return (
    <div className="notice bad" role="alert">
      <div className="grow">
        <p>
          <span className="strong">{title}.</span> {message !== title && message} <code>{code}</code>
        </p>
        {fields.length > 1 && (
          <ul className="small">
            {fields.map((entry) => (
              <li key={`${entry.field}:${entry.problem}`}>
                <code>{entry.field}</code>: {entry.problem}
              </li>
            ))}
          </ul>
        )}
        <p className="dim">{action}</p>
      </div>
      <div className="row">
        {onRetry && <Action onClick={onRetry}>Try again</Action>}
        {jobId ? (
          <Link to="." search={(now) => ({ ...now, job: jobId })}>
            Log
          </Link>
        ) : (
          !compact && (
            <Link to="/settings" hash="log">
              Log
            </Link>
          )
        )}
      </div>
    </div>
  );
}

/** Calm stand-ins while something loads: nothing moves. */
export function Skeleton({ height = 12, width }: { height?: number; width?: number | string }) {
  return <span className="skeleton" style={{ height, width }} aria-hidden />;
}

export function SkeletonRows({ count = 6, label }: { count?: number; label: string }) {
  return (
    <div role="status" className="stack tight" style={{ padding: 14 }}>
      <span className="unseen">Loading {label}</span>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike
        <Skeleton key={index} height={18} width={`${96 - ((index * 7) % 24)}%`} />
      ))}
    </div>
  );
}
