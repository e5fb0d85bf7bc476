"""A winner is measured again from scratch: each time in a fresh process, in turn with what it is compared with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed
from workbench.optimization import measuring, planning
from workbench.optimization.candidates import Entry, ratio
from workbench.optimization.schemas import Candidate, CandidateConfiguration, OptimizeWanted
from workbench.targets.driver import Span, run_operation

# Rounds in which both are measured.
ROUNDS = 3
# Starting, compiling and warming up.
AROUND_RUN_S = 4.0
TIMEOUT_S = 3600.0
# A search tells configurations apart to about this.
CLOSE, MOST_LEADERS = 0.93, 6
# Where the job's progress stands meanwhile.
LEADERS_AT = 0.85
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


def leaders_first(
    context: JobContext, entries: Sequence[Entry], candidates: Sequence[Candidate], wanted: OptimizeWanted
) -> list[Entry]:
    """The order in which entries are tried: those that are too close to the best to tell them apart by how they were
    found are measured in turn, in one process. `entries`: the best first."""
    best = entries[0].configuration.throughput_fps if entries else 0.0
    close = [one for one in entries if one.configuration.throughput_fps >= CLOSE * best][:MOST_LEADERS]
    if wanted.objective != "throughput" or len(close) < 2:
        return list(entries)
    sides = [(str(candidates[one.place].project_id), candidates[one.place].precision) for one in close]
    try:
        found = measuring.race(
            context, sides, close[0].configuration.configuration, 2 * len(close) * wanted.cell_s,
            Span(LEADERS_AT, LEADERS_AT, "the best in turn: "), "leaders",
            configurations=[one.configuration.configuration for one in close],
        )  # fmt: skip
    except JobFailed as failure:
        context.check()
        context.log(f"the best were not measured in turn: {failure.message}", "warning")
        return list(entries)
    by_speed = sorted(zip(found.sides, close, strict=True), key=lambda pair: -pair[0].throughput_fps)
    return [entry for _, entry in by_speed] + [one for one in entries if one not in close]


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
