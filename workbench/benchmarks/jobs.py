"""The job kind `benchmark`: configurations measured one after another, each kept once it is done.

Where start-up times are wanted, each configuration has an engine process of its own, as only a fresh process gives
them; else one process measures them all, and the next one goes on where it crashed. What cannot be measured is told at
the end and keeps nothing else from being measured.
"""

from pathlib import Path
from typing import Any

from workbench.benchmarks import repository
from workbench.benchmarks.instrumented import measure_layers
from workbench.benchmarks.keeping import keep_run
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.benchmarks.shapes import shapes_for
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.models import service as models
from workbench.targets.driver import Span, run_operation

SLACK_S = 1800.0
# For each configuration of a sweep, beside twice its duration: an open loop may take as long again to serve the last.
AROUND_CELL_S = 60.0
# Of the time of one configuration, the clean run takes this part; the instrumented run takes the rest.
CLEAN_PART = 0.75
# What is wrong then is wrong with every configuration.
HOPELESS = ("dataset_unreadable", "device_not_available", "input_not_supported", "model_corrupt", "model_dynamic_shape")


def _benchmark(context: JobContext) -> Outcome:
    wanted = BenchmarkWanted.model_validate(context.parameters)
    with context.runtime.db.read() as session:
        found = repository.parts(session, str(context.job.project_id))
    if found is None:
        raise JobFailed("project_archived", "The model or dataset of the project is gone.", "Create the project anew.")
    work = _Cells(context, *found, wanted)
    if len(work.labels) > 1 and not wanted.start_up:
        work.sweep()
    else:
        work.one_by_one()
    return work.outcome()


