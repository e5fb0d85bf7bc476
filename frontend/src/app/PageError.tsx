import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorState } from "../components/States";

/** A page that could not be drawn, or fetched: a new version of the server has other files. */
export function PageError({ error }: ErrorComponentProps) {
  return <ErrorState error={error} onRetry={() => window.location.reload()} />;
}
