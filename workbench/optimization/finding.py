"""What the job `optimize` does: versions are made, judged, searched for their best configuration, and the winner is
measured and judged again in fresh processes.

Each step is written down when it is done: a search that was cancelled, or whose budget ended, goes on from there.
"""

import math
import time
from dataclasses import replace
from typing import Any, Literal

from workbench.accuracy import service as accuracy
from workbench.benchmarks import service as benchmarks
from workbench.datasets.schemas import Subset
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, Outcome
from workbench.optimization import judging, planning, ranking, verifying
from workbench.optimization.candidates import (
    Entry,
    configurations,
    drop,
    drop_ci95,
    drop_text,
    figures_text,
    keeps_accuracy,
    limit_text,
    nearest,
    ordered,
    search_wanted,
    within_limits,
)
from workbench.optimization.making import make_version
from workbench.optimization.proposals import Method, methods_for
from workbench.optimization.schemas import (
    Candidate,
    CandidateConfiguration,
    OptimizeResult,
    OptimizeWanted,
    SensitivityWanted,
)
from workbench.optimization.standing import Standing, earlier, fresh, report_of
from workbench.targets import service as targets
from workbench.targets.driver import Span

# Of the job's progress: versions made and judged, their configurations searched; the rest is verifying.
JUDGED, SEARCHED = 0.45, 0.85
# Winners that did not stand up to being measured again before it is given up.
MOST_VERIFIED = 5
LEAST_SEARCH_S = 5.0
# Of the groups of operations, those that are left in their precision where the ones that hurt are looked for.
SENSITIVE_PART = 0.05


class OutOfTime(Exception):
    """The budget is used."""


def run(context: JobContext, wanted: OptimizeWanted) -> Outcome:
    finding = _Finding(context, wanted)
    try:
        finding.judge_all()
        finding.search_all()
        finding.verify()
    except OutOfTime:
        finding.stopped = "budget"
        finding.settle()
    return Outcome(finding.document())


