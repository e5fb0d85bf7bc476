"""A winner is measured again from scratch: each time in a fresh process, in turn with what it is compared with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed
from workbench.optimization import measuring, planning
from workbench.optimization.candidates import Entry, ordered, ratio
from workbench.optimization.schemas import Candidate, CandidateConfiguration, OptimizeWanted, RaceResultSide
from workbench.optimization.standing import Standing
from workbench.targets.driver import Span, run_operation

# Rounds in which both are measured.
ROUNDS = 3
# Starting, compiling and warming up.
AROUND_RUN_S = 4.0
TIMEOUT_S = 3600.0
# A search tells configurations apart to about this.
CLOSE, MOST_LEADERS, MOST_SIDES = 0.93, 6, 16
# What making one of them ready takes.
AROUND_SIDE_S = 2.0
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
    context: JobContext, entries: Sequence[Entry], standings: Sequence[Standing], wanted: OptimizeWanted, left_s: float
) -> list[Entry]:
    """The order in which entries are tried. `entries`: the best first.

    A search tells configurations apart to a few per cent, and leaves out those that cannot be much better. So the
    leaders, and what was left out of the best candidate, are measured in turn in one process, as far as `left_s`
    allows; that decides.
    """
    if wanted.objective != "throughput" or not entries:
        return list(entries)
    best = entries[0]
    limit = CLOSE * best.configuration.throughput_fps
    close = [one for one in entries if one.configuration.throughput_fps >= limit][:MOST_LEADERS]
    seen = [(one.place, one.configuration.configuration) for one in close]
    seen += [(best.place, one) for one in standings[best.place].skipped]
    most = min(MOST_SIDES, int(left_s / (2 * wanted.cell_s + AROUND_SIDE_S)))
    seen = seen[:most]
    if len(seen) < 2:
        return list(entries)
    sides = [(str(standings[place].candidate.project_id), standings[place].candidate.precision) for place, _ in seen]
    try:
        found = measuring.race(
            context, sides, seen[0][1], 2 * len(seen) * wanted.cell_s,
            Span(LEADERS_AT, LEADERS_AT, "the best in turn: "), "leaders", [configuration for _, configuration in seen],
        )  # fmt: skip
    except JobFailed as failure:
        context.check()
        context.log(f"the best were not measured in turn: {failure.message}", "warning")
        return list(entries)
    median = wanted.percentile == "median"
    raced = [Entry(place, _raced(side, one, median)) for side, (place, one) in zip(found.sides, seen, strict=True)]
    again = {(entry.place, entry.configuration.label) for entry in raced}
    return [
        *ordered(raced, wanted),
        *(one for one in entries if (one.place, one.configuration.label) not in again),
    ]


def _raced(side: RaceResultSide, configuration: Configuration, median: bool) -> CandidateConfiguration:
    """With the latency that counts; a race tells p99 and the median."""
    return CandidateConfiguration(
        run_id=side.run_id,
        configuration=configuration,
        label=configuration.label(),
        throughput_fps=side.throughput_fps,
        throughput_ci95=side.throughput_ci95,
        latency_ms=side.latency_median_ms if median else side.latency_p99_ms or side.latency_median_ms,
        verdict=side.verdict,
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
