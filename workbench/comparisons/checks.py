"""Rules of checks: what a baseline is, whether it can be measured again, and what a check is told and tells."""

from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import Configuration
from workbench.comparisons import repository
from workbench.comparisons.jobs import CHECK
from workbench.comparisons.plan import BaselinePlan, CheckPlan
from workbench.comparisons.schemas import CheckBaseline, CheckJob, CheckResult, CheckWanted
from workbench.db.tables import Job, Project, Run
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.projects import service as projects
from workbench.runtime import Runtime

# Starting, compiling and warming up two models; and a check on a quiet machine.
AROUND_S = 4.0
USUAL_S = 8.0


class BadBaseline(WorkbenchError):
    status = 422
    code = "baseline_unusable"
    title = "This cannot be a baseline"
    action = "Name a run measured in a closed loop, or a file that 'workbench run show --json' wrote."


def start(session: Session, runtime: Runtime, wanted: CheckWanted) -> CheckJob:
    """Queue a check on the project's target.

    Raises NotFound for an unknown project or run, Conflict for an archived project, BadBaseline.
    """
    project = projects.usable(session, wanted.project)
    plan = _plan(session, project, wanted)
    job = jobs.create(
        session,
        runtime.queue,
        CHECK,
        f"Check {plan.configuration.label()} · {project.name}"[:500],
        plan.model_dump(),
        target_id=project.target_id,
        project_id=project.id,
        model_id=project.model_id,
        dataset_id=project.dataset_id,
        estimate_s=min(wanted.budget_s, USUAL_S) + AROUND_S,
    )
    projects.note_job(session, project, job.id)
    return CheckJob(job=job_view(job), project=projects.views(session, [project])[0])


def view(session: Session, job_id: str) -> CheckJob:
    """Raises NotFound, also for jobs that are no checks and those whose project is gone."""
    job = jobs.get(session, job_id)
    if job.kind != CHECK.name:
        raise NotFound("This job is no check.", code="check_not_found")
    project = projects.get(session, str(job.project_id))
    return CheckJob(job=job_view(job), project=projects.views(session, [project])[0], result=result_of(job))


def result_of(job: Job) -> CheckResult | None:
    """What a check found; None while it runs, and for one that failed."""
    if job.state != "succeeded" or not job.result:
        return None
    try:
        return CheckResult.model_validate(job.result)
    except ValidationError:
        # Written by another version.
        return None


def _plan(session: Session, project: Project, wanted: CheckWanted) -> CheckPlan:
    run = _run(session, wanted)
    given = wanted.baseline
    own = _configuration_of(run) if run is not None else given.configuration if given is not None else None
    configuration = wanted.configuration or own
    if configuration is None:
        raise BadBaseline("The recorded baseline does not say in which configuration it was measured.")
    if configuration.arrivals_per_s is not None:
        raise BadBaseline(
            "A check keeps all infer requests busy; this configuration lets them arrive by themselves.",
            action="Name another configuration.",
        )
    baseline = _again(session, project, run, given)
    recorded = None
    if baseline is None:
        recorded = given or _recorded(run)
        if own is not None and _differs(configuration, own):
            raise Conflict(
                f"The baseline was measured as '{own.label()}' and cannot be measured again as "
                f"'{configuration.label()}': its model is not here.",
                code="baseline_configuration_differs",
                action="Leave the configuration out, or import the model of the baseline.",
            )
    return CheckPlan(
        configuration=configuration,
        baseline=baseline,
        recorded=recorded,
        input=_input(run),
        shapes=_shapes(run),
        max_slowdown=wanted.max_slowdown,
        max_p99_ms=wanted.max_p99_ms,
        budget_s=wanted.budget_s,
        warnings=_warnings(session, project, run, given, baseline),
    )


def _run(session: Session, wanted: CheckWanted) -> Run | None:
    """The run that is named, or that a file is of, where it is known here."""
    if wanted.baseline_run is not None:
        return benchmarks.get(session, wanted.baseline_run)
    if wanted.baseline is None or wanted.baseline.run_id is None:
        return None
    try:
        return benchmarks.get(session, wanted.baseline.run_id)
    except NotFound:
        return None


