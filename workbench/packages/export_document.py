"""What stands in the export of a project: `manifest.json` with the hash of every file, and what the others tell.

```
manifest.json                       Manifest
content.json                        Content: target, models, dataset, projects; numbers in it are places in its lists
models/0/model.xml, model.bin       and source/0, source/1 … the files it was made of
dataset/…                           the internal form, where it is included
projects/0/runs.jsonl               a run a line, as `benchmarks.service.exported_run` has it
projects/0/runs/0/latencies.npz     and layers.json.gz, where there are any
projects/0/reports.jsonl            a report a line, as `accuracy.service.exported_report` has it, with two numbers
projects/0/reports/0/…              the artifact of a report
```
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.accuracy.reading_schemas import Reading
from workbench.datasets.schemas import Format
from workbench.models.schemas import Preprocessing, Task
from workbench.projects.schemas import Precision

FORMAT = "workbench project export"
SCHEMA = 1
MANIFEST, CONTENT = "manifest.json", "content.json"
RUNS, REPORTS = "runs.jsonl", "reports.jsonl"
MOST_MODELS = 500
MOST_RUNS = 100_000

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=500)]
Place = Annotated[int, Field(ge=0, le=100_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Member(_Strict):
    path: str = Field(max_length=300)
    size_bytes: int = Field(ge=0)
    sha256: Hash


class Manifest(_Strict):
    format: Literal["workbench project export"]
    schema_version: int = Field(ge=1)
    workbench: Text
    openvino: Text
    created_at: datetime
    files: list[Member] = Field(max_length=20_000_000)


class ExportedTarget(_Strict):
    """The machine that measured; nothing of it is made on the server that imports."""

    name: Text
    cpu: Text | None
    openvino: Text | None


class ExportedModel(_Strict):
    """The facts that an analysis gives are left out: they are found out anew."""

    name: str = Field(min_length=1, max_length=200)
    task: Task | None
    task_source: Literal["user", "guessed"]
    framework: str | None = Field(max_length=32)
    source_format: str | None = Field(max_length=64)
    sha256: Hash
    size_bytes: int = Field(ge=0)
    preprocessing: Preprocessing | None
    conversion: dict[str, Any] | None
    parent: Place | None = Field(description="which of the models it was made from")
    sources: list[Annotated[str, Field(max_length=1024)]] = Field(max_length=5000, description="names of source/0, 1 …")
    created_at: datetime


class ExportedDataset(_Strict):
    included: bool
    name: str = Field(min_length=1, max_length=200)
    format: Format | None
    count: int = Field(ge=1)
    sha256: Hash = Field(description="over names and contents of all its files")
    created_at: datetime


class ExportedProject(_Strict):
    name: str = Field(min_length=1, max_length=500)
    model: Place
    device: str = Field(max_length=64, pattern=r"^[A-Z][A-Za-z0-9_.:,()\- ]*$")
    precision: Precision | None
    reading: Reading | None
    parent: Place | None
    runs: int = Field(ge=0, le=MOST_RUNS)
    reports: int = Field(ge=0, le=MOST_RUNS)
    created_at: datetime


class Content(_Strict):
    target: ExportedTarget
    models: list[ExportedModel] = Field(min_length=1, max_length=MOST_MODELS)
    dataset: ExportedDataset
    projects: list[ExportedProject] = Field(min_length=1, max_length=MOST_MODELS)
    main: Place = Field(description="which of the projects was exported; the others are its family's")


class ExportedReport(_Strict):
    """`model`: whose report it is, `reference`: whose answers it was compared with, where they are in the export."""

    document: dict[str, Any]
    model: Place | None
    reference: Place | None
    files: bool = Field(description="whether it has an artifact")


class ExportedRun(_Strict):
    document: dict[str, Any]
    files: list[Literal["latencies.npz", "layers.json.gz"]] = Field(max_length=2)


# Members of the folders that the numbers in Content do not spell out.
OF_REPORT = re.compile(
    r"samples\.parquet|classes\.parquet|drawn\.jsonl|drawn\.offsets|tables\.json|files/[A-Za-z0-9_.-]{1,130}"
)
OF_DATASET = re.compile(
    r"dataset\.json|index\.(?:jsonl|offsets|labels)"
    r"|(?:images|masks|thumbnails|targets|upsampled)/[0-9]{1,8}\.(?:png|jpg|bmp|gif|tif|webp)"
)
