"""A machine of its own in this process: real models and datasets, jobs worked at once, and an engine that stands in
where versions are made."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.material import picture_zip, pictures, small_onnx
from tests.server import migrated, runtime_of
from workbench.datasets.jobs import DATASET_IMPORT
from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Artifact, Dataset, Device, Job, Machine, Model, Project, Report, Target
from workbench.jobs import runner, service
from workbench.jobs.kinds import JobKind
from workbench.jobs.runner import WorkerIdentity
from workbench.models.jobs import MODEL_IMPORT
from workbench.runtime import Runtime

ROOT = Path(__file__).parents[3]
STAND_IN = "tests.fixtures.stand_in_engine"


class Laboratory:
    """`project` has a small classifier on annotated pictures, `bare` the same on pictures without annotations."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self.runtime = runtime
        with runtime.db.write() as session:
            session.add(Machine(id="m", turns=0))
            target = Target(name="t", kind="local", machine_id="m", last_seen_at=now(session), info={})
            session.add(target)
            session.flush()
            cpu = {"name": "CPU", "full_name": "A processor", "precisions": ["f32", "i8"], "default_precision": "f32"}
            session.add(Device(target_id=target.id, name="CPU", full_name="A processor", properties=cpu))
            self.identity = WorkerIdentity(new_id(), "m", target.id)
            self.target_id = target.id
        self.model_id = self._imported(MODEL_IMPORT, Model, small_onnx(folder / "small.onnx"))
        self.dataset_id = self._imported(DATASET_IMPORT, Dataset, picture_zip(folder / "some.zip", 12))
        self.bare_id = self._imported(DATASET_IMPORT, Dataset, pictures(folder / "bare", 6))
        self.project_id = self._project("small on some", self.dataset_id)
        self.bare_project_id = self._project("small on bare", self.bare_id)

    def _imported(self, kind: JobKind, table: Any, path: Path) -> str:
        with self.runtime.db.write() as session:
            row = table(name=path.stem, state="importing")
            session.add(row)
            session.flush()
            about = {"model_id": row.id} if table is Model else {"dataset_id": row.id}
            parameters = {"path": str(path), "name": path.stem, "format": "auto", "precision": "FP32"}
            job_id = service.create(session, self.runtime.queue, kind, "import", parameters, **about).id
            row_id: str = row.id
        job = self.work(job_id)
        assert job.state == "succeeded", job.error
        return row_id

    def _project(self, name: str, dataset_id: str) -> str:
        with self.runtime.db.write() as session:
            row = Project(
                name=name, model_id=self.model_id, dataset_id=dataset_id, target_id=self.target_id, device="CPU"
            )
            session.add(row)
            session.flush()
            return row.id

    def work(self, job_id: str) -> Job:
        """The job once it was worked."""
        runner.look(self.runtime, self.identity, job_id)
        with self.runtime.db.read() as session:
            return session.get_one(Job, job_id)

    def counts(self) -> dict[str, int]:
        with self.runtime.db.read() as session:
            return {
                table.__tablename__: len(session.scalars(select(table)).all())
                for table in (Model, Project, Artifact, Report)
            }

    def stored(self) -> int:
        """Folders in the store."""
        return sum(1 for path in self.runtime.storage.root.glob("artifacts/*/*") if path.is_dir())


@contextlib.contextmanager
def laboratory(folder: Path) -> Iterator[Laboratory]:
    (folder / "data").mkdir()
    with pytest.MonkeyPatch.context() as patch, runtime_of(migrated(folder / "data", cancel_poll_s=0.1)) as runtime:
        patch.setenv("PYTHONPATH", str(ROOT))
        made = Laboratory(runtime, folder)
        patch.setattr("workbench.targets.driver.of_module", lambda module: [sys.executable, "-m", STAND_IN])
        yield made