class _Cells:
    """The configurations of one job, by number: those that are measured, those that failed, and those to come."""

    def __init__(
        self, context: JobContext, project: Project, model: Model, dataset: Dataset, wanted: BenchmarkWanted
    ) -> None:
        self.context, self.project, self.wanted = context, project, wanted
        self.inputs = engine_inputs(context, model, dataset, wanted)
        self.labels = [configuration.label() for configuration in wanted.configurations]
        self.parameters = [
            engine_parameters(project, model, wanted, configuration, "dataset" in self.inputs)
            for configuration in wanted.configurations
        ]
        self.run_ids: dict[int, str] = {}
        self.failed: dict[int, JobFailed] = {}

    def one_by_one(self) -> None:
        """Each in a process of its own, followed by its layers."""
        count = len(self.labels)
        for number in range(count):
            start, end = number / count, (number + 1) / count
            middle = start + (end - start) * (CLEAN_PART if self.wanted.layers else 1.0)
            try:
                result, out = run_operation(
                    self.context,
                    "benchmark",
                    self.parameters[number],
                    self.inputs,
                    folder=f"run-{number}",
                    span=Span(start, middle, self._prefix(number)),
                    timeout_s=2 * (self.wanted.duration_s or 600.0) + SLACK_S,
                )
            except JobFailed as failure:
                self.context.check()
                self._fail(number, failure)
                continue
            self._keep(number, result, out)
            if self.wanted.layers:
                self._layers(number, Span(middle, end, self._prefix(number) + "layers, "))

    def sweep(self) -> None:
        """All in one process, and in another one after a crash; then the layers of each."""
        clean = CLEAN_PART if self.wanted.layers else 1.0
        processes = 0
        while left := self._left():
            failure = JobFailed(
                "engine_crashed", "The engine process ended without a word about it.", "Look at the job's log."
            )
            try:
                run_operation(
                    self.context,
                    "sweep",
                    self._sweep_parameters(left),
                    self.inputs,
                    folder=f"sweep-{processes}",
                    span=Span(0.0, clean),
                    timeout_s=len(left) * (2 * (self.wanted.duration_s or 600.0) + AROUND_CELL_S) + SLACK_S,
                    on_partial=self._part,
                )
            except JobFailed as error:
                self.context.check()
                if error.code in HOPELESS:
                    raise
                failure = error
            # Without a failure, it is an engine that does not do as it is told: no endless loop.
            if unfinished := self._left():
                self._fail(unfinished[0], failure)
            processes += 1
        for place, number in enumerate(sorted(self.run_ids) if self.wanted.layers else []):
            each = (1.0 - clean) / len(self.run_ids)
            start = clean + place * each
            self._layers(number, Span(start, start + each, self._prefix(number) + "layers, "))

    def outcome(self) -> Outcome:
        """The job's result. Raises JobFailed where something could not be measured: with the reason's own code where
        that is all there is to say, else with `cells_failed` and what was measured."""
        result: dict[str, Any] = {
            "run_ids": [self.run_ids[number] for number in sorted(self.run_ids)],
            "project_id": self.project.id,
        }
        if not self.failed:
            return Outcome(result)
        number = min(self.failed)
        failure = self.failed[number]
        if not self.run_ids and len({other.code for other in self.failed.values()}) == 1:
            raise failure
        result["failed"] = [
            {
                "label": self.labels[number],
                "configuration": self.wanted.configurations[number].model_dump(),
                **self.failed[number].error(),
            }
            for number in sorted(self.failed)
        ]
        raise JobFailed(
            "cells_failed",
            f"{len(self.failed)} of {len(self.labels)} configurations could not be measured, the others were kept. "
            f"{self.labels[number]}: {failure.message}",
            failure.action,
            result,
        )

    def _left(self) -> list[int]:
        return [n for n in range(len(self.labels)) if n not in self.run_ids and n not in self.failed]

    def _prefix(self, number: int) -> str:
        count, label = len(self.labels), self.labels[number]
        return f"{label}: " if count == 1 else f"{number + 1} of {count}, {label}: "

    def _sweep_parameters(self, left: list[int]) -> dict[str, Any]:
        own = Configuration.model_fields
        return {
            **{name: value for name, value in self.parameters[0].items() if name not in own},
            "total": len(self.labels),
            "cells": [
                {
                    "number": number,
                    "label": self.labels[number],
                    "configuration": {name: value for name, value in self.parameters[number].items() if name in own},
                }
                for number in left
            ],
        }

    def _part(self, name: str, data: dict[str, Any], out: Path) -> None:
        """One configuration of a sweep is done. What the engine says is checked: it ran hostile files."""
        number = data.get("number")
        if not isinstance(number, int) or number not in self._left():
            self.context.log(f"the engine told of a configuration that it was not asked for: {number!r:.50}", "warning")
        elif name == "cell_failed":
            code, message, action = (str(data.get(key))[:2000] for key in ("code", "message", "action"))
            self._fail(number, JobFailed(code[:64], message, action))
        elif name == "cell":
            file = out / f"latencies-{number}.npz"
            if file.exists():
                file.rename(out / "latencies.npz")
            self._keep(number, data["result"], out)

    def _keep(self, number: int, result: dict[str, Any], out: Path) -> None:
        configuration, label = self.wanted.configurations[number], self.labels[number]
        self.run_ids[number] = keep_run(self.context, self.project, configuration, label, result, out)

    def _fail(self, number: int, failure: JobFailed) -> None:
        self.failed[number] = failure
        self.context.log(f"{self.labels[number]}: {failure.code}: {failure.message} {failure.action}", "error")
        if failure.code in HOPELESS:
            raise failure

    def _layers(self, number: int, span: Span) -> None:
        """That the instrumented run fails does not undo the run."""
        measure_layers(
            self.context,
            self.run_ids[number],
            self.project.id,
            self.parameters[number],
            self.inputs,
            folder=f"layers-{number}",
            span=span,
        )


def engine_inputs(context: JobContext, model: Model, dataset: Dataset, wanted: BenchmarkWanted) -> dict[str, Path]:
    xml, weights = models.files(context.runtime, model)
    inputs = {"model.xml": xml, "model.bin": weights}
    if wanted.input == "dataset":
        inputs["dataset"] = datasets.folder(context.runtime, dataset)
    return inputs


def engine_parameters(
    project: Project, model: Model, wanted: BenchmarkWanted, configuration: Configuration, with_dataset: bool
) -> dict[str, Any]:
    """What the engine's `benchmark` and `layers` operations take."""
    inputs = model.inputs or []
    return {
        "model": "inputs/model.xml",
        "dataset": "inputs/dataset" if with_dataset else None,
        "device": project.device,
        **configuration.model_dump(),
        "precision": configuration.precision or project.precision,
        "duration_s": None if wanted.iterations else wanted.duration_s or 10.0,
        "iterations": wanted.iterations,
        "start_up": wanted.start_up,
        "preprocessing": model.preprocessing,
        "layouts": {port["name"]: port["layout"] for port in inputs if port.get("layout")},
        "shapes": shapes_for(inputs, wanted.shapes),
        "seed": 0,
    }


BENCHMARK = register(JobKind("benchmark", _benchmark, measuring=True))

# The kind `search` is registered by its import.
from workbench.benchmarks import search_jobs  # noqa: E402, F401
