// Pictures of every page, light and dark, with what axe finds: node dev/shots.mjs [--url http://127.0.0.1:5670] [--out dev/shots] [--only name,name] [--width 1440]
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const option = (name, other) =>
  process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : other;
const URL_ = option("url", "http://127.0.0.1:5670");
const OUT = option("out", "/tmp/workbench-shots");
const ONLY = option("only", "");
const WIDTH = Number(option("width", "1440"));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(OUT, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
const first = async (resource) =>
  (await (await fetch(`${URL_}/api/v1/${resource}?limit=1&sort=created_at`)).json()).items?.[0]?.id;
const [project, model, dataset, target, job] = await Promise.all(
  ["projects", "models", "datasets", "targets", "jobs"].map(first),
);
const ids = async (path) => (await (await fetch(`${URL_}/api/v1/${path}`)).json()).items.map(({ id }) => id);
const [sides, checks] = await Promise.all([
  ids("projects?limit=3&sort=created_at"),
  ids("jobs?limit=4&kind=check"),
]);
const child = (await (await fetch(`${URL_}/api/v1/projects?limit=50`)).json()).items?.find(
  (entry) => entry.parent_id,
)?.id;
const search = (await (await fetch(`${URL_}/api/v1/jobs?kind=search&limit=1`)).json()).items?.[0]?.id;
const sets = (await (await fetch(`${URL_}/api/v1/datasets?limit=100`)).json()).items ?? [];
const datasetPages = Object.fromEntries(
  sets.flatMap(({ id, format }) => [
    [`dataset-${format}`, `/datasets/${id}`],
    [`dataset-${format}-sample`, `/datasets/${id}?sample=4`],
  ]),
);
// Those with reports: the first page of them, their samples, a comparison, what is in drawers.
const reported = (await (await fetch(`${URL_}/api/v1/projects?limit=50`)).json()).items;
const withReports = [];
for (const { id } of reported) {
  const { items } = await (await fetch(`${URL_}/api/v1/reports?project=${id}`)).json();
  if (items?.length) withReports.push({ id, last: items.at(-1).id });
}
const accuracyPages = Object.fromEntries(
  withReports.slice(0, 4).flatMap(({ id, last }, index) => {
    const address = `/projects/${id}?tab=accuracy`;
    return [
      [`accuracy-${index}`, address],
      [`accuracy-${index}-sample`, `${address}&sample=3&at=3`],
      [`accuracy-${index}-against`, `${address}&against=${last}`],
      [`accuracy-${index}-reading`, `${address}&open=reading`],
      [`accuracy-${index}-start`, `${address}&open=report`],
    ];
  }),
);
const pages = {
  ...accuracyPages,
  "dataset-generate": "/datasets/generate",
  "dataset-generate-from": `/datasets/generate?dataset=${dataset}`,
  "dataset-search": `/datasets/${dataset}?q=17&label=0`,
  "try-project": `/projects/${project}/try`,
  "try-sample": `/projects/${project}/try?dataset=${dataset}&sample=3`,
  "try-model": `/models/${model}/try`,
  compare: `/compare?side=${sides[0]}&side=${sides[1]}`,
  "compare-three": `/compare?${sides.map((id) => `side=${id}`).join("&")}&with=2&q=conv`,
  "compare-empty": "/compare",
  "compare-one": `/compare?side=${sides[0]}`,
  ...Object.fromEntries(checks.map((id, index) => [`check-${index}`, `/checks/${id}`])),
  projects: "/",
  project: `/projects/${project}`,
  "project-layer": `/projects/${project}?layer=3&share=0.5&bounds=["memory","compute"]`,
  "project-table": `/projects/${project}?view=table&x=p99`,
  "project-limit": `/projects/${project}?limit=24&x=p99&lens=roofline`,
  "project-tail": `/projects/${project}?x=p999`,
  "project-child": `/projects/${child ?? project}`,
  "project-search": `/projects/${child ?? project}?search=${search}`,
  search: `/projects/${project}?find=true&limit=24`,
  "benchmark-advice": `/projects/${project}?configure=true&advice=conversions`,
  optimize: `/projects/${project}?tab=optimize&version=made2:bf16&vxLimit=14&race=race`,
  "optimize-size": `/projects/${project}?tab=optimize&vx=throughput_fps&vy=size_bytes&vxLimit=90&vview=table`,
  "optimize-one": `/projects/${sides[2]}?tab=optimize`,
  "optimize-child": `/projects/${child ?? project}?tab=optimize`,
  "optimize-int8": `/projects/${project}?tab=optimize&make=int8&ignore=["/backbone/dark1/conv_0/Conv"]`,
  "optimize-weights": `/projects/${project}?tab=optimize&make=weights`,
  "optimize-sensitivity": `/projects/${project}?tab=optimize&make=sensitivity`,
  "optimize-best": `/projects/${project}?tab=optimize&make=best`,
  deploy: `/projects/${project}?tab=deploy`,
  "deploy-child": `/projects/${child ?? project}?tab=deploy`,
  recipe: `/projects/${project}?tab=recipe`,
  "project-import": "/projects/import",
  "project-details": `/projects/${project}?tab=details`,
  benchmark: `/projects/${project}?configure=true`,
  wizard: `/projects/new?model=${model}`,
  models: "/models",
  model: `/models/${model}`,
  "model-import": "/models/import",
  datasets: "/datasets",
  dataset: `/datasets/${dataset}`,
  "dataset-sample": `/datasets/${dataset}?sample=4`,
  "dataset-import": "/datasets/import",
  ...datasetPages,
  targets: "/targets",
  target: `/targets/${target}`,
  jobs: "/jobs",
  job: `/jobs?job=${job}`,
  settings: "/settings",
  missing: "/nowhere",
};

let bad = 0;
for (const scheme of ["light", "dark"]) {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width: WIDTH, height: 900 },
    bypassCSP: true,
  });
  for (const [name, path] of Object.entries(pages)) {
    if (ONLY && !ONLY.split(",").includes(name)) continue;
    const tab = await context.newPage();
    const said = [];
    tab.on("console", (message) => message.type() === "error" && said.push(message.text()));
    tab.on("pageerror", (error) => said.push(String(error)));
    tab.on(
      "request",
      (request) =>
        !request.url().startsWith(URL_) &&
        !/^(data|blob):/.test(request.url()) &&
        said.push(`other host: ${request.url()}`),
    );
    await tab.goto(URL_ + path);
    await tab.waitForTimeout(1400);
    const height = await tab.evaluate(() => document.documentElement.scrollHeight);
    await tab.setViewportSize({ width: WIDTH, height: Math.min(Math.max(900, height), 3000) });
    await tab.waitForTimeout(250);
    await tab.screenshot({ path: `${OUT}/${name}-${scheme}.png` });
    await tab.evaluate(AXE);
    const { violations } = await tab.evaluate(() =>
      globalThis.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }),
    );
    for (const { id, impact, nodes } of violations) {
      bad += 1;
      console.log(
        `${name} ${scheme}: ${impact} ${id} (${nodes.length}): ${nodes[0].html.slice(0, 200)} | ${nodes[0].failureSummary?.split("\n")[1] ?? ""}`,
      );
    }
    for (const text of said) console.log(`${name} ${scheme}: console: ${text.slice(0, 300)}`);
    await tab.close();
  }
  await context.close();
}
await browser.close();
console.log(bad === 0 ? "axe: nothing" : `axe: ${bad}`);
