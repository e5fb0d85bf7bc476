"""A server with two measured projects and an empty one, for tests of comparisons, exports and reports."""

import gzip
import json
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.unit.comparisons.measured import NOW, layer, network
from tests.unit.comparisons.measured import run as run_of
from workbench.db.base import new_id
from workbench.db.tables import Artifact, Dataset, Device, Model, Project, Run, Target
from workbench.runtime import Runtime

FP32 = network(layer("c1", 70, ("c1", "Convolution")), layer("pool", 30, ("pool", "MaxPool"), type="Pooling"))
INT8 = network(layer("c1", 20, ("c1", "Convolution"), runtime_precision="i8"), layer("pool", 20, ("pool", "MaxPool")))
NAME = "=net on 'pictures'"


def add_layers(session: Session, runtime: Runtime, layers: list[Any]) -> str:
    folder = runtime.storage.new_work(new_id(), 1)
    rows = [item.model_dump(mode="json", by_alias=True) for item in layers]
    total = sum(item.time_us or 0.0 for item in layers)
    with gzip.open(folder / "layers.json.gz", "wt", encoding="utf-8") as file:
        json.dump({"layers": rows, "by_type": [], "total_us": total}, file)
    stored = runtime.storage.publish(folder)
    session.add(Artifact(id=stored.id, kind="run", size_bytes=stored.size_bytes, sha256=stored.sha256))
    session.flush()
    return stored.id


def add_run(
    session: Session, runtime: Runtime, project_id: str, fps: float, layers: list[Any] | None, **more: Any
) -> str:
    result = run_of(**more).model_dump(mode="json") | {"throughput_ci95": [0.99 * fps, 1.01 * fps]}
    row = Run(
        id=new_id(),
        created_at=NOW + timedelta(seconds=fps),
        project_id=project_id,
        label=result["label"],
        device="CPU",
        hint="none",
        streams=1,
        requests=1,
        batch=1,
        effective_precision=result["effective_precision"],
        throughput_fps=fps,
        latency_median_ms=10.0,
        latency_p99_ms=13.0,
        verdict=result["verdict"],
        result=result,
        layers={"iterations": 10} if layers else None,
        layers_artifact_id=add_layers(session, runtime, layers) if layers else None,
    )
    session.add(row)
    session.flush()
    return row.id


def fill(runtime: Runtime) -> dict[str, str]:
    """A floating project with three runs (slow, best, noisy), an INT8 one with one (quantized), and one without
    (empty); name → id."""
    found: dict[str, str] = {}
    with runtime.db.write() as session:
        target, dataset = Target(name="bench", kind="local"), Dataset(name="pictures", state="ready")
        session.add_all([target, dataset])
        session.flush()
        cpu = {"name": "CPU", "full_name": "A CPU", "precisions": ["f32", "i8"], "streams_range": [1, 2]}
        session.add(Device(target_id=target.id, name="CPU", full_name="A CPU", properties=cpu))
        for name in ("floating", "int8", "empty"):
            model = Model(name=name, state="ready", size_bytes=1000, analysis={"gflop": 1.0, "dynamic": False})
            session.add(model)
            session.flush()
            project = Project(
                name=NAME if name == "floating" else name,
                model_id=model.id,
                dataset_id=dataset.id,
                target_id=target.id,
                device="CPU",
            )
            session.add(project)
            session.flush()
            found[name] = project.id
        first = found["floating"]
        found["slow"] = add_run(session, runtime, first, 80.0, FP32, label="slow")
        found["best"] = add_run(session, runtime, first, 100.0, FP32, label="=best")
        found["noisy"] = add_run(session, runtime, first, 500.0, None, verdict="noisy", verdict_reason="It varied.")
        found["quantized"] = add_run(session, runtime, found["int8"], 300.0, INT8, effective_precision="int8/f32")
    return found
