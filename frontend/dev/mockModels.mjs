// What the invented server answers of models.
import * as made from "./mockData.mjs";
import { db, importJob } from "./mockDb.mjs";
import { byRef, missing, page } from "./mockRoutes.mjs";

const ok = (body, status = 200) => ({ status, body });

/** The model that nothing here was made into. */
function rootOf(row) {
  const parent = db.models.find(({ id }) => id === row.parent_id);
  return parent ? rootOf(parent) : row;
}

function listed(query) {
  const [task, family] = [query.get("task"), query.get("family")];
  const root = family && rootOf(byRef(db.models, family));
  return db.models.filter((row) => (!task || row.task === task) && (!root || rootOf(row) === root));
}

export const modelRoutes = [
  ["GET", /^\/models$/, (_, query) => ok(page(listed(query), query))],
  [
    "POST",
    /^\/models$/,
    (_, __, body) =>
      ok(importJob("models", body, made.model("x", "classification", "FP16", 4.1, 11_700_000)), 202),
  ],
  ["GET", /^\/models\/([^/]+)$/, ([ref]) => (byRef(db.models, ref) ? ok(byRef(db.models, ref)) : missing())],
  ["PATCH", /^\/models\/([^/]+)$/, ([ref], _, body) => ok(Object.assign(byRef(db.models, ref), body))],
];
