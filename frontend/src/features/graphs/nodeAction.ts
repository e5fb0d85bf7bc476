import { createContext, type ReactNode } from "react";

/** What can be done with operations of the IR, below a node's facts. The graphs themselves know of no page around them. */
export const NodeAction = createContext<((names: readonly string[], type?: string) => ReactNode) | null>(
  null,
);
