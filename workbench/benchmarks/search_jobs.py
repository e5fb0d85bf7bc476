"""The job kind `search`: one engine process looks for the best cells of a grid; each is kept once it is finished."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.benchmarks import repository
from workbench.benchmarks.jobs import SLACK_S, engine_inputs, engine_parameters
from workbench.benchmarks.keeping import keep_run
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.benchmarks.search_schemas import (
    DEFAULT_BATCHES,
    SearchPoint,
    SearchResult,
    SearchSkipped,
    SearchWanted,
)
from workbench.db.tables import Dataset, Model, Project, Run
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.targets.driver import Span, run_operation

# Streams, batch.
Key = tuple[int, int]
# More than any default budget takes: a quarter of as many cells as a grid may have.
GRID_CELLS = 64 * 32 // 4


def _search(context: JobContext) -> Outcome:
    wanted = SearchWanted.model_validate(context.parameters)
    project_id = str(context.job.project_id)
    found, made = find_cells(context, project_id, wanted, context.parameters.get("known_runs") or [], Span(), "search")
    return Outcome({"run_ids": made, "project_id": project_id, "search": found.model_dump()})


def find_cells(
    context: JobContext, project_id: str, wanted: SearchWanted, known_runs: Sequence[str], span: Span, folder: str
) -> tuple[SearchResult, list[str]]:
    """Search in an engine process of its own; each finished cell is kept as a run at once. Returns what was found, and
    the new runs. `known_runs` are not measured again. Raises JobFailed."""
    with context.runtime.db.read() as session:
        found = repository.parts(session, project_id)
        earlier = repository.with_ids(session, list(known_runs))
    if found is None:
        raise JobFailed("project_archived", "The model or dataset of the project is gone.", "Create the project anew.")
    project, model, dataset = found
    run_ids = {key: row.id for row in earlier if (key := cell_of(row)) is not None}
    keeper = _Keeper(context, project, wanted, run_ids)
    result, _ = run_operation(
        context,
        "search",
        *_operation(context, project, model, dataset, wanted, earlier),
        folder=folder,
        span=span,
        timeout_s=(wanted.budget_s or 0.0) + SLACK_S + GRID_CELLS * wanted.cell_s,
        on_partial=keeper.part,
    )
    return as_result(result, wanted, keeper.run_ids), keeper.made


def _operation(
    context: JobContext,
    project: Project,
    model: Model,
    dataset: Dataset,
    wanted: SearchWanted,
    earlier: Sequence[Run],
) -> tuple[dict[str, Any], dict[str, Path]]:
    """Parameters and inputs of the engine's operation."""
    like = BenchmarkWanted(
        configurations=[Configuration(precision=wanted.precision)], shapes=wanted.shapes, input=wanted.input
    )
    inputs = engine_inputs(context, model, dataset, like)
    common = engine_parameters(project, model, like, like.configurations[0], "dataset" in inputs)
    own = ("objective", "percentile", "max_latency_ms", "min_fps", "budget_s", "streams", "cell_s")
    known = [
        {
            "streams": row.result["configuration"]["streams"],
            "batch": row.result["configuration"]["batch"],
            "throughput_fps": row.throughput_fps,
            "latency_ms": row.result["latency_ms"],
            "samples": row.result["samples"],
        }
        for row in earlier
        if cell_of(row) is not None
    ]
    batches = wanted.batches or DEFAULT_BATCHES
    return common | {name: getattr(wanted, name) for name in own} | {"batches": batches, "known": known}, inputs


class _Keeper:
    """Keeps the finished cells. What the engine says is checked: it ran hostile files."""

    def __init__(self, context: JobContext, project: Project, wanted: SearchWanted, run_ids: dict[Key, str]) -> None:
        self.context, self.project, self.wanted = context, project, wanted
        self.run_ids = run_ids
        self.made: list[str] = []

    def part(self, name: str, data: dict[str, Any], out: Path) -> None:
        streams, batch = data.get("streams"), data.get("batch")
        if name != "cell" or not isinstance(streams, int) or not isinstance(batch, int):
            self.context.log(f"the engine told of a part that was not asked for: {name!r}", "warning")
            return
        file = out / f"latencies-{streams}-{batch}.npz"
        if file.exists():
            file.rename(out / "latencies.npz")
        asked = configuration(self.wanted, streams, batch)
        run_id = keep_run(self.context, self.project, asked, asked.label(), data["result"], out, "search")
        self.run_ids[(streams, batch)] = run_id
        self.made.append(run_id)


def configuration(wanted: SearchWanted, streams: int, batch: int) -> Configuration:
    """A cell as one would ask for it in a benchmark."""
    return Configuration(streams=streams, batch=batch, precision=wanted.precision)


def cell_of(row: Run) -> Key | None:
    """The cell that a run measured; None for a run that is none."""
    asked = row.result.get("configuration") or {}
    streams, batch = asked.get("streams"), asked.get("batch")
    return (streams, batch) if isinstance(streams, int) and isinstance(batch, int) else None


def as_result(told: dict[str, Any], wanted: SearchWanted, run_ids: dict[Key, str]) -> SearchResult:
    """What the engine told, in the words of the API."""

    def named(cell: dict[str, Any]) -> dict[str, Any]:
        asked = configuration(wanted, cell["streams"], cell["batch"])
        return {"configuration": asked, "label": asked.label()}

    points = {
        (point["streams"], point["batch"]): SearchPoint(
            run_id=run_ids.get((point["streams"], point["batch"])),
            **named(point),
            **{name: value for name, value in point.items() if name not in ("streams", "batch")},
        )
        for point in told["points"]
    }
    best = told["best"]
    return SearchResult(
        objective=told["objective"],
        percentile=told["percentile"],
        best=points[(best[0], best[1])] if best else None,
        front=sorted((points[(key[0], key[1])] for key in told["front"]), key=lambda point: point.latency_ms),
        points=list(points.values()),
        skipped=[SearchSkipped(**named(skip), reason=skip["reason"]) for skip in told["skipped"]],
        grid=told["grid"],
        measured_s=told["measured_s"],
        grid_s=told["grid_s"],
        stopped=told["stopped"],
        reason=told["reason"],
    )


SEARCH = register(JobKind("search", _search, measuring=True))
