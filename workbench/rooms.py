"""Which rooms the house has: their routers, job kinds and chores, for server and worker alike."""

import importlib
import logging

from workbench.runtime import Runtime

logger = logging.getLogger(__name__)

ROUTERS = (
    "models",
    "datasets",
    "targets",
    "projects",
    "benchmarks",
    "accuracy",
    "comparisons",
    "optimization",
    "packages",
    "toolchains",
    "jobs",
    "uploads",
    "events",
    "system",
    "accounts",
    "sample",
)
WITH_JOBS = (
    "models", "datasets", "targets", "benchmarks", "accuracy", "comparisons", "optimization", "packages", "toolchains",
    "sample",
)  # fmt: skip


def register_kinds() -> None:
    """Import every room's `jobs` module: each registers its kinds."""
    for name in WITH_JOBS:
        importlib.import_module(f"workbench.{name}.jobs")


def chores(runtime: Runtime) -> None:
    """The slow cleaning: expired uploads, old predictions, orphans in the store, folders of dead jobs, old events."""
    from workbench.accuracy import predictions
    from workbench.jobs import chores as cleaning
    from workbench.uploads import service as uploads

    uploads.sweep(runtime)
    predictions.sweep(runtime)
    cleaning.sweep(runtime)
