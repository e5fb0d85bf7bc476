import { describe, expect, it } from "vitest";
import { ApiError } from "./errors";
import { encodedName, fingerprint, nextPart, upload, uploadId } from "./tus";

const MB = 1 << 20;
const file = new File([new Uint8Array(3 * MB)], "model.onnx", { lastModified: 7 });

/** A server in memory that speaks enough of tus; `fail` breaks the given requests, counted from 1. */
function server({ fail = {}, offset = 0 }: { fail?: Record<number, number | "line">; offset?: number } = {}) {
  const requests: string[] = [];
  let received = offset;
  const send = async (address: string | URL | Request, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    requests.push(`${method} ${address}`);
    const failure = fail[requests.length];
    if (failure === "line") throw new TypeError("network");
    if (failure) return new Response("{}", { status: failure });
    if (method === "POST") {
      return new Response(null, { status: 201, headers: { Location: "http://other/api/v1/uploads/u1" } });
    }
    if (method === "PATCH") {
      const headers = init.headers as Record<string, string>;
      if (Number(headers["Upload-Offset"]) !== received) return new Response("{}", { status: 409 });
      received += (init.body as Blob).size;
    }
    return new Response(null, {
      status: method === "HEAD" ? 200 : 204,
      headers: { "Upload-Offset": String(received) },
    });
  };
  return { send: send as typeof fetch, requests, received: () => received };
}

function memory(entries: Record<string, string> = {}) {
  const kept = new Map(Object.entries(entries));
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

function options(to: ReturnType<typeof server>, store = memory()) {
  const sent: number[] = [];
  return {
    sent,
    signal: new AbortController().signal,
    onProgress: (bytes: number) => void sent.push(bytes),
    send: to.send,
    store,
    pause: async () => undefined,
  };
}

describe("upload", () => {
  it("sends the whole file in parts and tells how far it is", async () => {
    const to = server();
    const wish = options(to);
    await expect(upload(file, "model.onnx", wish)).resolves.toBe("u1");
    expect(to.received()).toBe(file.size);
    expect(wish.sent.at(0)).toBe(0);
    expect(wish.sent.at(-1)).toBe(file.size);
  });

  it("follows only the path of the location that the server names", async () => {
    const to = server();
    await upload(file, "model.onnx", options(to));
    expect(to.requests.slice(1).every((request) => request.endsWith(" /api/v1/uploads/u1"))).toBe(true);
  });

  it("goes on where an earlier one stopped", async () => {
    const to = server({ offset: 2 * MB });
    const store = memory({ [fingerprint("model.onnx", file)]: "/api/v1/uploads/u1" });
    await upload(file, "model.onnx", options(to, store));
    expect(to.requests.some((request) => request.startsWith("POST"))).toBe(false);
    expect(to.received()).toBe(file.size);
  });

  it("asks for the offset and goes on after a broken line", async () => {
    const to = server({ fail: { 2: "line" } });
    await upload(file, "model.onnx", options(to));
    expect(to.received()).toBe(file.size);
    expect(to.requests[2]).toMatch(/^HEAD/);
  });

  it("gives up at once where trying again cannot help", async () => {
    const to = server({ fail: { 2: 413 } });
    await expect(upload(file, "model.onnx", options(to))).rejects.toBeInstanceOf(ApiError);
    expect(to.requests).toHaveLength(2);
  });

  it("sends nothing for an empty file", async () => {
    const to = server();
    await upload(new File([], "empty"), "empty", options(to));
    expect(to.requests.map((request) => request.split(" ")[0])).toEqual(["POST"]);
  });
});

describe("details of the protocol", () => {
  it("encodes names as UTF-8 in base64", () => {
    expect(encodedName("räder/é.onnx")).toBe("csOkZGVyL8OpLm9ubng=");
  });

  it("reads the id from relative and absolute locations", () => {
    expect(uploadId("/api/v1/uploads/u1/")).toBe("u1");
    expect(uploadId("https://host/api/v1/uploads/u1")).toBe("u1");
  });

  it("makes parts that take about a second, within bounds", () => {
    expect(nextPart(2 * MB, 500)).toBe(4 * MB);
    expect(nextPart(2 * MB, 1)).toBe(8 * MB);
    expect(nextPart(16 * MB, 10)).toBe(16 * MB);
    expect(nextPart(MB, 60_000)).toBe(MB);
  });
});
