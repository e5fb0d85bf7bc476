// The JavaScript that the first page needs, gzipped: the entry, the chunk of the first route, and all that they
// import statically; and what comes later: the charts, and the graph view with its worker. Exits 1 above the budget.
// Run `npm run build` before.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = new URL("../../workbench/web/dist/", import.meta.url);
const BUDGETS = [
  { name: "first route", roots: ["index.html", "src/features/projects/ProjectsPage.tsx"], kilobytes: 180 },
  { name: "charts", roots: ["src/charts/engine.ts"], kilobytes: 230 },
  { name: "graph", roots: ["src/features/graphs/GraphsPanel.tsx"], worker: "layout.worker", kilobytes: 80 },
];

let manifest;
try {
  manifest = JSON.parse(readFileSync(new URL("manifest.json", DIST), "utf8"));
} catch {
  console.error(`The page is not built in ${fileURLToPath(DIST)}: run 'npm run build' first.`);
  process.exit(1);
}

/** The files of a manifest entry and of everything that it imports statically. */
function closure(roots) {
  const files = new Set();
  const visit = (key) => {
    const entry = manifest[key];
    if (!entry) throw new Error(`${key} is not in the manifest: adapt scripts/check-size.mjs`);
    if (files.has(entry.file)) return;
    files.add(entry.file);
    for (const imported of entry.imports ?? []) visit(imported);
  };
  for (const root of roots) visit(root);
  return files;
}

const gzipped = (file) => gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length;

const isWorker = (name) => (file) => file.startsWith(`${name}-`) && file.endsWith(".js");

const first = closure(BUDGETS[0].roots);
let failed = false;
for (const { name, roots, worker, kilobytes } of BUDGETS) {
  const files = [...closure(roots)].filter(
    (file) => file.endsWith(".js") && (name === "first route" || !first.has(file)),
  );
  // The manifest does not know what a worker is made of.
  if (worker)
    files.push(
      ...readdirSync(new URL("assets/", DIST))
        .filter(isWorker(worker))
        .map((file) => `assets/${file}`),
    );
  const total = files.reduce((sum, file) => sum + gzipped(file), 0) / 1000;
  const over = total > kilobytes;
  failed ||= over;
  console.log(
    `${name}: ${total.toFixed(1)} kB of ${kilobytes} kB gzipped, ${files.length} files${over ? "  TOO LARGE" : ""}`,
  );
}
process.exit(failed ? 1 : 0);
