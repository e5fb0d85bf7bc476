/** Lays graphs out beside the page's own thread. */
import { type Layout, type LayoutTask, layOut } from "./layout";

export interface LayoutRequest {
  id: number;
  task: LayoutTask;
}

export type LayoutReply = { id: number; layout: Layout } | { id: number; error: string };

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  try {
    const layout = layOut(data.task);
    const moved = Object.values(layout)
      .filter((value) => ArrayBuffer.isView(value))
      .map((view) => view.buffer as ArrayBuffer);
    postMessage({ id: data.id, layout } satisfies LayoutReply, { transfer: moved });
  } catch (error) {
    postMessage({ id: data.id, error: String(error) } satisfies LayoutReply);
  }
};
