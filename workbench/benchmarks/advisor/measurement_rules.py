"""Rules about the measurement itself, and the start."""

from workbench.benchmarks.advisor.facts import (
    Facts,
    Fine,
    NotApplicable,
    Outcome,
    as_asked,
    evidence,
    options_of,
    share_evidence,
)
from workbench.benchmarks.layer_schemas import Evidence, Finding, FindingAction

# The 99th percentile needs so many requests that the slowest lies beyond it with 95 % certainty (Wilks 1941).
FOR_P99 = 299
LONGER = 3.0
SLOW_START_MS = 500.0
# The cache has to spare so much of the compilation to be worth its disk.
CACHE_SPARES = 0.3

_WHAT_TO_DO = {
    "contended": "Something else used the CPU. Stop it, or wait until it is done (the page of the target shows the "
    "load), and measure again.",
    "throttled": "The CPU was slowed while it measured. Let it cool, set the performance governor, or raise the CPU "
    "quota of the container; then measure again, longer, to see the speed it can keep.",
    "noisy": "Measure longer, with nothing else running; fix the CPU frequency where you can. Of numbers that vary so "
    "much, only large differences mean something.",
}


def noisy_measurement(facts: Facts) -> Outcome:
    """A run that its verdict says not to trust."""
    run = facts.run
    if run.verdict == "stable":
        return Fine(run.verdict_reason)
    found: list[Evidence] = []
    if run.spread is not None:
        found.append(share_evidence("Variation between windows", run.spread))
    if run.drift is not None:
        found.append(share_evidence("Last third against the first", run.drift))
    if run.cpu_others is not None:
        found.append(share_evidence("CPU used by others", run.cpu_others))
    seconds = max(10.0, LONGER * run.duration_s)
    wanted = as_asked(run)
    return Finding(
        rule="noisy_measurement",
        severity="high" if run.verdict in ("contended", "throttled") else "medium",
        title=f"This run is {run.verdict}",
        summary=run.verdict_reason,
        advice=_WHAT_TO_DO[run.verdict],
        evidence=[*found, evidence("Length of the run", run.duration_s, "s"), evidence("Requests", run.samples)],
        action=FindingAction(
            kind="benchmark",
            label="Measure again",
            configurations=[wanted],
            command=facts.command(*options_of(wanted), "--duration", f"{seconds:.0f}"),
        ),
    )


def short_run(facts: Facts) -> Outcome:
    """A run with too few requests for its tail."""
    run = facts.run
    if run.samples >= FOR_P99:
        return Fine(f"{run.samples} requests, enough for the 99th percentile.")
    if run.samples <= 0 or run.duration_s <= 0:
        return NotApplicable("The run has no requests.")
    seconds = run.duration_s * FOR_P99 / run.samples
    wanted = as_asked(run)
    return Finding(
        rule="short_run",
        severity="info",
        title="Too few requests for the tail",
        summary=f"{run.samples} requests were measured; the 99th percentile needs {FOR_P99}.",
        advice=f"Measure for {seconds:.0f} s or longer, where the tail of the latency matters.",
        evidence=[
            evidence("Requests", run.samples),
            evidence("Needed for p99", FOR_P99),
            evidence("Length of the run", run.duration_s, "s"),
            evidence("Length that gives them", round(seconds, 1), "s"),
        ],
        action=FindingAction(
            kind="benchmark",
            label="Measure longer",
            configurations=[wanted],
            command=facts.command(*options_of(wanted), "--duration", f"{seconds:.0f}"),
        ),
    )


def slow_start(facts: Facts) -> Outcome:
    """A long compilation that OpenVINO's cache would spare."""
    run = facts.run
    if run.compile_ms is None:
        return NotApplicable("The time to compile was not measured.")
    if run.compile_ms < SLOW_START_MS:
        return Fine(f"Compiling takes {run.compile_ms:.0f} ms.")
    if run.compile_cached_ms is None:
        return NotApplicable("The time to compile from the cache was not measured.")
    spared = 1 - run.compile_cached_ms / run.compile_ms
    if spared < CACHE_SPARES:
        return Fine(f"The cache would spare {100 * max(0.0, spared):.0f} % of {run.compile_ms:.0f} ms.")
    first = [evidence("First inference", run.first_inference_ms, "ms")] if run.first_inference_ms is not None else []
    return Finding(
        rule="slow_start",
        severity="info",
        title="The cache would make the start faster",
        summary=f"Compiling takes {run.compile_ms:.0f} ms, from OpenVINO's cache {run.compile_cached_ms:.0f} ms.",
        advice="Set CACHE_DIR in the application to a folder that stays, and start it once when it is installed.",
        evidence=[
            evidence("Compile", run.compile_ms, "ms"),
            evidence("Compile from the cache", run.compile_cached_ms, "ms"),
            share_evidence("Spared", spared),
            *first,
        ],
        action=FindingAction(kind="none", label="Set CACHE_DIR in the application"),
    )
