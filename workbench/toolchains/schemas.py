"""What the API tells of toolchains, and takes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from workbench.jobs.schemas import Job


class Toolchain(BaseModel):
    """An environment that can be installed under the data folder; used only when it is whole."""

    name: str
    title: str
    description: str
    state: Literal["missing", "installing", "installed", "outdated"]
    version: str = Field(description="of its main package, as the lock file has it")
    lock_sha256: str
    packages: int
    python: str | None = Field(description="the interpreter that it has, or would get")
    python_needed: str = Field(description="as in '3.8 to 3.11'")
    size_bytes: int | None
    tools: list[str]
    installed_at: datetime | None
    problem: str | None = Field(description="why it cannot be installed here")
    job_id: str | None


class Toolchains(BaseModel):
    items: list[Toolchain]


class ToolchainWanted(BaseModel):
    wheels: str | None = Field(
        default=None, max_length=4000, description="a folder on the server; nothing is downloaded"
    )


class ToolchainJob(BaseModel):
    toolchain: Toolchain
    job: Job
