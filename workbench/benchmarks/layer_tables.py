"""Reads what the instrumented run of a benchmark left: the table of layers under its roof, and the graph it executed.

Tables that were written before layers told their work are read as well: what they lack is null.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from workbench.benchmarks import repository, roofline
from workbench.benchmarks.layer_schemas import Layers
from workbench.db.tables import Run
from workbench.errors import NotFound
from workbench.runtime import Runtime
from workbench.storage.store import Storage
from workbench.targets import service as targets
from workbench.targets.schemas import Ceilings

_PORTS = {"input", "output", "parameter", "result"}


def layers(runtime: Runtime, row: Run) -> Layers:
    """The layers of a run, each under the ceilings of the device as they are known now. Raises NotFound."""
    content = read(runtime.storage, row)
    summary = row.layers or {}
    with runtime.db.read() as session:
        found = ceilings(session, row)
    for layer in content["layers"]:
        placed = roofline.place(
            layer.get("flop"), layer.get("bytes"), layer["time_us"], layer.get("runtime_precision"), found
        )
        layer["intensity"], layer["bound"], layer["roof_share"] = placed.intensity, placed.bound, placed.roof_share
    return Layers.model_validate(
        content
        | {
            "run_id": row.id,
            "iterations": summary.get("iterations"),
            "note": summary.get("layers_note"),
            "ceilings": found,
            "by_precision": content.get("by_precision") or by_precision(content["layers"]),
        }
    )


def ceilings(session: Session, row: Run) -> Ceilings | None:
    """What the device of a run reaches at most, divided among the streams of its instrumented run."""
    target_id = repository.target_of(session, row.project_id)
    found = targets.ceilings(session, target_id, row.device) if target_id is not None else None
    summary = row.layers or {}
    return found and roofline.of_one_stream(found, summary.get("streams"), summary.get("requests"))


def graph(storage: Storage, row: Run) -> dict[str, Any]:
    """The graph that a run executed, a document like `models.graph_schemas.Graph`. Raises NotFound."""
    return runtime_graph(read(storage, row)["layers"])


def read(storage: Storage, row: Run) -> dict[str, Any]:
    """`layers.json.gz` as the engine wrote it: layers, by_type, total_us … Raises NotFound."""
    if row.layers_artifact_id is None:
        reason = row.layers_error["message"] if row.layers_error else "Layers were not measured for this run."
        raise NotFound(reason, code="layers_not_found", action="Run the benchmark again with layers.")
    path = storage.artifact(row.layers_artifact_id, "layers.json.gz")
    if not path.is_file():
        raise NotFound("The layers of this run are gone from the store.", code="layers_not_found")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content


def by_precision(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Time, share and count of the layers that run, by the precision they compute in, slowest first."""
    groups: dict[str | None, dict[str, Any]] = {}
    for row in rows:
        if row["status"] == "not_executed":
            continue
        kind = row.get("runtime_precision")
        group = groups.setdefault(kind, {"precision": kind, "time_us": 0.0, "share": 0.0, "count": 0})
        group["time_us"] += row["time_us"] or 0.0
        group["share"] += row["share"]
        group["count"] += 1
    return sorted(groups.values(), key=lambda group: -group["time_us"])


def runtime_graph(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The executed graph as a document: constants, and what was made of them while compiling, folded into the layers
    that read them. O(layers + edges)."""
    folded = {row["name"]: row for row in rows if _is_constant(row)}
    kept = _ordered([row for row in rows if row["name"] not in folded])
    # Filled along the way, so that of two layers with one name the earlier serves until the later has run.
    place: dict[str, int] = {}
    nodes = []
    for index, row in enumerate(kept):
        nodes.append(_node(row, place, folded))
        place[row["name"]] = index
    return {"kind": "runtime", "nodes": nodes}


def _is_constant(row: Mapping[str, Any]) -> bool:
    return row["status"] == "not_executed" and row["type"].lower() not in _PORTS


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each after those it reads from. The order of execution is such an order, unless a plugin numbers otherwise."""
    place = {row["name"]: index for index, row in enumerate(rows)}
    waiting = [0] * len(rows)
    readers: list[list[int]] = [[] for _ in rows]
    for index, row in enumerate(rows):
        for item in row.get("inputs", ()):
            source = place.get(item["from"])
            if source is not None and source != index:
                readers[source].append(index)
                waiting[index] += 1
    if all(place.get(item["from"], -1) < index for index, row in enumerate(rows) for item in row.get("inputs", ())):
        return rows
    ready = [index for index in range(len(rows) - 1, -1, -1) if not waiting[index]]
    ordered = []
    while ready:
        index = ready.pop()
        ordered.append(rows[index])
        for reader in readers[index]:
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    # Two layers of one name can make a circle of what is none.
    return ordered if len(ordered) == len(rows) else rows


def _node(row: Mapping[str, Any], place: Mapping[str, int], folded: Mapping[str, Any]) -> dict[str, Any]:
    inputs, constants = [], []
    for number, item in enumerate(row.get("inputs", ())):
        if item["from"] in place:
            inputs.append((place[item["from"]], item.get("port", 0)))
        elif item["from"] in folded:
            constants.append(
                {
                    "port": number,
                    "name": item["from"],
                    "shape": item["shape"],
                    "precision": item["precision"],
                    "bytes": _bytes(item["shape"], item["precision"]),
                }
            )
    return {
        "name": row["name"],
        "type": row["type"],
        "inputs": inputs,
        "outputs": [{"shape": item["shape"], "precision": item["precision"]} for item in row.get("outputs", ())],
        "constants": constants,
        "attributes": row.get("attributes", {}),
        "order": row["order"],
        "time_us": row["time_us"],
        "share": row["share"],
        "runtime_precision": row.get("runtime_precision"),
        "primitive": row.get("primitive"),
        "status": row["status"],
        "originals": [item["name"] for item in row["originals"]],
    }


_BITS = {"boolean": 8, "bf16": 16, "nf4": 4, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8, "f4e2m1": 4}


def _bytes(shape: Iterable[int | str], precision: str) -> int:
    """Of a constant; 0 where it is not known."""
    bits = _BITS.get(precision) or int(precision[1:] if precision[1:].isdigit() else 0)
    for size in shape:
        bits *= size if isinstance(size, int) else 0
    return (bits + 7) // 8
