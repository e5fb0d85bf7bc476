"""What the API takes and tells of packages, exports and recipes."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from workbench.benchmarks.schemas import Configuration
from workbench.jobs.schemas import Job

PackageKind = Literal["deployment", "docker", "model_server", "project"]


class PackageWanted(BaseModel):
    """A deployment package: the model, the tuned configuration and what runs it."""

    kind: Literal["deployment", "docker", "model_server"] = Field(
        default="deployment",
        description="a tar.gz; the context of a Docker build; a repository of OpenVINO Model Server",
    )
    name: str | None = Field(default=None, max_length=100)
    devices: list[str] | None = Field(
        default=None, min_length=1, max_length=8, description="CPU, GPU, NPU, AUTO …; default: the project's device"
    )
    run_id: str | None = Field(default=None, max_length=36, description="whose configuration; default: the best run's")
    configuration: Configuration | None = Field(default=None, description="instead of a run's")
    model: bool = True
    runtime: bool = Field(default=True, description="the libraries of OpenVINO that these devices need")
    python: bool = Field(default=True, description="the Python API, for this Python version, and the sample in Python")
    cpp: bool = Field(default=True, description="headers, and the sample in C++ with its CMake file")
    install_script: bool = True
    fold_preprocessing: bool = Field(default=True, description="mean, scale, colour and type become part of the model")
    samples: int = Field(default=4, ge=1, le=100, description="pictures of the dataset that it is tried with")
    include_samples: bool = Field(default=False, description="leave these pictures in the package")


class PackagePart(BaseModel):
    """`name` is one of model, runtime, device plugins, python, headers, samples, scripts, licences."""

    name: str
    description: str
    files: int
    size_bytes: int


class PackagePlan(BaseModel):
    """What a package would have in it: from real file sizes, before it is built."""

    parts: list[PackagePart]
    size_bytes: int = Field(description="unpacked")
    archive_bytes: int = Field(description="about what the archive comes to")
    configuration: Configuration
    label: str
    devices: list[str]
    will_run: bool = Field(description="whether it can be tried on the machine that builds it")
    notes: list[str]


class PackageTrial(BaseModel):
    """What came of running the package in an empty folder with an empty environment."""

    state: Literal["passed", "not_run"]
    reason: str
    device: str | None = None
    samples: int = 0
    compared: list[str] = Field(default_factory=list, description="what was run: Python sample, C++ sample")
    max_difference: float | None = Field(default=None, description="of the outputs to the workbench's own, at most")
    throughput_fps: float | None = None
    log: str = ""


class Package(BaseModel):
    id: str
    kind: PackageKind
    name: str
    filename: str
    project_id: str
    model_id: str | None
    job_id: str | None
    devices: list[str]
    configuration: Configuration | None
    size_bytes: int = Field(description="of the archive")
    sha256: str = Field(description="of the archive")
    parts: list[PackagePart]
    trial: PackageTrial | None = Field(description="null for exports of projects")
    options: dict[str, Any]
    created_at: datetime


class PackageJob(BaseModel):
    job: Job


class ExportWanted(BaseModel):
    """A project with all that belongs to it, for another server."""

    dataset: bool = Field(default=True, description="with its pictures; else by its name, count and hash alone")
    family: bool = Field(default=True, description="with the versions of its model, and their projects")


class ImportWanted(BaseModel):
    """An export: an upload that is finished, or a path on the server."""

    upload: str | None = Field(default=None, max_length=36)
    path: str | None = Field(default=None, max_length=4000)
    dataset: str | None = Field(
        default=None, max_length=200, description="a dataset that is here, where the export has it by reference"
    )
    target: str | None = Field(default=None, max_length=200, description="default: the only target there is")


class Recipe(BaseModel):
    """How a project is repeated elsewhere, with plain OpenVINO and NNCF calls and the same parameters."""

    project_id: str
    commands: list[str] = Field(description="the same by the command line of the workbench")
    script: str
    steps: list[str] = Field(description="what it does, in words")
    requirements: list[str] = Field(description="packages with their versions")
    warnings: list[str]
