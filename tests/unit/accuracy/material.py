"""A model, a dataset of some pictures, their project, and reports of it, as if an engine had made them."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from workbench.accuracy import keeping, repository
from workbench.accuracy.guessing import guess
from workbench.accuracy.known import of_rows
from workbench.db.base import new_id
from workbench.db.tables import Artifact, Dataset, Model, Project, Report, Target
from workbench.runtime import Runtime

LABELS = ["cat", "dog", "eel"]
PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
COLUMNS = [
    {"name": "label", "label": "Label", "type": "integer"},
    {"name": "label_name", "label": "Annotated", "type": "text"},
    {"name": "predicted", "label": "Predicted", "type": "integer"},
    {"name": "rank", "label": "Rank", "type": "integer"},
    {"name": "error", "label": "Wrong", "type": "boolean"},
    {"name": "loss", "label": "Loss", "type": "number"},
]


def artifact(session: Any, runtime: Runtime, folder: Path) -> str:
    stored = runtime.storage.publish(folder)
    session.add(Artifact(id=stored.id, kind="test", size_bytes=stored.size_bytes, sha256=stored.sha256))
    session.flush()
    return stored.id


def _model(session: Any, runtime: Runtime, name: str, parent_id: str | None) -> Model:
    folder = runtime.storage.new_work(new_id(), 1)
    (folder / "model.xml").write_bytes(b"<net/>")
    (folder / "model.bin").write_bytes(name.encode())
    row = Model(
        name=name,
        state="ready",
        task="classification",
        precision="FP16",
        sha256=name.ljust(64, "0"),
        source_format="ONNX opset 17",
        inputs=[{"name": "image", "names": ["image"], "shape": [1, 3, 32, 32], "type": "f32", "layout": "NCHW"}],
        outputs=[{"name": "scores", "names": ["scores"], "shape": [1, 3], "type": "f32", "layout": None}],
        analysis={"task_reason": "its output is a softmax over 3 classes"},
        parent_id=parent_id,
        artifact_id=artifact(session, runtime, folder),
    )
    session.add(row)
    session.flush()
    return row


def settle(
    runtime: Runtime, count: int = 8, annotated: bool = True, label_names: list[str] | None = None
) -> dict[str, str]:
    """Ids: `model`, `child` (of the model), `dataset`, `target`, `project`, `child_project`."""
    labels = LABELS if label_names is None else label_names
    with runtime.db.write() as session:
        target = Target(name="bench", kind="local", machine_id="machine", info={})
        session.add(target)
        model = _model(session, runtime, "thing", None)
        child = _model(session, runtime, "thing int8", model.id)
        folder = runtime.storage.new_work(new_id(), 1)
        (folder / "images").mkdir()
        lines, places = b"", []
        for number in range(count):
            (folder / "images" / f"{number:06d}.jpg").write_bytes(PICTURE)
            record = {"id": number, "file": f"images/{number:06d}.jpg", "width": 4, "height": 3}
            places.append(len(lines))
            lines += json.dumps(record | ({"label": number % 3} if annotated else {})).encode() + b"\n"
        (folder / "index.jsonl").write_bytes(lines)
        (folder / "index.offsets").write_bytes(struct.pack(f"<{count}Q", *places))
        (folder / "index.labels").write_bytes(b"")
        facts = {"format": "imagenet_txt", "labels": labels, "tasks": ["classification"], "count": count}
        (folder / "dataset.json").write_text(json.dumps(facts))
        dataset = Dataset(
            name="things",
            state="ready",
            format="imagenet_txt" if annotated else "not_annotated",
            tasks=["classification"] if annotated else ["generic"],
            annotated=annotated,
            count=count,
            labels=labels if annotated else None,
            artifact_id=artifact(session, runtime, folder),
        )
        session.add(dataset)
        session.flush()
        subject = {"dataset_id": dataset.id, "target_id": target.id, "device": "CPU"}
        project = Project(name="thing on things", model_id=model.id, **subject)
        session.add(project)
        session.flush()
        below = Project(name="thing int8 on things", model_id=child.id, parent_id=project.id, **subject)
        session.add(below)
        session.flush()
        return {
            "model": model.id, "child": child.id, "dataset": dataset.id, "target": target.id, "project": project.id,
            "child_project": below.id,
        }  # fmt: skip


def engine_out(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """What the engine writes beside its result."""
    out = folder / "out"
    (out / "files" / "masks").mkdir(parents=True)
    (out / "files" / "masks" / "000000.png").write_bytes(b"\x89PNG mask")
    drawn, places = b"", []
    with (out / "samples.jsonl").open("w") as file:
        for number, row in enumerate(rows):
            file.write(json.dumps({"row": number, **row}) + "\n")
            places.append(len(drawn))
            classes = [{"label": row.get("predicted"), "name": "x", "score": 0.5}]
            drawn += json.dumps(
                {"annotation": None, "prediction": {"classes": classes, "mask": "masks/000000.png"}}
            ).encode()
            drawn += b"\n"
    (out / "drawn.jsonl").write_bytes(drawn)
    (out / "drawn.offsets").write_bytes(struct.pack(f"<{len(places)}Q", *places))
    tables = {"confusion": {"labels": LABELS, "cells": [[0, 0, 2], [1, 2, 1]]}}
    (out / "tables.json").write_text(json.dumps(tables))
    return out


def rows_of(losses: list[float], wrong: list[bool], first: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "sample": first + number,
            "name": f"{first + number}.jpg",
            "label": number % 3,
            "label_name": LABELS[number % 3],
            "predicted": (number + bad) % 3,
            "rank": int(bad),
            "error": bad,
            "loss": loss,
        }
        for number, (loss, bad) in enumerate(zip(losses, wrong, strict=True))
    ]


def add_report(
    runtime: Runtime, ids: dict[str, str], rows: list[dict[str, Any]], *, project: str = "project", **more: Any
) -> str:
    """A report of these rows, kept as a job keeps it; returns its id. `more` are columns of its row, or `result`."""
    work = runtime.storage.new_work(new_id(), 1)
    right = float(np.mean([not row["error"] for row in rows])) if rows else 0.0
    metric = {"value": right, "ci95": [right / 2, 1.0], "label": "Top-1 accuracy", "unit": "", "better": "higher"}
    result = {
        "samples": len(rows), "metrics": {"accuracy@top1": metric}, "primary": "accuracy@top1", "columns": COLUMNS,
        "effective_precision": "f32", "device": "CPU", "elapsed_s": 2.0, "samples_per_s": 4.0, **more.pop("result", {}),
    }  # fmt: skip
    report = keeping.checked(result)
    keeping.keep(report, engine_out(work, rows), work / "kept")
    with runtime.db.write() as session:
        owner = session.get_one(Project, ids[project])
        model = session.get_one(Model, str(owner.model_id))
        reading, _ = guess(of_rows(model, session.get(Dataset, ids["dataset"])))
        document = report.model_dump(mode="json", exclude={"samples"})
        document |= {
            "reading": reading.model_dump(mode="json"),
            "engine": "workbench",
            "model_sha256": model.sha256,
            "headline": metric | {"metric": "accuracy@top1"},
        }
        values = {"kind": "annotations", "task": "classification", "dataset_id": ids["dataset"]} | more
        row = Report(
            project_id=owner.id,
            model_id=model.id,
            samples=len(rows),
            primary_metric="accuracy@top1",
            primary_value=right,
            result=document,
            artifact_id=artifact(session, runtime, work / "kept"),
            **values,
        )
        repository.add(session, row)
        return row.id
