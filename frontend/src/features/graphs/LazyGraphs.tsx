import { type ComponentProps, useEffect, useState } from "react";
import { Skeleton } from "../../components/States";
import type { GraphsPanel } from "./GraphsPanel";

type Panel = typeof GraphsPanel;

/**
 * The graphs, whose code is fetched while the server still answers. Not `Suspense`, which waits longer than this takes
 * before it shows what is there.
 */
export function LazyGraphs({ ready, ...props }: ComponentProps<Panel> & { ready: boolean }) {
  const [Graphs, setGraphs] = useState<{ Panel: Panel } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    import("./GraphsPanel").then(
      ({ GraphsPanel: Panel }) => !gone && setGraphs({ Panel }),
      () => !gone && setFailed(true),
    );
    return () => {
      gone = true;
    };
  }, []);
  if (failed) return <p className="dim">The graph view could not be fetched; load the page anew.</p>;
  return ready && Graphs ? <Graphs.Panel {...props} /> : <Skeleton height={420} />;
}
