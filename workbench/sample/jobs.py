"""The job kind `sample`: makes the sample model and dataset, imports both, creates their project."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import service as datasets
from workbench.datasets.jobs import import_dataset
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome, register
from workbench.models import service as models
from workbench.models.jobs import convert_and_store
from workbench.models.schemas import Preprocessing
from workbench.projects import service as projects
from workbench.projects.schemas import ProjectWanted
from workbench.targets.driver import Span, run_operation

PROCESS = "workbench.sample.process"
NAME = "sample digits"


def _sample(context: JobContext) -> Outcome:
    made, out = run_operation(
        context, "make_sample", {}, {}, folder="sample", module=PROCESS, span=Span(0.0, 0.5), timeout_s=600
    )
    model, facts = convert_and_store(
        context, {"digits.onnx": out / "digits.onnx"}, {"name": NAME}, Span(0.5, 0.75, "model: ")
    )
    pictures, folder = import_dataset(context, out / "digits.zip", "digits.zip", {}, Span(0.75, 1.0, "dataset: "))
    dataset = context.runtime.storage.publish(folder / "dataset")
    result: dict[str, Any] = {"sample": made}
    preprocessing = Preprocessing.model_validate(made.get("preprocessing") or {}).model_dump()

    def apply(session: Session) -> None:
        model_row = models.create(session, None, NAME, "classification", preprocessing)
        models.complete(session, model_row.id, model, facts)
        dataset_row = datasets.create(session, None, NAME)
        datasets.complete(session, dataset_row.id, dataset, pictures)
        wanted = ProjectWanted(
            model=model_row.id,
            dataset=dataset_row.id,
            target=context.job.target_id,
            duration_s=context.parameters["duration_s"],
        )
        created = projects.create(session, context.runtime, wanted)
        result.update(
            model_id=model_row.id,
            dataset_id=dataset_row.id,
            project_id=created.project.id,
            job_id=created.job.id if created.job else None,
        )

    return Outcome(result, apply)


SAMPLE = register(JobKind("sample", _sample))
