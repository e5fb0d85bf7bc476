"""What the jobs `quantize` and `compress` do: a version is made, measured in turn with its parent, and judged like it.

What is finished is kept at once, in rows of its own and in the job's result. A part that fails keeps the others from
nothing: the job fails at its end, with what it came to all the same.
"""

from collections.abc import Callable, Sequence
from typing import Any

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.db.tables import Project
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, Outcome
from workbench.optimization import judging, measuring, planning
from workbench.optimization.making import Made, make_version
from workbench.optimization.schemas import CompressWanted, QuantizeWanted, RaceResult, VersionResult
from workbench.runtime import Runtime
from workbench.targets import service as targets
from workbench.targets.driver import Span

MAKING, RACE, LAYERS, BEFORE, AFTER = 0.5, 0.68, 0.74, 0.87, 1.0
Precision = Any


def run(context: JobContext, wanted: QuantizeWanted | CompressWanted) -> Outcome:
    """Raises JobFailed with the first thing that failed; the result tells what was reached."""
    project_id = str(context.job.project_id)
    steps: list[dict[str, Any]] = []

    def step(data: dict[str, Any]) -> None:
        steps.append({name: data.get(name) for name in ("number", "message", "value", "drop", "kept")})
        context.log_json("step of the accuracy control", data)
        context.keep_result({"control_steps": steps})

    made = make_version(context, project_id, wanted, Span(0.0, MAKING), on_step=step)
    version = _Version(context, made)
    measure = wanted.measure
    if measure.benchmark:
        version.attempt("measuring in turn", lambda: version.race(wanted))
    if measure.accuracy:
        version.attempt("the accuracy", lambda: version.reports(measure.samples))
    return version.outcome()


class _Version:
    """A version on its way: its result, part after part."""

    def __init__(self, context: JobContext, made: Made) -> None:
        self.context, self.made = context, made
        self.failures: list[JobFailed] = []
        self.result = VersionResult(
            model_id=made.model_id,
            project_id=made.project_id,
            parent_id=made.parent_id,
            parent_project_id=made.parent_project_id,
            size_bytes=made.size_bytes,
            parent_size_bytes=made.parent_size_bytes,
            size_ratio=made.size_ratio,
            calibration_samples=made.calibration_samples,
            calibration_s=made.calibration_s,
            race=None,
            throughput_ratio=None,
            report_id=None,
            parent_report_id=None,
            metrics={},
            distance_report_id=None,
            control=made.control,
            notes=list(made.notes),
        )
        self.keep()

    def keep(self) -> None:
        self.context.keep_result(self.result.model_dump(mode="json"))

    def attempt(self, what: str, part: Callable[[], None]) -> None:
        try:
            part()
        except (JobFailed, WorkbenchError) as error:
            self.context.check()
            failure = error if isinstance(error, JobFailed) else JobFailed(error.code, error.detail, error.action)
            self.failures.append(failure)
            self.result.notes.append(f"{what[0].upper()}{what[1:]} failed: {failure.message}")
            self.context.log(f"{what}: {failure.code}: {failure.message} {failure.action}", "error")
        self.keep()

    def race(self, wanted: QuantizeWanted | CompressWanted) -> None:
        context, made, measure = self.context, self.made, wanted.measure
        with context.runtime.db.read() as session:
            project, _, _ = planning.parts(session, made.parent_project_id)
            configuration = measure.configuration or usual_configuration(benchmarks.best(session, project.id))
            precisions: Sequence[Precision] = measure.precisions or parent_precisions(context.runtime, project)
        sides = [(made.parent_project_id, precision) for precision in precisions] + [(made.project_id, None)]
        race = measuring.race(
            context, sides, configuration, measure.budget_s, Span(MAKING, RACE, "measure in turn: "), "race"
        )
        self.result.race = race
        self.result.throughput_ratio = over_fastest(race)
        self.keep()
        if measure.layers:
            self._layers(race.sides[-1].run_id, configuration)

    def _layers(self, run_id: str, configuration: Configuration) -> None:
        context = self.context
        with context.runtime.db.read() as session:
            project, model, dataset = planning.parts(session, self.made.project_id)
        wanted = BenchmarkWanted(configurations=[configuration])
        inputs = benchmarks.engine_inputs(context, model, dataset, wanted)
        parameters = benchmarks.engine_parameters(project, model, wanted, configuration, with_dataset=True)
        span = Span(RACE, LAYERS, "layers: ")
        if not benchmarks.measure_layers(context, run_id, project.id, parameters, inputs, "layers", span):
            self.result.notes.append("The instrumented run failed; the reason stands with the run.")

    def reports(self, samples: int | None) -> None:
        """Of the parent and of the version, on the same samples: none that the version was calibrated with."""
        context, made = self.context, self.made
        with context.runtime.db.read() as session:
            project, _, _ = planning.parts(session, made.parent_project_id)
            kind, why = judging.kind_for(session, context.runtime, project, made.without)
        if kind is None:
            self.result.notes.append(f"No report was made: {why}")
            return
        if kind == "tensor_distance":
            self.result.distance_report_id = judging.judge(
                context, made.project_id, made.without, samples, None, Span(LAYERS, AFTER, "distance: "), "after", kind
            )
            self.result.notes.append(f"Outputs were compared with the parent's, for want of an accuracy report: {why}")
            return
        self.result.parent_report_id = judging.judge(
            context, made.parent_project_id, made.without, samples, None, Span(LAYERS, BEFORE, "before: "), "before"
        )
        self.keep()
        self.result.report_id = judging.judge(
            context, made.project_id, made.without, samples, None, Span(BEFORE, AFTER, "after: "), "after"
        )
        self.result.metrics = judging.before_after(context.runtime, self.result.parent_report_id, self.result.report_id)

    def outcome(self) -> Outcome:
        result = self.result.model_dump(mode="json")
        if not self.failures:
            return Outcome(result)
        first = self.failures[0]
        raise JobFailed(first.code, f"The version was made and kept, but: {first.message}", first.action, result)


def usual_configuration(best: Any) -> Configuration:
    """That of a run, without its precision; for none, as many requests as the device likes."""
    kept = (best.result.get("configuration") if best is not None else None) or {"hint": "throughput"}
    return Configuration.model_validate(kept).model_copy(update={"precision": None, "arrivals_per_s": None})


def parent_precisions(runtime: Runtime, project: Project) -> list[Precision]:
    """What a version is compared with: the parent as the device likes it best, as its project has it, and in f32."""
    with runtime.db.read() as session:
        device = targets.described(session, project.target_id, project.device)
    preferred = device.default_precision if device is not None else None
    wanted = [preferred, project.precision, "f32"]
    return list(dict.fromkeys(name for name in wanted if name in ("f32", "bf16", "f16")))


def over_fastest(race: RaceResult) -> float | None:
    """Throughput of the last side over that of the fastest of the others."""
    fastest = max((side.ratio for side in race.sides[:-1]), default=0.0)
    return race.sides[-1].ratio / fastest if fastest > 0 else None
