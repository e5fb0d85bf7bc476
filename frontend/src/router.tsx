/** The addresses of the page. Every page is a chunk of its own, fetched when a link to it is hovered or followed. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { stringifySearch } from "./app/address";
import { Frame } from "./app/Frame";
import { NotFound } from "./app/NotFound";
import { PageError } from "./app/PageError";
import {
  compareSearch,
  datasetSearch,
  datasetsSearch,
  generateSearch,
  importSearch,
  jobsSearch,
  modelsSearch,
  projectSearch,
  projectsSearch,
  rootSearch,
  trySearch,
  wizardSearch,
} from "./app/search";

const root = createRootRoute({ component: Frame, validateSearch: rootSearch, notFoundComponent: NotFound });
const getParentRoute = () => root;

const projects = createRoute({
  getParentRoute,
  path: "/",
  validateSearch: projectsSearch,
  component: lazyRouteComponent(() => import("./features/projects/ProjectsPage"), "ProjectsPage"),
});

const wizard = createRoute({
  getParentRoute,
  path: "/projects/new",
  validateSearch: wizardSearch,
  component: lazyRouteComponent(() => import("./features/wizard/WizardPage"), "WizardPage"),
});

const projectImport = createRoute({
  getParentRoute,
  path: "/projects/import",
  validateSearch: importSearch,
  component: lazyRouteComponent(() => import("./features/transfer/ProjectImportPage"), "ProjectImportPage"),
});

const project = createRoute({
  getParentRoute,
  path: "/projects/$ref",
  validateSearch: projectSearch,
  component: lazyRouteComponent(() => import("./features/projects/ProjectPage"), "ProjectPage"),
});

const projectTry = createRoute({
  getParentRoute,
  path: "/projects/$ref/try",
  validateSearch: trySearch,
  component: lazyRouteComponent(() => import("./features/predictions/ProjectTryPage"), "ProjectTryPage"),
});

const models = createRoute({
  getParentRoute,
  path: "/models",
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => import("./features/models/ModelsPage"), "ModelsPage"),
});

const modelImport = createRoute({
  getParentRoute,
  path: "/models/import",
  validateSearch: importSearch,
  component: lazyRouteComponent(() => import("./features/models/ModelImportPage"), "ModelImportPage"),
});

const model = createRoute({
  getParentRoute,
  path: "/models/$ref",
  component: lazyRouteComponent(() => import("./features/models/ModelPage"), "ModelPage"),
});

const modelTry = createRoute({
  getParentRoute,
  path: "/models/$ref/try",
  validateSearch: trySearch,
  component: lazyRouteComponent(() => import("./features/predictions/ModelTryPage"), "ModelTryPage"),
});

const datasets = createRoute({
  getParentRoute,
  path: "/datasets",
  validateSearch: datasetsSearch,
  component: lazyRouteComponent(() => import("./features/datasets/DatasetsPage"), "DatasetsPage"),
});

const datasetImport = createRoute({
  getParentRoute,
  path: "/datasets/import",
  validateSearch: importSearch,
  component: lazyRouteComponent(() => import("./features/datasets/DatasetImportPage"), "DatasetImportPage"),
});

const datasetGenerate = createRoute({
  getParentRoute,
  path: "/datasets/generate",
  validateSearch: generateSearch,
  component: lazyRouteComponent(() => import("./features/datasets/GeneratePage"), "GeneratePage"),
});

const dataset = createRoute({
  getParentRoute,
  path: "/datasets/$ref",
  validateSearch: datasetSearch,
  component: lazyRouteComponent(() => import("./features/datasets/DatasetPage"), "DatasetPage"),
});

const targets = createRoute({
  getParentRoute,
  path: "/targets",
  component: lazyRouteComponent(() => import("./features/targets/TargetsPage"), "TargetsPage"),
});

const target = createRoute({
  getParentRoute,
  path: "/targets/$ref",
  component: lazyRouteComponent(() => import("./features/targets/TargetPage"), "TargetPage"),
});

const jobs = createRoute({
  getParentRoute,
  path: "/jobs",
  validateSearch: jobsSearch,
  component: lazyRouteComponent(() => import("./features/jobs/JobsPage"), "JobsPage"),
});

const compare = createRoute({
  getParentRoute,
  path: "/compare",
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import("./features/compare/ComparePage"), "ComparePage"),
});

const check = createRoute({
  getParentRoute,
  path: "/checks/$job",
  component: lazyRouteComponent(() => import("./features/checks/CheckPage"), "CheckPage"),
});

const settings = createRoute({
  getParentRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./features/settings/SettingsPage"), "SettingsPage"),
});

const routeTree = root.addChildren([
  projects,
  wizard,
  projectImport,
  project,
  projectTry,
  models,
  modelImport,
  model,
  modelTry,
  datasets,
  datasetImport,
  datasetGenerate,
  dataset,
  targets,
  target,
  jobs,
  compare,
  check,
  settings,
]);

export const router = createRouter({
  routeTree,
  stringifySearch,
  defaultPreload: "intent",
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