class _Finding:
    def __init__(self, context: JobContext, wanted: OptimizeWanted) -> None:
        self.context, self.wanted = context, wanted
        self.project_id = str(context.job.project_id)
        self.started = time.monotonic()
        self.stopped: Literal["done", "budget", "cancelled"] = "done"
        self.winner: Standing | None = None
        self.ratio: float | None = None
        self.ratio_ci95: list[float] | None = None
        self.reason = "Versions are being made and measured."
        with context.runtime.db.read() as session:
            project, model, dataset = planning.parts(session, self.project_id)
            self.calibration = planning.calibrating(session, context.runtime, dataset, wanted.calibration, judged=True)
            self.kind = judging.labels_or_parent(session, context.runtime, project, self.calibration.left_out())
            device = targets.described(session, project.target_id, project.device)
            self.methods = methods_for(wanted, model, project, device, self.kind)
        self.without: Subset | None = self.calibration.left_out()
        before = earlier(context.parameters.get("done") or {})
        self.original = before.get("original") or Standing(fresh("original", "original", self.project_id, model.id))
        self.others: list[Standing] = [standing for key, standing in before.items() if key != "original"]
        self.known_jobs: list[str] = list(context.parameters.get("known_jobs") or [])

    @property
    def all(self) -> list[Standing]:
        return [self.original, *self.others]

    # Time

    @property
    def spent_s(self) -> float:
        return time.monotonic() - self.started

    def left_s(self) -> float:
        """Of the budget, when the winner's verification is set aside."""
        aside = min(verifying.usual_s(self.wanted), self.wanted.budget_s / 4)
        return self.wanted.budget_s - self.spent_s - aside

    def in_time(self) -> None:
        self.context.check()
        if self.left_s() <= 0:
            raise OutOfTime

    # Making and judging

    def judge_all(self) -> None:
        steps = 1 + len(self.methods)
        self._judge(self.original, self._span(0, steps, "original: "))
        for place, method in enumerate(self.methods):
            name = method.title
            standing = next((one for one in self.others if one.candidate.name == name), None)
            if standing is None:
                standing = Standing(fresh(name, method.name, None, None, method.precision))
                self.others.append(standing)
            why_not = self._needless(method)
            if why_not is not None:
                standing.candidate.reason = why_not
                continue
            self.in_time()
            self._attempt(standing, method, self._span(place + 1, steps, f"{name}: "))
            self.keep()

    def _span(self, place: int, steps: int, prefix: str) -> Span:
        return Span(JUDGED * place / steps, JUDGED * (place + 1) / steps, prefix)

    def _needless(self, method: Method) -> str | None:
        """Why a way that gives up speed for accuracy need not be gone."""
        fast = next((one for one in self.others if one.candidate.method == "int8"), None)
        if method.name in ("int8_mixed", "int8_accuracy", "int8_sensitive") and self.wanted.methods is None:
            if fast is not None and fast.candidate.state == "kept":
                return "INT8 keeps the accuracy as it is, and this is never faster."
            before = [one.candidate for one in self.others if one.candidate.method in ("int8_mixed", "int8_accuracy")]
            if any(one.state == "kept" for one in before):
                return f"'{next(one.name for one in before if one.state == 'kept')}' keeps the accuracy already."
        return None

    def _attempt(self, standing: Standing, method: Method, span: Span) -> None:
        candidate = standing.candidate
        middle = span.start + 0.6 * (span.end - span.start)
        try:
            if method.precision is not None:
                candidate.project_id, candidate.model_id = self.project_id, self.original.candidate.model_id
            elif candidate.project_id is None:
                made = make_version(
                    self.context,
                    self.project_id,
                    self._sensitive(method, span).options(self.wanted),
                    Span(span.start, middle, f"{span.prefix}make: "),
                    folder=f"make-{method.name}",
                    timeout_s=max(60.0, self.left_s()),
                )
                candidate.project_id, candidate.model_id = made.project_id, made.model_id
                self.keep()
            self.in_time()
            self._judge(standing, Span(middle, span.end, f"{span.prefix}judge: "))
        except (JobFailed, WorkbenchError) as error:
            self.context.check()
            message = error.message if isinstance(error, JobFailed) else error.detail
            candidate.state, candidate.reason = "failed", message
            self.context.log(f"{candidate.name}: {error.code}: {message}", "warning")

    def _sensitive(self, method: Method, span: Span) -> Method:
        """With what hurts most left out, where that is the method."""
        if method.name != "int8_sensitive":
            return method
        options = Method("int8").options(self.wanted)
        found = ranking.rank(
            self.context,
            self.project_id,
            SensitivityWanted(quantize=options, metric=self.wanted.metric),
            Span(span.start, span.start, f"{span.prefix}rank: "),
            "rank",
            timeout_s=max(60.0, self.left_s()),
        )
        hurting = [one for one in found.operations if one.gain > 0]
        worst = hurting[: max(1, math.ceil(SENSITIVE_PART * len(found.operations)))]
        return replace(method, ignored=[name for one in worst for name in one.operations])

    def _judge(self, standing: Standing, span: Span, again: str | None = None) -> bool:
        """The accuracy of a candidate, and whether it may go on. `again`: a folder for judging it anew."""
        candidate, first = standing.candidate, standing is self.original
        if first:
            candidate.state, candidate.reason = "kept", "What the others are compared with."
            if self.kind == "parent_predictions":
                return True
        report_id = judging.judge(
            self.context, str(candidate.project_id), self.without, None, candidate.precision, span,
            again or f"judge-{candidate.method}-{candidate.precision or 'own'}", self.kind, again=again is not None,
        )  # fmt: skip
        standing.report = report_of(self.context, report_id)
        candidate.report_id = report_id
        name = self.wanted.metric or standing.report.primary
        if name is None or name not in standing.report.metrics:
            raise JobFailed(
                "metric_unknown",
                f"The report has no metric '{name}'.",
                f"Choose one of: {', '.join(standing.report.metrics)}.",
            )
        metric = standing.report.metrics[name]
        candidate.accuracy = metric
        if first:
            return True
        before = 1.0 if self.kind == "parent_predictions" else self._original_metric(name)
        candidate.drop = drop(before, metric.value, metric.better, self.wanted.drop_type)
        candidate.drop_ci95 = self._interval(standing, name, before)
        fine = keeps_accuracy(candidate.drop, self.wanted)
        told = f"{drop_text(candidate.drop, self.wanted, metric.label)}."
        candidate.state = "kept" if fine else "rejected"
        candidate.reason = f"Judged again: {told}" if again else told
        return fine

    def _original_metric(self, name: str) -> float:
        if self.original.report is None:
            self.original.report = report_of(self.context, str(self.original.candidate.report_id))
        return self.original.report.metrics[name].value

    def _interval(self, standing: Standing, name: str, before: float) -> list[float] | None:
        report, original = standing.report, self.original.report
        assert report is not None
        metric = report.metrics[name]
        if self.kind == "parent_predictions":
            ends = [low - 1.0 for low in metric.ci95] if metric.ci95 else None
        else:
            ends = accuracy.difference_ci95(self.context.runtime, original, report) if name == report.primary else None
        return drop_ci95(ends, before, metric.better, self.wanted.drop_type)

    # Searching

    def search_all(self) -> None:
        kept = [one for one in self.all if one.candidate.state == "kept"]
        for place, standing in enumerate(kept):
            if standing.found:
                # Searched before; the limits may be others now.
                self._choose(standing)
                continue
            self.in_time()
            span = Span(
                JUDGED + (SEARCHED - JUDGED) * place / len(kept),
                JUDGED + (SEARCHED - JUDGED) * (place + 1) / len(kept),
                f"{standing.candidate.name}: search: ",
            )
            self._search(standing, self.left_s() / (len(kept) - place), span)
            self.keep()

    def _search(self, standing: Standing, share_s: float, span: Span) -> None:
        candidate, wanted = standing.candidate, self.wanted
        asked = search_wanted(wanted, candidate.precision)
        usual = benchmarks.search_estimate_s(asked)
        asked = asked.model_copy(update={"budget_s": min(86_400.0, max(LEAST_SEARCH_S, min(usual, share_s)))})
        try:
            found, _ = benchmarks.find_cells(
                self.context, str(candidate.project_id), asked, self._known(candidate), span,
                f"search-{candidate.method}-{candidate.precision or 'own'}",
            )  # fmt: skip
        except JobFailed as failure:
            self.context.check()
            candidate.state, candidate.reason = "failed", failure.message
            return
        standing.found = configurations(found)
        standing.skipped = [one.configuration for one in found.skipped]
        self._choose(standing)

    def _choose(self, standing: Standing) -> None:
        """The best configuration within the limits; a candidate that has none is out."""
        candidate, wanted = standing.candidate, self.wanted
        best = ordered([Entry(0, one) for one in standing.found], wanted)
        if best:
            candidate.best = best[0].configuration
            candidate.reason = f"{candidate.reason} At best {figures_text(candidate.best, wanted)}."
        elif standing is not self.original:
            candidate.state, candidate.reason = "rejected", self._none_within(standing)
        else:
            # What the winner is compared with, also where it is not within the limits itself.
            candidate.best = nearest(standing.found, wanted)
            candidate.reason = self._none_within(standing)

    def _none_within(self, standing: Standing) -> str:
        close = nearest(standing.found, self.wanted)
        told = f"; the nearest is {figures_text(close, self.wanted)}" if close is not None else ""
        return f"No configuration has {limit_text(self.wanted)}{told}."

    def _known(self, candidate: Candidate) -> list[str]:
        """Runs that an earlier search of this candidate finished."""
        with self.context.runtime.db.read() as session:
            runs = benchmarks.runs(session, str(candidate.project_id))
        known = {*self.known_jobs, self.context.job.id}
        return [
            run.id
            for run in runs
            if run.job_id in known and run.source == "search" and run.requested_precision == candidate.precision
        ]

    # Verifying

    def verify(self) -> None:
        """The best is measured again, in turn with the original, and judged again; the next best where it falls."""
        tried, entries = 0, ordered(self._entries(), self.wanted)
        for entry in verifying.leaders_first(self.context, entries, self.all, self.wanted, self.left_s()):
            standing = self.all[entry.place]
            if standing.candidate.state != "kept":
                continue
            if tried == MOST_VERIFIED:
                break
            self.context.check()
            start = SEARCHED + (1 - SEARCHED) * tried / MOST_VERIFIED
            tried += 1
            if self._stands(standing, entry.configuration, Span(start, start + (1 - SEARCHED) / MOST_VERIFIED), tried):
                self.winner = standing
                break
        self.settle()

    def _entries(self) -> list[Entry]:
        return [
            Entry(place, one)
            for place, standing in enumerate(self.all)
            if standing.candidate.state == "kept"
            for one in standing.found
        ]

    def _stands(self, standing: Standing, best: CandidateConfiguration, span: Span, number: int) -> bool:
        """Measured in fresh processes, in turn with the original at its own best; judged in a fresh process."""
        candidate, other = standing.candidate, self.original.candidate
        rival = None if standing is self.original or other.best is None else verifying.Contender(other, other.best)
        mine, theirs = verifying.in_turn(
            self.context, verifying.Contender(candidate, best), rival, self.wanted, span, f"verify-{number}"
        )
        again = verifying.middle(mine, self.wanted)
        if not within_limits(again, self.wanted):
            told = f"{best.label} measured again: {figures_text(again, self.wanted)}, not within the limits"
            self.context.log(f"{candidate.name}: {told}", "warning")
            return False
        if standing is not self.original and candidate.accuracy is not None:
            span = Span(span.end, span.end, "verify: judge: ")
            if not self._judge(standing, span, again=f"verify-{number}-judge"):
                return False
        candidate.verified = again
        if rival is None:
            self.ratio = 1.0 if standing is self.original else None
        else:
            other.verified = verifying.middle(theirs, self.wanted)
            self.ratio, self.ratio_ci95 = verifying.ratio_of(mine, theirs, self.wanted)
        return True

    # The end

    def settle(self) -> None:
        """Who has won, as far as it is known, and why the others have not."""
        if self.winner is None and self.stopped == "budget" and (best := ordered(self._entries(), self.wanted)):
            self.winner = self.all[best[0].place]
        if self.winner is None:
            limits = limit_text(self.wanted)
            self.reason = f"Nothing keeps the accuracy with {limits}." if limits else "Each version says why it is not."
            if self.stopped == "budget":
                self.reason = "The time budget ended before anything could be compared: give it more, and continue."
            return
        candidate = self.winner.candidate
        candidate.state = "winner"
        shown = candidate.verified or candidate.best
        assert shown is not None
        told = [f"{candidate.name} gives {figures_text(shown, self.wanted)}."]
        if candidate.drop is not None and candidate.accuracy is not None:
            fall = drop_text(candidate.drop, self.wanted, candidate.accuracy.label)
            told.append(f"{fall}.")
        if self.ratio is not None and self.winner is not self.original:
            what = "the throughput" if self.wanted.objective == "throughput" else "the speed"
            told.append(f"That is {self.ratio:.2f} × {what} of the original at its best.")
        if candidate.verified is None:
            told.append("The time budget ended before it could be measured again.")
        self.reason = " ".join(told)

    def result(self) -> OptimizeResult:
        return OptimizeResult(
            winner=self.winner.candidate if self.winner is not None else None,
            original=self.original.candidate,
            candidates=[standing.candidate for standing in self.others],
            ratio=self.ratio,
            ratio_ci95=self.ratio_ci95,
            reason=self.reason,
            stopped=self.stopped,
            spent_s=round(self.spent_s, 3),
            budget_s=self.wanted.budget_s,
        )

    def keep(self) -> None:
        self.context.keep_result(self.document())

    def document(self) -> dict[str, Any]:
        found = {
            standing.candidate.name: [one.model_dump(mode="json") for one in standing.found] for standing in self.all
        }
        return {"optimize": self.result().model_dump(mode="json"), "found": found}
