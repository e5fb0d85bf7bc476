"""How the jobs of this room are queued: nothing that is known to fail is."""

from sqlalchemy.orm import Session

from workbench.benchmarks import service as benchmarks
from workbench.db.tables import Job, Project
from workbench.jobs import service as jobs
from workbench.jobs.kinds import JobKind
from workbench.optimization import planning, ranking
from workbench.optimization.jobs import COMPRESS, QUANTIZE, SENSITIVITY
from workbench.optimization.planning import NotPossible, Plan
from workbench.optimization.schemas import CompressWanted, Measure, QuantizeWanted, SensitivityWanted
from workbench.projects import service as projects
from workbench.runtime import Runtime

TITLE_CHARACTERS = 500
# Starting, reading, analysing; and what a calibration sample costs beside an inference of it: NNCF collects ranges, and
# the fast bias correction runs parts of the model again.
AROUND_S = 15.0
SAMPLE_COST = 4.0
USUAL_LATENCY_MS = 20.0
RACE_AROUND_S = 15.0
LAYERS_S = 5.0


def start_version(session: Session, runtime: Runtime, ref: str, wanted: QuantizeWanted | CompressWanted) -> Job:
    """Queue making a version. Raises NotFound for the project, and the errors of `plan_version`."""
    project = projects.usable(session, ref)
    _closed_loop(wanted.measure)
    plan = planning.plan_version(session, runtime, project.id, wanted)
    kind, verb = (QUANTIZE, "Quantize") if isinstance(wanted, QuantizeWanted) else (COMPRESS, "Compress the weights")
    parameters = wanted.model_dump(mode="json")
    return _queue(
        session, runtime, kind, project, f"{verb} · {project.name}", parameters, estimate_s(session, plan, wanted)
    )


def start_ranking(session: Session, runtime: Runtime, ref: str, wanted: SensitivityWanted) -> Job:
    """Queue ranking the quantised operations. Raises NotFound for the project, and the errors of `plan_ranking`."""
    project = projects.usable(session, ref)
    ranking.plan_ranking(session, runtime, project.id, wanted)
    parameters = wanted.model_dump(mode="json")
    return _queue(session, runtime, SENSITIVITY, project, f"Sensitivity · {project.name}", parameters, None)


def _queue(
    session: Session,
    runtime: Runtime,
    kind: JobKind,
    project: Project,
    title: str,
    parameters: dict[str, object],
    estimate_s: float | None,
) -> Job:
    """Asked twice while the first is not done, it is the same job."""
    waiting = jobs.unfinished(session, kind, parameters, project_id=project.id)
    if waiting is not None:
        return waiting
    job = jobs.create(
        session,
        runtime.queue,
        kind,
        title[:TITLE_CHARACTERS],
        parameters,
        target_id=project.target_id,
        project_id=project.id,
        model_id=project.model_id,
        dataset_id=project.dataset_id,
        estimate_s=estimate_s,
    )
    projects.note_job(session, project, job.id)
    return job


def _closed_loop(measure: Measure) -> None:
    if measure.configuration is not None and measure.configuration.arrivals_per_s is not None:
        raise NotPossible(
            "Versions are measured in turn with all infer requests busy; this configuration lets them arrive.",
            code="configuration_not_possible",
            action="Leave arrivals_per_s out, and benchmark the new version with it afterwards.",
        )


def estimate_s(session: Session, plan: Plan, wanted: QuantizeWanted | CompressWanted) -> float:
    """Roughly, from what is known of the parent: its latency, and how many samples a second it takes."""
    best = benchmarks.best(session, plan.project.id)
    latency_s = (best.latency_median_ms if best is not None else USUAL_LATENCY_MS) / 1000
    seconds = AROUND_S
    if plan.calibration is not None:
        seconds += plan.calibration.samples * latency_s * SAMPLE_COST
    if wanted.measure.benchmark:
        seconds += wanted.measure.budget_s + RACE_AROUND_S + (LAYERS_S if wanted.measure.layers else 0.0)
    if wanted.measure.accuracy:
        without = plan.without.count if plan.without is not None else 0
        samples = min(wanted.measure.samples or plan.dataset.count, plan.dataset.count - without)
        seconds += 2 * (AROUND_S / 3 + samples * latency_s)
    return seconds