def _again(session: Session, project: Project, run: Run | None, given: CheckBaseline | None) -> BaselinePlan | None:
    """How the baseline is measured again: with the model of the run, else with one of the same bytes. None where there
    is no such model. What the baseline was measured with and is gone, or elsewhere, is taken from the project."""
    home = repository.project(session, run.project_id) if run is not None else None
    model = repository.model(session, home.model_id) if home is not None else None
    sha256 = _hash(run) if run is not None else given.model_sha256 if given is not None else None
    if model is None and sha256:
        model = repository.model_by_hash(session, sha256)
    if model is None:
        return None
    same_target = home is not None and home.target_id == project.target_id
    dataset = repository.dataset(session, home.dataset_id) if home is not None else None
    return BaselinePlan(
        run_id=run.id if run is not None else given.run_id if given is not None else None,
        project_id=home.id if home is not None else None,
        model_id=model.id,
        dataset_id=dataset.id if dataset is not None else None,
        device=home.device if home is not None and same_target else project.device,
        precision=home.precision if home is not None else project.precision,
    )


def _configuration_of(run: Run) -> Configuration:
    """As it was asked for; of a run that did not keep it, as it was measured."""
    kept = run.result.get("configuration")
    if kept:
        return Configuration.model_validate(kept)
    return Configuration.model_validate(
        {
            "hint": run.hint,
            "streams": run.streams if run.hint == "none" else None,
            "requests": run.requests,
            "batch": run.batch,
            "precision": run.requested_precision,
        }
    )


def _differs(one: Configuration, other: Configuration) -> bool:
    """Whether two configurations measure something else. What is left out is 1 × 1, or the model's own batch."""
    return one.label() != other.label()


def _hash(run: Run) -> str | None:
    found = (run.result.get("provenance") or {}).get("model_sha256")
    return found if isinstance(found, str) else None


def _recorded(run: Run | None) -> CheckBaseline:
    """The figures of a run whose model is gone."""
    assert run is not None
    provenance = run.result.get("provenance") or {}
    return CheckBaseline(
        run_id=run.id,
        model_sha256=_hash(run),
        configuration=_configuration_of(run),
        throughput_fps=run.throughput_fps,
        throughput_ci95=run.result.get("throughput_ci95"),
        latency_ms=run.result.get("latency_ms") or {},
        verdict=run.verdict,
        machine=provenance.get("cpu"),
        effective_precision=run.effective_precision,
    )


def _input(run: Run | None) -> Literal["dataset", "synthetic"]:
    source = (run.result.get("input") or {}).get("source") if run is not None else None
    return "synthetic" if source == "synthetic" else "dataset"


def _shapes(run: Run | None) -> dict[str, list[int]]:
    """The shapes of the inputs as they were measured, for models that leave them open."""
    ports: list[dict[str, Any]] = (run.result.get("input") or {}).get("inputs") or [] if run is not None else []
    return {str(port["name"]): port["shape"] for port in ports if port.get("shape")}


def _warnings(
    session: Session,
    project: Project,
    run: Run | None,
    given: CheckBaseline | None,
    baseline: BaselinePlan | None,
) -> list[str]:
    """What a reader of the verdict has to know about the baseline, before anything is measured."""
    found = []
    if baseline is None:
        found.append(
            "The model of the baseline is not here, so it was not measured again: the recorded figures stand in, "
            "with a wider interval."
        )
        verdict = run.verdict if run is not None else given.verdict if given is not None else None
        if verdict not in (None, "stable", "passed"):
            found.append(f"The recorded baseline is {verdict}: its figures are no sure measure.")
        return found
    home = repository.project(session, baseline.project_id)
    if home is not None and home.target_id != project.target_id:
        found.append("The baseline was measured on another target; here both were measured on that of the project.")
    if baseline.device != project.device:
        found.append(f"The project runs on {project.device}, the baseline on {baseline.device}.")
    if home is not None and baseline.dataset_id is None:
        found.append("The dataset of the baseline is gone; it was fed from that of the project.")
    return found
