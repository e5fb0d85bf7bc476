"""The job kind `package`: a model made ready to leave, packed, and tried. What fails the trial is not offered.

An ordinary job, on the target of the project: that is where it is tried.
"""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import service as datasets
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.models import service as models
from workbench.packages import archiving, contents, service
from workbench.packages.answers import checked
from workbench.packages.planning import Plan, plan
from workbench.packages.runtime_files import NoRuntime
from workbench.packages.sandbox import Failed
from workbench.packages.schemas import PackageWanted
from workbench.packages.trial import LOG_CHARACTERS, Trial
from workbench.targets.driver import Span, run_operation

TIMEOUT_S = 3600.0
_ENGINE, _PACKED = 0.3, 0.5


def _package(context: JobContext) -> Outcome:
    wanted = PackageWanted.model_validate(context.parameters)
    with context.runtime.db.read() as session:
        made = plan(session, context.runtime, str(context.job.project_id), wanted)
    facts, out = _engine(context, made)
    try:
        parts = contents.built(made, facts, out, out / "pictures")
    except NoRuntime as error:
        raise JobFailed("no_runtime", str(error), "Install OpenVINO whole on the machine of this worker.") from error
    folder = context.work / "artifact"
    folder.mkdir()
    size, digest = _pack(context, made, parts, folder / service.ARCHIVE)
    context.stage("try", 5, 5, _PACKED)
    trial = Trial(context, made, facts, out, folder / service.ARCHIVE)
    try:
        told = trial.run(lambda done: context.progress(_PACKED + done * (1 - _PACKED)))
    except Failed as failure:
        trial.say(str(failure))
        raise JobFailed(
            "package_failed",
            f"The package was built and did not pass its trial: {failure}",
            "Look at the log; with another configuration, or without folding, it may pass.",
            {"log": trial.log[-LOG_CHARACTERS:]},
        ) from failure
    (folder / service.LOG).write_text(trial.log + "\n", encoding="utf-8", errors="replace")
    context.check()
    stored = context.runtime.storage.publish(folder)
    result = {
        "devices": made.devices,
        "configuration": made.configuration.model_dump(mode="json"),
        "parts": [part.told().model_dump() for part in parts],
        "trial": told.model_dump(mode="json"),
        "options": wanted.model_dump(mode="json") | {"run_id": made.run.id if made.run is not None else None},
        "notes": [*made.notes, *facts["notes"]],
    }
    outcome: dict[str, Any] = {"project_id": made.project.id, "trial": told.state}

    def apply(session: Session) -> None:
        row = service.keep(
            session,
            context,
            stored,
            project_id=made.project.id,
            model_id=made.model.id,
            kind=wanted.kind,
            name=made.title[:200],
            filename=f"{made.name}-{wanted.kind.replace('_', '-')}.tar.gz",
            size_bytes=size,
            sha256=digest,
            result=result,
        )
        outcome["package_id"] = row.id

    return Outcome(outcome, apply)


def _engine(context: JobContext, made: Plan) -> tuple[dict[str, Any], Path]:
    xml, weights = models.files(context.runtime, made.model)
    inputs = {"model.xml": xml, "model.bin": weights, "dataset": datasets.folder(context.runtime, made.dataset)}
    parameters = made.parameters | {"runs": made.why_not is None}
    result, out = run_operation(
        context, "package", parameters, inputs, folder="package", span=Span(0.0, _ENGINE), timeout_s=TIMEOUT_S
    )
    return checked(result, out), out


def _pack(context: JobContext, made: Plan, parts: list[contents.Part], path: Path) -> tuple[int, str]:
    """Returns size and SHA-256 of the archive."""
    context.stage("pack", 4, 5, _ENGINE)
    entries = contents.entries(parts)
    total = max(1, sum(entry.size for entry in entries))
    context.runtime.storage.require_room(3 * total)

    def check(done: int) -> None:
        context.check()
        context.progress(_ENGINE + (_PACKED - _ENGINE) * done / total)

    return archiving.write(entries, made.name, path, check)


PACKAGE = register(JobKind("package", _package, pinned=True))
