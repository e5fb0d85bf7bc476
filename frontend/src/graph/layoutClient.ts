/** Asks the worker for layouts; the latest question is the only one that is answered. */
import { type Layout, type LayoutTask, layOut } from "./layout";
import type { LayoutReply, LayoutRequest } from "./layout.worker";

export interface LayoutClient {
  ask: (task: LayoutTask) => Promise<Layout | null>;
  close: () => void;
}

export function layoutClient(): LayoutClient {
  let worker: Worker | null = null;
  try {
    worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  } catch {
    // Then it is done here, and the page stands still meanwhile.
  }
  let latest = 0;
  let settle: ((reply: LayoutReply | null) => void) | null = null;
  if (worker) {
    worker.onmessage = ({ data }: MessageEvent<LayoutReply>) => {
      if (data.id === latest) settle?.(data);
    };
    worker.onerror = () => {
      worker = null;
      settle?.({ id: latest, error: "the worker could not be started" });
    };
  }
  return {
    ask: async (task) => {
      settle?.(null);
      const id = ++latest;
      if (worker) {
        const asked = worker;
        const reply = await new Promise<LayoutReply | null>((resolve) => {
          settle = resolve;
          asked.postMessage({ id, task } satisfies LayoutRequest);
        });
        if (reply === null || id !== latest) return null;
        if ("layout" in reply) return reply.layout;
      }
      return layOut(task);
    },
    close: () => {
      settle?.(null);
      settle = null;
      worker?.terminate();
      worker = null;
    },
  };
}
