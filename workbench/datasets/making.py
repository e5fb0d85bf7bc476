"""Rules of datasets that are made here: generated ones, subsets, splits."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import service
from workbench.datasets.augmentations import plan
from workbench.datasets.image_header import SUFFIXES
from workbench.datasets.jobs import DATASET_GENERATE, DATASET_SPLIT, DATASET_SUBSET
from workbench.datasets.previewing import preview
from workbench.datasets.schemas import (
    DatasetJob,
    Generate,
    GenerateCount,
    Preview,
    PreviewWanted,
    SplitJob,
    SplitWanted,
    SubsetWanted,
)
from workbench.db.tables import Dataset, Job
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.kinds import JobKind
from workbench.jobs.schemas import job_view
from workbench.runtime import Runtime
from workbench.uploads import service as uploads

# How many pictures each sample set has.
SAMPLE_SETS = {"digits": 1797, "shapes": 300, "textures": 300}
# Noise does not compress: three bytes for each pixel.
MOST_NOISE_PIXELS = 2**32


class NothingToGenerate(WorkbenchError):
    status = 422
    code = "nothing_to_generate"
    title = "It is not said what to make the dataset from"
    action = "Give one of 'uploads', 'dataset', 'sample_set' and 'synthetic'."


class NotAPicture(WorkbenchError):
    status = 422
    code = "not_a_picture"
    title = "One of the files is no picture"
    action = "Leave it out; archives and annotated datasets are imported instead."


class TooMuch(WorkbenchError):
    status = 422
    code = "generated_too_large"
    title = "That would be too much"
    action = "Ask for fewer or smaller pictures."


def counted(runtime: Runtime, session: Session, wanted: Generate) -> GenerateCount:
    """How many pictures that would make. Raises NothingToGenerate, NotAPicture, TooMuch, NotFound, Conflict."""
    given = [bool(wanted.uploads), wanted.dataset is not None, wanted.sample_set is not None, wanted.synthetic]
    if sum(map(bool, given)) != 1:
        raise NothingToGenerate("Exactly one of 'uploads', 'dataset', 'sample_set' and 'synthetic' is needed.")
    if wanted.uploads:
        for name in uploads.names(session, wanted.uploads):
            _check_picture(name)
        originals = len(wanted.uploads)
    elif wanted.dataset is not None:
        originals = service.ready(session, wanted.dataset).count
    elif wanted.sample_set is not None:
        originals = SAMPLE_SETS[wanted.sample_set]
    else:
        assert wanted.synthetic is not None
        originals = wanted.synthetic.count
        if originals * wanted.synthetic.width * wanted.synthetic.height > MOST_NOISE_PIXELS:
            raise TooMuch(f"Noise of more than {MOST_NOISE_PIXELS:,} pixels in all is not made.")
    total = originals * (1 + len(plan(wanted.augmentations.model_dump())))
    most = runtime.settings.archive_max_members
    if total > most:
        raise TooMuch(f"A dataset may have up to {most:,} pictures; that would be {total:,}.")
    return GenerateCount(originals=originals, total=total)


def _check_picture(name: str) -> None:
    if Path(name).suffix.lower() not in SUFFIXES:
        raise NotAPicture(f"'{name}' is not a picture by its name ({', '.join(sorted(SUFFIXES))}).")


def generate(runtime: Runtime, session: Session, wanted: Generate) -> DatasetJob:
    """Queue the making of a dataset. Raises what `counted` does, and what taking uploads does."""
    count = counted(runtime, session, wanted)
    parent = service.ready(session, wanted.dataset) if wanted.dataset is not None else None
    row = service.create(session, wanted.name, "", parent.id if parent else None, guess=_guess(session, wanted, parent))
    parameters: dict[str, Any] = {
        **wanted.model_dump(mode="json", include={"sample_set", "synthetic", "augmentations"}),
        "parent_id": parent.id if parent else None,
        "originals": count.originals,
    }
    job = _queued(runtime, session, DATASET_GENERATE, f"Make {row.name}", parameters, row)
    if wanted.uploads:
        uploads.take(session, runtime.storage, wanted.uploads, job.id)
    return DatasetJob(dataset=service.views(session, [row])[0], job=job_view(job))


def _guess(session: Session, wanted: Generate, parent: Dataset | None) -> str:
    if parent is not None:
        return f"{parent.name[:85]} generated"
    if wanted.sample_set is not None:
        return wanted.sample_set
    if wanted.synthetic is not None:
        return f"noise {wanted.synthetic.width} x {wanted.synthetic.height}"
    return "generated"


def previewed(runtime: Runtime, wanted: PreviewWanted) -> Preview:
    """One picture with each augmentation, made while the request waits. Raises PreviewFailed, NotFound, Conflict."""
    given = [wanted.upload is not None, wanted.dataset is not None, wanted.sample_set is not None]
    if sum(given) != 1:
        raise NothingToGenerate(
            "Exactly one of 'upload', 'dataset' and 'sample_set' is needed.",
            action="Give one of 'upload', 'dataset' and 'sample_set'.",
        )
    parameters: dict[str, Any] = {"number": wanted.sample, "augmentations": wanted.augmentations.model_dump()}
    if wanted.sample_set is not None:
        if wanted.sample >= SAMPLE_SETS[wanted.sample_set]:
            raise NotFound(f"The set has no picture {wanted.sample}.", code="sample_not_found")
        return preview(parameters | {"sample_set": wanted.sample_set}, {})
    # A picture by itself: the seed goes by `number`, as in the job, and the file is the only one.
    with runtime.db.read() as session:
        if wanted.dataset is not None:
            row = service.ready(session, wanted.dataset)
            path = service.sample_file(runtime, row, wanted.sample, "file")
            name = f"sample {wanted.sample}"
        else:
            assert wanted.upload is not None
            path, name = _uploaded(runtime, session, wanted.upload)
    return preview(parameters | {"names": [name], "file": 0}, {"pictures/0": path})


def _uploaded(runtime: Runtime, session: Session, upload_id: str) -> tuple[Path, str]:
    row, offset = uploads.get(session, runtime.storage, upload_id)
    _check_picture(row.filename)
    if offset != row.size_bytes:
        raise uploads.UploadIncomplete(f"{offset} of {row.size_bytes} bytes of '{row.filename}' have arrived.")
    if row.job_id is not None:
        raise uploads.UploadInUse(f"'{row.filename}' was handed over to a job.")
    return runtime.storage.upload(row.id), row.filename


def subset(runtime: Runtime, session: Session, ref: str, wanted: SubsetWanted) -> DatasetJob:
    """Queue the making of a smaller dataset. Raises NotFound, Conflict."""
    parent = service.ready(session, ref)
    if wanted.count > parent.count:
        raise Conflict(f"'{parent.name}' has {parent.count} samples.", code="subset_too_large", action="Choose fewer.")
    row = service.create(session, wanted.name, "", parent.id, guess=f"{parent.name[:85]} {wanted.count}")
    parameters = {"parent_id": parent.id, "count": wanted.count, "seed": wanted.seed}
    job = _queued(runtime, session, DATASET_SUBSET, f"Cut {row.name}", parameters, row)
    return DatasetJob(dataset=service.views(session, [row])[0], job=job_view(job))


def split(runtime: Runtime, session: Session, ref: str, wanted: SplitWanted) -> SplitJob:
    """Queue the making of two datasets without a common sample. Raises NotFound, Conflict."""
    parent = service.ready(session, ref)
    rest = parent.count - wanted.calibration
    validation = rest if wanted.validation is None else wanted.validation
    if not 1 <= validation <= rest:
        raise Conflict(
            f"'{parent.name}' has {parent.count} samples; {wanted.calibration} for calibration leave {max(rest, 0)} for"
            " validation.",
            code="split_too_large",
            action="Ask for fewer, so that the two have no sample in common.",
        )
    rows = [
        service.create(session, None, "", parent.id, guess=f"{parent.name[:85]} {part}")
        for part in ("calibration", "validation")
    ]
    parameters = {
        "parent_id": parent.id,
        "validation_id": rows[1].id,
        "calibration": wanted.calibration,
        "validation": validation,
        "seed": wanted.seed,
    }
    job = _queued(runtime, session, DATASET_SPLIT, f"Split {parent.name}", parameters, *rows)
    first, second = service.views(session, rows)
    return SplitJob(calibration=first, validation=second, job=job_view(job))


def _queued(
    runtime: Runtime, session: Session, kind: JobKind, title: str, parameters: dict[str, Any], *rows: Dataset
) -> Job:
    """The job that makes `rows`; it is about the first of them."""
    job = jobs.create(session, runtime.queue, kind, title, parameters, dataset_id=rows[0].id)
    for row in rows:
        row.job_id = job.id
    session.flush()
    for row in rows:
        events.changed(session, "datasets", row.id)
    return job
