/** Asks a worker for layouts; the latest question of a client is the only one that is answered. */
import { type Layout, type LayoutTask, layOut } from "./layout";
import type { LayoutReply, LayoutRequest } from "./layout.worker";

export interface LayoutClient {
  ask: (task: LayoutTask) => Promise<Layout | null>;
  close: () => void;
}

function start(): Worker | null {
  try {
    return new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  } catch {
    // Then it is done here, and the page stands still meanwhile.
    return null;
  }
}

/** Started with this part of the page, so that it is there when the first graph is; kept warm for the next one. */
let spare: Worker | null = start();
let questions = 0;

export function layoutClient(): LayoutClient {
  let worker = spare ?? start();
  spare = null;
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
      const id = ++questions;
      latest = id;
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
      if (worker && !spare) spare = worker;
      else worker?.terminate();
      worker = null;
    },
  };
}
