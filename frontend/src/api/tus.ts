/** Resumable uploads: tus 1.0.0 (https://tus.io/protocols/resumable-upload), as much of it as the page needs. */
import { ApiError, errorFrom, unreachable } from "./errors";

const ADDRESS = "/api/v1/uploads";
const VERSION = "1.0.0";
const SMALLEST_PART = 1 << 20;
const LARGEST_PART = 16 << 20;
// A part takes about this long: progress stays lively on slow lines, and fast ones are not slowed by round trips.
const PART_MS = 1000;
const TRIES = 8;

export interface UploadOptions {
  signal: AbortSignal;
  onProgress: (sent: number) => void;
  /** Replaced in tests. */
  send?: typeof fetch;
  store?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  pause?: (ms: number) => Promise<void>;
}

function storage(): UploadOptions["store"] {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** The same file, chosen again after a reload, goes on where it stopped. */
export function fingerprint(name: string, file: Pick<File, "size" | "lastModified">): string {
  return `workbench-upload:${file.size}:${file.lastModified}:${name}`;
}

export function forgetUpload(name: string, file: File, store = storage()): void {
  store?.removeItem(fingerprint(name, file));
}

export function encodedName(name: string): string {
  const octets = new TextEncoder().encode(name);
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}

/** How large the next part is, after one of `size` bytes took `ms`. */
export function nextPart(size: number, ms: number): number {
  const fitting = (size * PART_MS) / Math.max(ms, 1);
  const bounded = Math.min(fitting, size * 4, LARGEST_PART);
  return Math.max(SMALLEST_PART, Math.floor(bounded));
}

export function uploadId(location: string): string {
  return location.replace(/\/+$/, "").split("/").pop() ?? "";
}

/** Sends `file` under the relative path `name`; resolves to the upload's id. */
export async function upload(file: File, name: string, options: UploadOptions): Promise<string> {
  const { signal, onProgress, send = fetch, store = storage(), pause = wait } = options;
  const key = fingerprint(name, file);
  const request = async (address: string, init: RequestInit) => {
    const headers = { "Tus-Resumable": VERSION, ...init.headers };
    try {
      return await send(address, { ...init, headers, signal, credentials: "same-origin" });
    } catch (error) {
      if (signal.aborted) throw error;
      throw unreachable();
    }
  };
  const offsetOf = async (address: string): Promise<number | null> => {
    const answer = await request(address, { method: "HEAD" });
    if (answer.ok) return Number(answer.headers.get("Upload-Offset"));
    if (answer.status === 404 || answer.status === 410) return null;
    throw errorFrom(answer.status, null);
  };
  const create = async (): Promise<string> => {
    const headers = {
      "Upload-Length": String(file.size),
      "Upload-Metadata": `filename ${encodedName(name)}`,
    };
    const answer = await request(ADDRESS, { method: "POST", headers });
    const location = answer.headers.get("Location");
    if (!answer.ok || !location) throw errorFrom(answer.status, await body(answer));
    // Only the path: a server behind a proxy may name itself by an address that the page must not use.
    const path = `${ADDRESS}/${uploadId(location)}`;
    store?.setItem(key, path);
    return path;
  };

  let { address, offset } = await retried(async () => {
    const kept = store?.getItem(key);
    const there = kept ? await offsetOf(kept) : null;
    return kept && there !== null ? { address: kept, offset: there } : { address: await create(), offset: 0 };
  }, pause);
  let size = SMALLEST_PART;
  while (offset < file.size) {
    onProgress(offset);
    const start = offset;
    const began = performance.now();
    offset = await retried(async (again) => {
      let from = start;
      if (again) {
        const there = await offsetOf(address);
        if (there === null) address = await create();
        from = there ?? 0;
        if (from >= file.size) return from;
      }
      const part = file.slice(from, from + size);
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) };
      const answer = await request(address, { method: "PATCH", headers, body: part });
      if (!answer.ok) throw errorFrom(answer.status, await body(answer));
      return Number(answer.headers.get("Upload-Offset") ?? from + part.size);
    }, pause);
    size = nextPart(size, performance.now() - began);
  }
  onProgress(file.size);
  return uploadId(address);
}

/** Removes an upload that is not wanted any more, and does not mind when it is gone already. */
export async function discardUpload(name: string, file: File, send: typeof fetch = fetch): Promise<void> {
  const store = storage();
  const address = store?.getItem(fingerprint(name, file));
  if (!address) return;
  store?.removeItem(fingerprint(name, file));
  await send(address, { method: "DELETE", headers: { "Tus-Resumable": VERSION } }).catch(() => undefined);
}

// What may be better in a moment: no line, a part out of step, another request holding the upload, a busy server.
const PASSING = new Set([0, 408, 409, 423, 429, 502, 503, 504]);

async function retried<T>(
  attempt: (again: boolean) => Promise<T>,
  pause: (ms: number) => Promise<void>,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt(tries > 0);
    } catch (error) {
      if (!(error instanceof ApiError) || !PASSING.has(error.status) || tries + 1 >= TRIES) throw error;
      await pause(Math.min(500 * 2 ** tries, 8000));
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function body(answer: Response): Promise<unknown> {
  return answer.json().catch(() => null);
}
