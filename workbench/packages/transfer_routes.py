"""Projects that leave for another server, and come from one."""

from fastapi import APIRouter

from workbench.errors import WorkbenchError
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.packages.exporting import PROJECT_EXPORT
from workbench.packages.importing import PROJECT_IMPORT, target_of
from workbench.packages.schemas import ExportWanted, ImportWanted, PackageJob
from workbench.projects import service as projects
from workbench.runtime import RuntimeDep
from workbench.server_paths import server_path
from workbench.uploads import service as uploads

router = APIRouter()


class NothingToImport(WorkbenchError):
    status = 422
    code = "nothing_to_import"
    title = "No export was named"
    action = "Give either 'upload', a finished upload, or 'path', a file on the server."


@router.post("/projects/{ref}/exports", status_code=202)
def start_export(runtime: RuntimeDep, ref: str, wanted: ExportWanted) -> PackageJob:
    """Pack a project with its models, dataset, runs, reports and configuration; the result is a package."""
    with runtime.db.write() as session:
        row = projects.usable(session, ref)
        job = jobs.create(
            session,
            runtime.queue,
            PROJECT_EXPORT,
            f"Export {row.name}"[:500],
            wanted.model_dump(),
            project_id=row.id,
            model_id=row.model_id,
            dataset_id=row.dataset_id,
        )
        return PackageJob(job=job_view(job))


@router.post("/projects/import", status_code=202)
def start_import(runtime: RuntimeDep, wanted: ImportWanted) -> PackageJob:
    """Take in an export. Nothing in it is trusted: it is checked as an upload is."""
    if (wanted.upload is None) == (wanted.path is None):
        raise NothingToImport("Give either 'upload' or 'path', not both or none.")
    if wanted.path is not None:
        server_path(runtime.settings, wanted.path)
    with runtime.db.write() as session:
        named = uploads.names(session, [wanted.upload])[0] if wanted.upload is not None else str(wanted.path)
        target_id = target_of(session, wanted.target)
        job = jobs.create(
            session,
            runtime.queue,
            PROJECT_IMPORT,
            f"Import {named.rsplit('/', 1)[-1]}"[:500],
            wanted.model_dump() | {"target": target_id},
        )
        if wanted.upload is not None:
            uploads.take(session, runtime.storage, [wanted.upload], job.id)
        return PackageJob(job=job_view(job))
