"""`/datasets`: import, look at, cut, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from workbench.datasets import making, remote_source, repository, service
from workbench.datasets.jobs import DATASET_IMPORT
from workbench.datasets.schemas import (
    Box,
    Dataset,
    DatasetChange,
    DatasetImport,
    DatasetJob,
    Format,
    Generate,
    GenerateCount,
    Preview,
    PreviewWanted,
    Sample,
    Samples,
    SplitJob,
    SplitWanted,
    Statistics,
    SubsetWanted,
)
from workbench.datasets.searching import named
from workbench.db.tables import Dataset as DatasetRow
from workbench.errors import ERROR_RESPONSES, NotFound, WorkbenchError
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.paging import BadCursor, Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep
from workbench.server_paths import server_path
from workbench.uploads import service as uploads

router = APIRouter(prefix="/datasets", tags=["datasets"], responses=ERROR_RESPONSES)

SORTABLE = {
    "created_at": DatasetRow.created_at,
    "name": DatasetRow.name,
    "count": DatasetRow.count,
    "size_bytes": DatasetRow.size_bytes,
    "format": DatasetRow.format,
}
# Pictures never change under their address; they are data of users, so the browser must not run them.
PICTURE_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
PICTURE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


class NothingToImport(WorkbenchError):
    status = 422
    code = "nothing_to_import"
    title = "No file was named"
    action = "Give finished uploads, a path on the server, or an address."


@router.get("")
def list_datasets(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    q: Annotated[str | None, Query(max_length=100, description="part of the name")] = None,
    format: Format | None = None,
    state: Annotated[str | None, Query(pattern="^(importing|ready)$")] = None,
) -> Page[Dataset]:
    """Datasets, newest first."""
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            repository.statement(q, format, state),
            columns=SORTABLE,
            identity=DatasetRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=service.views(session, rows), next_cursor=following, total=total)


@router.post("", status_code=202)
def import_dataset(runtime: RuntimeDep, wanted: DatasetImport) -> DatasetJob:
    """Import a dataset from finished uploads, a path on the server or an address; its format is recognised."""
    if sum(map(bool, (wanted.uploads, wanted.path, wanted.url))) != 1:
        raise NothingToImport("Exactly one of 'uploads', 'path' and 'url' is needed.")
    if wanted.path:
        server_path(runtime.settings, wanted.path)
    remote = remote_source.checked(runtime.settings, wanted.url) if wanted.url else None
    with runtime.db.write() as session:
        if remote is not None:
            names = [remote.filename]
        else:
            names = uploads.names(session, wanted.uploads) if wanted.uploads else [str(wanted.path)]
        first = names[0].split("/", 1)[0] if len(names) > 1 else names[0]
        row = service.create(session, wanted.name, first)
        job = jobs.create(
            session,
            runtime.queue,
            DATASET_IMPORT,
            f"Import {row.name}",
            wanted.model_dump(include={"path", "url", "format", "subset"}),
            dataset_id=row.id,
        )
        if wanted.uploads:
            uploads.take(session, runtime.storage, wanted.uploads, job.id)
        row.job_id = job.id
        session.flush()
        events.changed(session, "datasets", row.id)
        return DatasetJob(dataset=service.views(session, [row])[0], job=job_view(job))


@router.post("/generated", status_code=202)
def generate_dataset(runtime: RuntimeDep, wanted: Generate) -> DatasetJob:
    """Make a dataset without annotations from pictures or noise, with augmentations."""
    with runtime.db.write() as session:
        return making.generate(runtime, session, wanted)


@router.post("/generated/count")
def count_generated(runtime: RuntimeDep, wanted: Generate) -> GenerateCount:
    """How many pictures that would make."""
    with runtime.db.read() as session:
        return making.counted(runtime, session, wanted)


@router.post("/generated/preview")
def preview_generated(runtime: RuntimeDep, wanted: PreviewWanted) -> Preview:
    """One picture with each augmentation."""
    return making.previewed(runtime, wanted)


@router.post("/{ref}/splits", status_code=202)
def split_dataset(runtime: RuntimeDep, ref: str, wanted: SplitWanted) -> SplitJob:
    """Divide a dataset into one for calibration and one for validation."""
    with runtime.db.write() as session:
        return making.split(runtime, session, ref, wanted)


@router.get("/{ref}/statistics")
def get_statistics(runtime: RuntimeDep, ref: str) -> Statistics:
    """Histograms of pictures and boxes."""
    with runtime.db.read() as session:
        row = service.ready(session, ref)
        if row.statistics is None:
            raise NotFound(
                f"'{row.name}' was imported before statistics were made.",
                code="no_statistics",
                action="Import the dataset again.",
            )
        return Statistics.model_validate(row.statistics)


@router.get("/{ref}/samples/{number}/mask", response_class=FileResponse)
def get_sample_mask(runtime: RuntimeDep, ref: str, number: int) -> FileResponse:
    """The classes of a sample's pixels, as PNG of one channel."""
    return _picture(runtime, ref, number, "mask")


