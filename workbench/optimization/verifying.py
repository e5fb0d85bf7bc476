"""A winner is measured again from scratch: each time in a fresh process, in turn with what it is compared with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted
from workbench.jobs.context import JobContext
from workbench.optimization import planning
from workbench.optimization.candidates import ratio
from workbench.optimization.schemas import Candidate, CandidateConfiguration, OptimizeWanted
from workbench.targets.driver import Span, run_operation

# Rounds in which both are measured.
ROUNDS = 3
# Starting, compiling and warming up.
AROUND_RUN_S = 4.0
TIMEOUT_S = 3600.0
# The 97.5 % quantile of Student's t distribution, by degrees of freedom.
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}


@dataclass(frozen=True)
class Contender:
    candidate: Candidate
    best: CandidateConfiguration


def usual_s(wanted: OptimizeWanted) -> float:
    return 2 * ROUNDS * (wanted.cell_s + AROUND_RUN_S)


def in_turn(
    context: JobContext, one: Contender, other: Contender | None, wanted: OptimizeWanted, span: Span, folder: str
) -> tuple[list[CandidateConfiguration], list[CandidateConfiguration]]:
    """A B A B A B, or just A where there is no other."""
    mine: list[CandidateConfiguration] = []
    theirs: list[CandidateConfiguration] = []
    turns = [(one, mine)] if other is None else [(one, mine), (other, theirs)] * ROUNDS
    step = (span.end - span.start) / len(turns)
    for number, (contender, found) in enumerate(turns):
        start = span.start + number * step
        part = Span(start, start + step, f"verify: {contender.candidate.name}: ")
        found.append(_once(context, contender, wanted, part, f"{folder}-{number}"))
    return mine, theirs


def _once(
    context: JobContext, contender: Contender, wanted: OptimizeWanted, span: Span, folder: str
) -> CandidateConfiguration:
    candidate = contender.candidate
    asked = contender.best.configuration.model_copy(update={"precision": candidate.precision})
    with context.runtime.db.read() as session:
        project, model, dataset = planning.parts(session, str(candidate.project_id))
    like = BenchmarkWanted(configurations=[asked], duration_s=wanted.cell_s, layers=False, start_up=False)
    inputs = benchmarks.engine_inputs(context, model, dataset, like)
    parameters = benchmarks.engine_parameters(project, model, like, asked, "dataset" in inputs)
    result, out = run_operation(context, "benchmark", parameters, inputs, folder=folder, span=span, timeout_s=TIMEOUT_S)
    run_id = benchmarks.keep_run(context, project, asked, asked.label(), result, out)
    latency = result["latency_ms"]
    # The percentile that was asked for, or the next lower one that there are samples enough for.
    names = ("p99", "p95", "p90", "median")
    told = next(latency[name] for name in names[names.index(wanted.percentile) :] if latency.get(name) is not None)
    return CandidateConfiguration(
        run_id=run_id,
        configuration=asked,
        label=asked.label(),
        throughput_fps=result["throughput_fps"],
        throughput_ci95=result.get("throughput_ci95"),
        latency_ms=told,
        verdict=result["verdict"],
    )


def middle(found: Sequence[CandidateConfiguration], wanted: OptimizeWanted) -> CandidateConfiguration:
    """The middle one of several measurements of the same."""
    by = (lambda one: one.throughput_fps) if wanted.objective == "throughput" else (lambda one: one.latency_ms)
    return sorted(found, key=by)[len(found) // 2]


def ratio_of(
    mine: Sequence[CandidateConfiguration], theirs: Sequence[CandidateConfiguration], wanted: OptimizeWanted
) -> tuple[float | None, list[float] | None]:
    """Geometric mean of the rounds' ratios, with Student's 95 % interval of their logarithms."""
    ratios = [ratio(one, other, wanted) for one, other in zip(mine, theirs, strict=True)]
    logs = [math.log(value) for value in ratios if value]
    if not logs:
        return None, None
    mean = sum(logs) / len(logs)
    if len(logs) - 1 not in STUDENT:
        return math.exp(mean), None
    deviation = math.sqrt(sum((value - mean) ** 2 for value in logs) / (len(logs) - 1))
    half = STUDENT[len(logs) - 1] * deviation / math.sqrt(len(logs))
    return math.exp(mean), [math.exp(mean - half), math.exp(mean + half)]
