// A server of invented data, in memory, for looking at the page: node dev/mock.mjs [--empty] [--login] [--port 5670]
// It serves the built page with the headers of the real server; never part of what is shipped.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as made from "./mockData.mjs";
import { datasetFile } from "./mockDatasets.mjs";
import { db, newest, option, streams } from "./mockDb.mjs";
import { packageFile } from "./mockDeploy.mjs";
import { predictionFile } from "./mockPredictions.mjs";
import { access, missing, problem, routes, samplesOf } from "./mockRoutes.mjs";

const PORT = Number(option("port", "5670"));
const DIST = pathToFileURL(
  `${resolve(option("dist", fileURLToPath(new URL("../../workbench/web/dist", import.meta.url))))}/`,
);
const PREFIX = "/api/v1";
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".html": "text/html",
};

function upload(request, response, path, body) {
  const id = path.split("/")[2];
  const headers = { "Tus-Resumable": "1.0.0" };
  if (request.method === "POST") {
    const name = Buffer.from(request.headers["upload-metadata"].split(" ")[1], "base64").toString();
    const made_ = { id: made.newId(), name, size: Number(request.headers["upload-length"]), offset: 0 };
    db.uploads.set(made_.id, made_);
    return response.writeHead(201, { ...headers, Location: `${PREFIX}/uploads/${made_.id}` }).end();
  }
  const entry = db.uploads.get(id);
  if (!entry) return response.writeHead(404, headers).end();
  if (request.method === "PATCH") entry.offset += body.length;
  return response
    .writeHead(request.method === "HEAD" ? 200 : 204, { ...headers, "Upload-Offset": entry.offset })
    .end();
}

function logOf(job) {
  const lines = Array.from(
    { length: 120 },
    (_, index) =>
      `2026-03-09 14:05:${String(index % 60).padStart(2, "0")}.123 ${index === 40 ? "warning" : "info   "} ${index === 40 ? "the cache folder was empty" : `stage ${1 + Math.floor(index / 40)} of 3: measured window ${index}`}`,
  );
  if (job?.error) lines.push(`2026-03-09 14:07:00.001 error   ${job.error.message}`);
  return `${lines.join("\n")}\n`;
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  response.setHeader("Content-Security-Policy", CSP);
  if (!pathname.startsWith(PREFIX)) {
    const name = pathname.slice(1);
    const file = await readFile(new URL(extname(name) ? name : "index.html", DIST)).catch(() => null);
    return response
      .writeHead(file ? 200 : 404, { "Content-Type": TYPES[extname(name)] ?? "text/html" })
      .end(file ?? "");
  }
  const path = pathname.slice(PREFIX.length);
  if (!access.loggedIn && !path.startsWith("/tokens/")) {
    const refused = problem(401, "token_required", "The request carries no token.", "Log in.");
    return response
      .writeHead(401, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify(refused.body));
  }
  if (path === "/events") {
    response
      .writeHead(200, { "Content-Type": "text/event-stream" })
      .write(`retry: 1000\nid: ${newest()}\n\n`);
    streams.add(response);
    return request.on("close", () => streams.delete(response));
  }
  if (path.startsWith("/uploads")) return upload(request, response, path, body);
  const seen = /^\/datasets\/([^/]+)\/samples\/(\d+)\/(thumbnail|image|target)$/.exec(path);
  const file = datasetFile(path) ?? predictionFile(path) ?? packageFile(path);
  if (file) return response.writeHead(200, { "Content-Type": file[0] }).end(file[1]);
  if (seen)
    return response
      .writeHead(200, { "Content-Type": "image/svg+xml" })
      .end(made.picture(samplesOf(seen[1])[seen[2]]));
  const log = /^\/jobs\/([^/]+)\/log$/.exec(path);
  if (log)
    return response
      .writeHead(200, { "Content-Type": "text/plain" })
      .end(logOf(db.jobs.find((job) => job.id === log[1])));
  for (const [method, pattern, answer] of routes) {
    const match = method === request.method && pattern.exec(path);
    if (!match) continue;
    const { status, body: content } = answer(
      match.slice(1).map(decodeURIComponent),
      searchParams,
      body.length ? JSON.parse(body) : {},
    );
    return response
      .writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" })
      .end(content === undefined ? undefined : JSON.stringify(content));
  }
  const { status, body: content } = missing();
  return response
    .writeHead(status, { "Content-Type": "application/problem+json" })
    .end(JSON.stringify(content));
}).listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}`));
