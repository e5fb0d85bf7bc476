"""Where each candidate stands while the best version is looked for, and how that is kept and taken up again."""

from dataclasses import dataclass, field
from typing import Any

from workbench.accuracy import service as accuracy
from workbench.accuracy.schemas import Report
from workbench.benchmarks.schemas import Configuration
from workbench.jobs.context import JobContext
from workbench.optimization.schemas import Candidate, CandidateConfiguration, OptimizeResult, Precision


@dataclass
class Standing:
    """A candidate with what only this job needs of it; `skipped` are cells that its search did not measure."""

    candidate: Candidate
    report: Report | None = None
    found: list[CandidateConfiguration] = field(default_factory=list)
    skipped: list[Configuration] = field(default_factory=list)


def report_of(context: JobContext, report_id: str) -> Report:
    with context.runtime.db.read() as session:
        return accuracy.report(session, report_id)


def fresh(
    name: str, method: str, project_id: str | None, model_id: str | None, precision: Precision | None = None
) -> Candidate:
    return Candidate(
        name=name,
        method=method,
        precision=precision,
        model_id=model_id,
        project_id=project_id,
        state="not_tried",
        reason="The time budget did not reach to it.",
    )


def earlier(done: dict[str, Any]) -> dict[str, Standing]:
    """What an earlier search came to, by name; 'original' for the first."""
    told = done.get("optimize")
    if not told:
        return {}
    result = OptimizeResult.model_validate(told)
    standings: dict[str, Standing] = {}
    for key, candidate in [("original", result.original), *((one.name, one) for one in result.candidates)]:
        # Decided anew, as the limits may be others; what was made and judged is there.
        candidate.state, candidate.verified, candidate.best = "not_tried", None, None
        found = (done.get("found") or {}).get(candidate.name) or []
        standings[key] = Standing(candidate, None, [CandidateConfiguration.model_validate(one) for one in found])
    return standings
