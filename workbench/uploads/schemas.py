"""What the API tells of uploads."""

from datetime import datetime

from pydantic import BaseModel, Field

from workbench.db.tables import Upload as UploadRow


class Upload(BaseModel):
    """A file that arrives, or has arrived, in parts."""

    id: str
    filename: str = Field(description="a relative path; '/' separates folders")
    size_bytes: int = Field(description="of the whole file")
    offset_bytes: int = Field(description="what has arrived and is on the disk")
    complete: bool
    job_id: str | None = Field(description="the job that uses it")
    created_at: datetime
    expires_at: datetime = Field(description="when an unused upload is removed; every part that arrives puts it off")


def upload_view(row: UploadRow, offset: int) -> Upload:
    return Upload(
        id=row.id,
        filename=row.filename,
        size_bytes=row.size_bytes,
        offset_bytes=offset,
        complete=offset == row.size_bytes,
        job_id=row.job_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
