"""One of everything in the database and the store, as small as it can be: for tests that knock on every route."""

import gzip
import json
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from tests.integration import optimised, reported
from workbench.db.base import new_id
from workbench.db.tables import (
    Artifact,
    Dataset,
    Device,
    Job,
    Machine,
    Model,
    Project,
    Run,
    Target,
    Token,
    Upload,
    Worker,
)
from workbench.runtime import Runtime

# The smallest JPEG that decoders take for one: what is in it does not matter here.
PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
LATENCY = {"min": 1.0, "mean": 2.0, "median": 2.0, "p90": None, "p95": None, "p99": None, "max": 3.0}
RESULT: dict[str, Any] = {
    "input": {"source": "synthetic"},
    "latency_ms": LATENCY,
    "samples": 3,
    "duration_s": 1.0,
    "verdict_reason": "steady",
    "windows": [],
    "provenance": {},
    "memory_bytes": {},
}


def inhabit(runtime: Runtime) -> dict[str, str]:
    """Fill an empty server; returns the id of the one thing in each room, by the first part of its path."""
    rooms = (
        "models", "datasets", "targets", "projects", "runs", "jobs", "searches", "checks", "reports", "predictions",
        "uploads", "tokens", "quantizations", "sensitivities", "races", "optimizations", "packages",
    )  # fmt: skip
    ids = {name: new_id() for name in rooms}
    ids["benchmarks"] = ids["jobs"]
    moment = datetime.now(UTC)
    with runtime.db.write() as session:
        session.add(Machine(id="machine"))
        session.add(Target(id=ids["targets"], name="bench", machine_id="machine", last_seen_at=moment, info={}))
        session.flush()
        cpu = {"name": "CPU", "full_name": "A processor"}
        session.add(Device(target_id=ids["targets"], **cpu, properties=cpu | {"capabilities": ["FP32"]}))
        worker = {"machine_id": "machine", "hostname": "host", "pid": 1, "version": "1", "seen_at": moment}
        session.add(Worker(target_id=ids["targets"], **worker))
        session.add(_model(session, runtime, ids["models"]))
        session.add(_dataset(session, runtime, ids["datasets"]))
        session.flush()
        subject = {"model_id": ids["models"], "dataset_id": ids["datasets"], "target_id": ids["targets"]}
        session.add(
            Project(id=ids["projects"], name="thing on things", device="CPU", last_job_id=ids["jobs"], **subject)
        )
        for room, kind, parameters in (
            ("jobs", "benchmark", {"configurations": [{"streams": 1}, {"streams": 2}]}),
            ("searches", "search", {}),
            ("checks", "check", {}),
        ):
            about = {"project_id": ids["projects"], "title": kind, "measuring": True, "parameters": parameters}
            session.add(Job(id=ids[room], kind=kind, state="failed", **about, error=_error(), finished_at=moment))
        session.flush()
        session.add(_run(session, runtime, ids))
        folder, kept = reported.report_files(runtime, PICTURE)
        session.add(reported.report_row(ids, kept, _stored(session, runtime, "report", folder)))
        tried = _store(session, runtime, "prediction", {"files/picture.jpg": PICTURE})
        session.add(reported.prediction_row(ids, tried))
        session.add_all(optimised.jobs(ids))
        packed = _store(session, runtime, "package", {"package.tar.gz": b"content", "trial.log": b"a line\n"})
        session.add(optimised.package(ids, packed))
        session.add(Upload(id=ids["uploads"], filename="a/b.onnx", size_bytes=10, expires_at=moment.replace(year=2100)))
        session.add(Token(id=ids["tokens"], name="ci", sha256="0" * 64, prefix="wbt_abcd"))
    runtime.storage.upload(ids["uploads"]).write_bytes(b"12345")
    runtime.storage.job_log(ids["jobs"]).write_text("a line\n")
    return ids


def _error() -> dict[str, str]:
    return {"code": "worker_lost", "message": "It is lost.", "action": "Start again."}


def _store(session: Session, runtime: Runtime, kind: str, files: dict[str, bytes]) -> str:
    folder = runtime.storage.new_work(new_id(), 1)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return _stored(session, runtime, kind, folder)


def _stored(session: Session, runtime: Runtime, kind: str, folder: Path) -> str:
    stored = runtime.storage.publish(folder)
    session.add(Artifact(id=stored.id, kind=kind, size_bytes=stored.size_bytes, sha256=stored.sha256))
    session.flush()
    return stored.id


def _model(session: Session, runtime: Runtime, identifier: str) -> Model:
    layers = gzip.compress(json.dumps([{"name": "a", "type": "Relu"}]).encode())
    files = {"model.xml": b"<net/>", "model.bin": b"", "analysis_layers.json.gz": layers}
    port = {"name": "x", "shape": [1, "?", 4, "1..8"], "type": "f32"}
    return Model(
        id=identifier,
        name="thing",
        state="ready",
        task="generic",
        inputs=[port],
        outputs=[port],
        analysis={"dynamic": True},
        artifact_id=_store(session, runtime, "model", files),
    )


def _dataset(session: Session, runtime: Runtime, identifier: str) -> Dataset:
    """Three samples, each with a mask and a picture to be restored."""
    histogram = {"edges": [1.0, 2.0], "counts": [3]}
    nothing = dict.fromkeys(("box_sizes", "box_areas", "boxes_per_sample"))
    statistics = {"widths": histogram, "heights": histogram, **nothing}
    facts = {"format": "not_annotated", "annotation": ["none"], "tasks": ["generic"], "labels": None, "count": 3}
    more = {"class_counts": {}, "checks": [], "warnings": [], "statistics": statistics}
    files = {"dataset.json": json.dumps(facts | more).encode(), "index.labels": b""}
    offsets, lines = b"", b""
    for number in range(3):
        kinds = {"file": "images", "mask": "masks", "target": "targets"}
        places = {member: f"{folder}/{number}.jpg" for member, folder in kinds.items()}
        line = {"id": number, **places, "source": f"{number}.jpg", "width": 1, "height": 1}
        offsets += struct.pack("<Q", len(lines))
        lines += json.dumps(line).encode() + b"\n"
        files |= dict.fromkeys((*places.values(), f"thumbnails/{number}.jpg"), PICTURE)
    files |= {"index.jsonl": lines, "index.offsets": offsets}
    return Dataset(
        id=identifier,
        name="things",
        state="ready",
        format="not_annotated",
        tasks=["generic"],
        count=3,
        statistics=statistics,
        artifact_id=_store(session, runtime, "dataset", files),
    )


def _run(session: Session, runtime: Runtime, ids: dict[str, str]) -> Run:
    work: Path = runtime.storage.new_work(new_id(), 1)
    np.savez_compressed(
        work / "latencies.npz", latency_ms=np.array([1, 2, 3], np.float32), completed_s=np.array([1.0, 2.0, 3.0])
    )
    latencies = {"latencies.npz": (work / "latencies.npz").read_bytes()}
    layers = {"layers": [], "by_type": [], "total_us": 0.0}
    return Run(
        id=ids["runs"],
        project_id=ids["projects"],
        job_id=ids["jobs"],
        label="1 stream",
        device="CPU",
        hint="none",
        effective_precision="f32",
        throughput_fps=500.0,
        latency_median_ms=2.0,
        verdict="stable",
        result=RESULT,
        latencies_artifact_id=_store(session, runtime, "latencies", latencies),
        layers_artifact_id=_store(
            session, runtime, "layers", {"layers.json.gz": gzip.compress(json.dumps(layers).encode())}
        ),
    )