@router.get("/{ref}/samples/{number}/target", response_class=FileResponse)
def get_sample_target(runtime: RuntimeDep, ref: str, number: int) -> FileResponse:
    """The picture that a model shall restore from a sample."""
    return _picture(runtime, ref, number, "target")


@router.get("/{ref}")
def get_dataset(runtime: RuntimeDep, ref: str) -> Dataset:
    """One dataset, by id or name."""
    with runtime.db.read() as session:
        return service.views(session, [service.get(session, ref)])[0]


@router.patch("/{ref}")
def change_dataset(runtime: RuntimeDep, ref: str, change: DatasetChange) -> Dataset:
    """Rename a dataset."""
    with runtime.db.write() as session:
        return service.views(session, [service.rename(session, ref, change.name)])[0]


@router.delete("/{ref}", status_code=204)
def delete_dataset(runtime: RuntimeDep, ref: str) -> None:
    """Delete a dataset; its projects stay and become read-only."""
    with runtime.db.write() as session:
        service.delete(session, runtime.storage, ref)


@router.post("/{ref}/subset", status_code=202)
def make_subset(runtime: RuntimeDep, ref: str, wanted: SubsetWanted) -> DatasetJob:
    """A new dataset with a reproducible choice of the samples."""
    with runtime.db.write() as session:
        return making.subset(runtime, session, ref, wanted)


@router.get("/{ref}/samples")
def list_samples(
    runtime: RuntimeDep,
    ref: str,
    limit: Limit = 50,
    cursor: Cursor = None,
    label: Annotated[int | None, Query(ge=0, le=1_000_000, description="only samples with this label")] = None,
    q: Annotated[str | None, Query(max_length=200, description="part of the picture's path")] = None,
) -> Samples:
    """Samples with their annotations, in the order of the dataset."""
    start = 0
    if cursor is not None:
        if not cursor.isdecimal() or len(cursor) > 9:
            raise BadCursor("The cursor is broken.")
        start = int(cursor)
    with runtime.db.read() as session:
        row = service.ready(session, ref)
    reader = service.reader(runtime, row)
    numbers = reader.numbers(label)
    if q:
        numbers = named(reader, numbers, q)
    chosen = numbers[start : start + limit]
    following = str(start + limit) if start + limit < len(numbers) else None
    persons = reader.facts.get("identities") or []
    items = [_sample(row, reader.sample(number), persons) for number in chosen]
    return Samples(items=items, next_cursor=following, total=len(numbers))


def _sample(row: DatasetRow, sample: dict[str, Any], persons: list[str]) -> Sample:
    names = row.labels or []
    identity = sample.get("identity")

    def name(label: int | None) -> str | None:
        return names[label] if label is not None and 0 <= label < len(names) else None

    base = f"/api/v1/datasets/{row.id}/samples/{sample['id']}"
    return Sample(
        id=sample["id"],
        file=sample.get("source") or sample["file"],
        name=sample.get("source") or sample["file"],
        width=sample["width"],
        height=sample["height"],
        label=sample.get("label"),
        label_name=name(sample.get("label")),
        boxes=[
            Box(
                label=box.get("label"),
                label_name=name(box.get("label")),
                bbox=box["bbox"],
                difficult=bool(box.get("difficult")),
                crowd=bool(box.get("crowd")),
                segmentation=box.get("segmentation"),
                keypoints=box.get("keypoints"),
            )
            for box in sample.get("boxes", [])
        ],
        has_mask=bool(sample.get("mask")),
        thumbnail=f"{base}/thumbnail",
        image=f"{base}/image",
        mask=f"{base}/mask" if sample.get("mask") else None,
        target=f"{base}/target" if sample.get("target") else None,
        landmarks=sample.get("landmarks"),
        identity=persons[identity] if identity is not None and 0 <= identity < len(persons) else None,
    )


@router.get("/{ref}/samples/{number}/thumbnail", response_class=FileResponse)
def get_thumbnail(runtime: RuntimeDep, ref: str, number: int) -> FileResponse:
    """A small JPEG of a sample, at most 160 pixels a side."""
    return _picture(runtime, ref, number, "thumbnail")


@router.get("/{ref}/samples/{number}/image", response_class=FileResponse)
def get_image(runtime: RuntimeDep, ref: str, number: int) -> FileResponse:
    """The picture of a sample as it came."""
    return _picture(runtime, ref, number, "file")


def _picture(runtime: RuntimeDep, ref: str, number: int, member: str) -> FileResponse:
    with runtime.db.read() as session:
        row = service.ready(session, ref)
    path = service.sample_file(runtime, row, number, member)
    media = PICTURE_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return FileResponse(path, media_type=media, headers=PICTURE_HEADERS)
