// What the invented server answers of reports. --classes 1000 makes a confusion matrix of so many.
import * as made from "./mockData.mjs";
import { addJob, changed, db, option, start } from "./mockDb.mjs";
import { guessed, readingRoutes } from "./mockReadings.mjs";

const ok = (body, status = 200) => ({ status, body });
const gone = () => ({
  status: 404,
  body: {
    title: "Not found",
    status: 404,
    code: "not_found",
    detail: "There is no such thing.",
    action: "Look at the list.",
  },
});
const CLASSES = Number(option("classes", "12"));
const WORDS = [
  "zebra",
  "otter",
  "teapot",
  "violin",
  "canoe",
  "lemon",
  "owl",
  "tram",
  "parachute",
  "acorn",
  "goose",
  "kite",
];
const labels = Array.from({ length: CLASSES }, (_, index) =>
  index < WORDS.length
    ? WORDS[index]
    : `${WORDS[index % WORDS.length]} ${Math.floor(index / WORDS.length) + 1}`,
);
const byRef = (ref) => db.projects.find((row) => row.id === ref || row.name === ref);

const column = (name, label, type, description = "") => ({ name, label, type, unit: "", description });
const COLUMNS = [
  column("row", "Row", "integer"),
  column("sample", "Sample", "integer", "its number in the dataset"),
  column("name", "Name", "text"),
  column("label", "Label", "integer"),
  column("label_name", "Annotated", "text"),
  column("predicted", "Predicted label", "integer"),
  column("predicted_name", "Predicted", "text"),
  column("confidence", "Confidence", "number", "score of the predicted class"),
  column("rank", "Rank", "integer", "of the annotated class, 0 is the first"),
  column("error", "Wrong", "boolean", "the annotated class does not come first"),
  column("loss", "Loss", "number", "−ln of the annotated class’s score, 0 is right"),
];
const metric = (value, half, label, description = "") => ({
  value,
  ci95: half === null ? null : [value - half, value + half],
  label,
  unit: "",
  better: "higher",
  description,
});

const tables = new Map();
/** Rows of a classifier that is right `share` of the time; what they say is what matrix and classes say. */
function rowsOf(report) {
  if (!tables.has(report.id)) {
    const share = report.metrics["accuracy@top1"].value;
    const rows = Array.from({ length: report.samples }, (_, row) => {
      const label = row % CLASSES;
      const right = made.random() < share;
      const predicted = right
        ? label
        : (label + 1 + Math.floor(made.random() ** 3 * (CLASSES - 1))) % CLASSES;
      const confidence = right ? 0.5 + made.random() / 2 : 0.3 + made.random() / 2;
      return {
        row,
        sample: row % 397,
        name: `images/${String(row).padStart(5, "0")}.jpg`,
        label,
        label_name: labels[label],
        predicted,
        predicted_name: labels[predicted],
        confidence,
        rank: right ? 0 : 1 + Math.floor(made.random() * 6),
        error: !right,
        loss: right ? -Math.log(confidence) : 1 + 3 * made.random(),
      };
    });
    tables.set(report.id, rows);
  }
  return tables.get(report.id);
}

