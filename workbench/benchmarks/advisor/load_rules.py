"""Rules about streams, batch and arriving requests."""

from collections.abc import Sequence

from workbench.benchmarks.advisor.facts import (
    Facts,
    Fine,
    NotApplicable,
    Outcome,
    as_asked,
    changed,
    evidence,
    options_of,
)
from workbench.benchmarks.layer_schemas import Finding, FindingAction
from workbench.benchmarks.schemas import Configuration, Run

# Several streams have to give so much more than one to be worth their latency.
STREAMS_PAY = 1.10
# A larger batch that gives less than this, at so much more latency, is no help.
BATCH_PAYS = 1.05
BATCH_COSTS = 1.5


def one_stream(facts: Facts) -> Outcome:
    """A single stream where the device offers several and they pay, or no stable run tells whether they do."""
    run = facts.run
    if run.open_loop is not None:
        return NotApplicable("Requests arrived by themselves.")
    if (run.streams or 1) > 1 or (run.requests or 1) > 1:
        return NotApplicable("The run had several streams or requests.")
    most = (facts.device.streams_range or [1, 1])[-1] if facts.device is not None else 1
    if most <= 1:
        return NotApplicable("The device offers a single stream, or does not tell.")
    others = [other for other in _alike(facts) if (other.streams or 1) > 1 and other.batch == run.batch]
    if not others:
        wanted = [
            Configuration(streams=count, batch=run.batch, precision=as_asked(run).precision) for count in _counts(most)
        ]
        streams = ",".join(str(each.streams) for each in wanted)
        return Finding(
            rule="one_stream",
            severity="info",
            title="Several streams have no stable run",
            summary=f"This run had one stream; the device offers up to {most}, and no stable run has several.",
            advice="Where requests come faster than one after another, measure several streams: throughput usually "
            "grows, and the latency of the single request with it.",
            evidence=[evidence("Streams of this run", 1), evidence("Streams that the device offers", most)],
            action=FindingAction(
                kind="benchmark",
                label=f"Benchmark {streams} streams",
                configurations=wanted,
                command=facts.command(*options_of(changed(wanted[0], streams=None)), "--streams", streams),
            ),
        )
    best = max(others, key=lambda other: other.throughput_fps)
    gain = best.throughput_fps / run.throughput_fps
    if gain < STREAMS_PAY:
        return Fine(f"The best of several streams gives {gain:.2f} times the throughput ({best.label}).")
    slower = best.latency_ms.median / run.latency_ms.median if run.latency_ms.median else 0.0
    wanted_one = as_asked(best)
    return Finding(
        rule="one_stream",
        severity="medium",
        title="Several streams give more",
        summary=f"{best.label} ({best.streams} streams) gave {gain:.2f} times the throughput of this run, at "
        f"{slower:.2f} times its median latency.",
        advice="Use several streams where throughput counts and that latency is acceptable; keep the single stream "
        "where one request at a time has to be fast.",
        evidence=[
            evidence("Throughput of this run", run.throughput_fps, "FPS"),
            evidence(f"Throughput of {best.label}", best.throughput_fps, "FPS"),
            evidence("Median latency of this run", run.latency_ms.median, "ms"),
            evidence(f"Median latency of {best.label}", best.latency_ms.median, "ms"),
        ],
        action=FindingAction(
            kind="benchmark",
            label=f"Benchmark {best.label} again",
            configurations=[wanted_one],
            command=facts.command(*options_of(wanted_one)),
        ),
    )


def _counts(most: int) -> list[int]:
    """2, 4, 8 … up to the most there are."""
    counts = [2**power for power in range(1, 11) if 2**power < most]
    return [*counts, most]


def _load(run: Run) -> tuple[object, ...]:
    return (run.hint, run.streams, run.requests)


def _alike(facts: Facts) -> Sequence[Run]:
    """Other stable runs of the project in the same precision, with requests that were always ready."""
    return [
        other
        for other in facts.runs
        if other.id != facts.run.id
        and other.verdict == "stable"
        and other.open_loop is None
        and other.effective_precision == facts.run.effective_precision
        and other.throughput_fps > 0
    ]


def batch_without_gain(facts: Facts) -> Outcome:
    """A larger batch that makes requests slower and the whole hardly faster."""
    run = facts.run
    batch = run.batch or 1
    if batch <= 1:
        return NotApplicable("The batch is 1.")
    others = [other for other in _alike(facts) if (other.batch or 1) < batch and _load(other) == _load(run)]
    if not others:
        return NotApplicable("No smaller batch was measured with the same streams.")
    small = min(others, key=lambda other: (other.batch or 1, -other.throughput_fps))
    gain = run.throughput_fps / small.throughput_fps
    slower = run.latency_ms.median / small.latency_ms.median if small.latency_ms.median else 1.0
    if gain >= BATCH_PAYS or slower < BATCH_COSTS:
        return Fine(f"Batch {batch} gives {gain:.2f} times the throughput of batch {small.batch or 1}.")
    wanted = as_asked(small)
    return Finding(
        rule="batch_without_gain",
        severity="medium",
        title="The batch buys nothing",
        summary=f"Batch {batch} gives {gain:.2f} times the throughput of batch {small.batch or 1}, and a request takes "
        f"{slower:.1f} times as long.",
        advice=f"Use batch {small.batch or 1}; for more throughput add streams, not samples.",
        evidence=[
            evidence("Throughput of this run", run.throughput_fps, "FPS"),
            evidence(f"Throughput with batch {small.batch or 1}", small.throughput_fps, "FPS"),
            evidence("Median latency of this run", run.latency_ms.median, "ms"),
            evidence(f"Median latency with batch {small.batch or 1}", small.latency_ms.median, "ms"),
        ],
        action=FindingAction(
            kind="benchmark",
            label=f"Benchmark batch {small.batch or 1} again",
            configurations=[wanted],
            command=facts.command(*options_of(wanted)),
        ),
    )


def overloaded(facts: Facts) -> Outcome:
    """An open loop that the device could not keep up with: its latencies grow as long as it runs."""
    loop = facts.run.open_loop
    if loop is None:
        return NotApplicable("Requests were always ready, none arrived by themselves.")
    if loop.kept_up:
        return Fine(f"All of {loop.arrivals_per_s:g} arrivals a second were served.")
    return Finding(
        rule="overloaded",
        severity="high",
        title="Requests arrived faster than they were served",
        summary=f"{loop.arrivals_per_s:g} requests a second arrived and {loop.achieved_per_s:.4g} were served: the "
        "latencies of this run grow with its length and say nothing about the device.",
        advice=f"Measure a rate below {loop.achieved_per_s:.4g} a second, or give it more streams.",
        evidence=[
            evidence("Arrivals asked for", loop.arrivals_per_s, "1/s"),
            evidence("Served", loop.achieved_per_s, "1/s"),
            evidence("Arrived", loop.arrived),
            evidence("Completed", loop.completed),
            *([evidence("Median wait before the start", loop.wait_ms, "ms")] if loop.wait_ms is not None else []),
        ],
        action=_slower(facts, loop.achieved_per_s),
    )


def _slower(facts: Facts, served: float) -> FindingAction:
    if served <= 0:
        return FindingAction(kind="none", label="Benchmark at a lower rate")
    rate = float(f"{0.8 * served:.3g}")
    wanted = changed(as_asked(facts.run), arrivals_per_s=rate)
    return FindingAction(
        kind="benchmark",
        label=f"Benchmark at {rate:g} arrivals a second",
        configurations=[wanted],
        command=facts.command(*options_of(wanted)),
    )