function tablesOf(report) {
  const counts = new Map();
  for (const { label, predicted } of rowsOf(report)) {
    const key = `${label} ${predicted}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const cells = [...counts].map(([key, count]) => [...key.split(" ").map(Number), count]);
  const sum = (test) => cells.filter(test).reduce((all, [, , count]) => all + count, 0);
  const few = labels.slice(0, 400);
  return {
    confusion: { labels, cells },
    classes: few.map((name, label) => {
      const right = sum(([row, col]) => row === label && col === label);
      const [annotated, predicted] = [sum(([row]) => row === label), sum(([, col]) => col === label)];
      const [precision, recall] = [
        predicted ? right / predicted : null,
        annotated ? right / annotated : null,
      ];
      const f1 = precision && recall ? (2 * precision * recall) / (precision + recall) : null;
      return { label, name, samples: annotated, metrics: { precision, recall, f1 } };
    }),
    curves: [
      {
        kind: "precision_recall",
        x_label: "recall",
        y_label: "precision",
        curves: labels.slice(0, 12).map((name, label) => {
          const x = Array.from({ length: 40 }, (_, index) => index / 39);
          return {
            label,
            name,
            x,
            y: x.map((value) => 1 - value ** (4 + label) * (0.4 + label / 30)),
            threshold: x.map((value) => 1 - value * 0.98),
          };
        }),
      },
    ],
  };
}

const reports = [];
function addReport(project, share, minutes, samples = 5000, subset = null) {
  const report = {
    id: made.newId(),
    kind: "annotations",
    project_id: project.id,
    job_id: null,
    dataset_id: project.dataset.id,
    model_id: project.model.id,
    model_sha256: "0".repeat(64),
    task: "classification",
    samples,
    metrics: {
      "accuracy@top1": metric(
        share,
        0.9 / Math.sqrt(samples),
        "Top-1 accuracy",
        "share of pictures whose class comes first",
      ),
      "accuracy@top5": metric(1 - (1 - share) / 4, 0.5 / Math.sqrt(samples), "Top-5 accuracy"),
      precision_macro: metric(share - 0.004, 0.01, "Precision, macro"),
      recall_macro: metric(share - 0.006, 0.011, "Recall, macro"),
      f1_macro: metric(share - 0.005, null, "F1, macro"),
    },
    primary: "accuracy@top1",
    columns: COLUMNS,
    reading: guessed(project),
    effective_precision: "bf16",
    device: "CPU",
    elapsed_s: 21.4,
    samples_per_s: samples / 21.4,
    subset,
    reference: null,
    engine: "workbench",
    notes: subset ? [] : ["3 pictures of classes that the model does not know count as wrong."],
    created_at: made.before(minutes),
  };
  reports.unshift(report);
  return report;
}
if (db.projects[2]) {
  addReport(db.projects[2], 0.761, 900);
  addReport(db.projects[2], 0.752, 30, 1000, { count: 1000, seed: 0 });
  addReport(db.projects[2], 0.7588, 4);
}

const TESTS = {
  "=": (a, b) => String(a) === b,
  "!=": (a, b) => String(a) !== b,
  "<": (a, b) => a < Number(b),
  ">": (a, b) => a > Number(b),
  "<=": (a, b) => a <= Number(b),
  ">=": (a, b) => a >= Number(b),
  contains: (a, b) => String(a).toLowerCase().includes(b.toLowerCase()),
  in: (a, b) => b.split(",").some((one) => one.trim() === String(a)),
};

function chosen(report, query) {
  const wanted = query.getAll("where").map((text) => /^(\w+) (\S+) (.*)$/.exec(text).slice(1));
  const rows = rowsOf(report).filter((row) =>
    wanted.every(([name, test, value]) => TESTS[test](row[name], value)),
  );
  const sort = query.get("sort");
  if (!sort) return rows;
  const [name, turn] = sort.startsWith("-") ? [sort.slice(1), -1] : [sort, 1];
  return [...rows].sort((a, b) => turn * (a[name] < b[name] ? -1 : a[name] > b[name] ? 1 : 0));
}

function paged(items, query) {
  const [offset, limit] = [Number(query.get("offset") ?? 0), Number(query.get("limit") ?? 100)];
  return { items: items.slice(offset, offset + limit), total: items.length, offset };
}

function sampleOf(report, number) {
  const row = rowsOf(report)[number];
  const others = labels.filter((name) => name !== row.predicted_name).slice(0, 9);
  return {
    row,
    image: `/api/v1/datasets/${report.dataset_id}/samples/${row.sample}/image`,
    other_image: null,
    width: null,
    height: null,
    annotation: { classes: [{ label: row.label, name: row.label_name, score: 1 }] },
    prediction: {
      classes: [
        { label: row.predicted, name: row.predicted_name, score: row.confidence },
        ...others.map((name, index) => ({
          label: labels.indexOf(name),
          name,
          score: (1 - row.confidence) * 0.6 ** (index + 1),
        })),
      ],
    },
  };
}

function compared(now, before, query) {
  const old = new Map(rowsOf(before).map((row) => [row.sample, row]));
  const all = rowsOf(now)
    .filter(({ sample }) => old.has(sample))
    .map((row) => {
      const was = old.get(row.sample);
      const change = was.error ? (row.error ? "both_wrong" : "fixed") : row.error ? "broken" : "both_right";
      return {
        sample: row.sample,
        name: row.name,
        change,
        before: was,
        now: row,
        delta: row.loss - was.loss,
      };
    });
  const counts = { both_right: 0, both_wrong: 0, fixed: 0, broken: 0 };
  for (const { change } of all) counts[change] += 1;
  const metrics = Object.fromEntries(
    Object.entries(now.metrics).map(([name, entry]) => {
      const difference = entry.value - before.metrics[name].value;
      const ci95 = entry.ci95 && [difference - 0.006, difference + 0.006];
      return [name, { ...entry, before: before.metrics[name].value, now: entry.value, difference, ci95 }];
    }),
  );
  const shown = all.filter(({ change }) => !query.get("change") || change === query.get("change"));
  return {
    before,
    now,
    counts,
    metrics,
    ...paged(
      shown.sort((a, b) => b.delta - a.delta),
      query,
    ),
  };
}

const ofReport =
  (make) =>
  ([id, ...rest], query, body) => {
    const report = reports.find((row) => row.id === id);
    return report ? ok(make(report, rest, query, body)) : gone();
  };

export const accuracyRoutes = [
  ...readingRoutes,
  [
    "POST",
    /^\/projects\/([^/]+)\/reports$/,
    ([ref], _, body) => {
      const project = byRef(ref);
      const job = addJob("accuracy", `Accuracy · ${project.name}`, {
        project_id: project.id,
        measuring: true,
      });
      project.last_job_id = job.id;
      start(job, 6, ["read", "infer", "judge"], () => {
        if (job.state === "succeeded") addReport(project, 0.755, 0, body.subset?.count ?? 5000, body.subset);
        changed("reports", project.id);
      });
      return ok({ job }, 202);
    },
  ],
  [
    "GET",
    /^\/reports$/,
    (_, query) => {
      const items = reports.filter((row) => row.project_id === byRef(query.get("project"))?.id);
      return ok({ items, next_cursor: null, total: items.length });
    },
  ],
  ["GET", /^\/reports\/([^/]+)\/tables$/, ofReport(tablesOf)],
  [
    "GET",
    /^\/reports\/([^/]+)\/samples$/,
    ofReport((report, _, query) => paged(chosen(report, query), query)),
  ],
  [
    "GET",
    /^\/reports\/([^/]+)\/samples\/(\d+)$/,
    ofReport((report, [number]) => sampleOf(report, Number(number))),
  ],
  [
    "GET",
    /^\/reports\/([^/]+)\/comparison$/,
    ofReport((report, _, query) =>
      compared(
        report,
        reports.find((row) => row.id === query.get("before")),
        query,
      ),
    ),
  ],
  [
    "DELETE",
    /^\/reports\/([^/]+)$/,
    ([id]) => {
      reports.splice(
        reports.findIndex((row) => row.id === id),
        1,
      );
      changed("reports", id);
      return { status: 204 };
    },
  ],
];
