"""Where a number comes from: model, OpenVINO, settings, machine."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.engine import machine
from workbench.engine.compiling import as_text


def begin() -> dict[str, Any]:
    """What has to be noted before the work: started_at (UTC, ISO 8601) and load_before."""
    return {"started_at": datetime.now(UTC).isoformat(timespec="milliseconds"), "load_before": machine.load_average()}


def complete(noted: dict[str, Any], xml: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """`noted` and the rest. `model_sha256` covers the bytes of the .xml followed by those of the .bin."""
    import openvino as ov

    cpu = machine.cpu()
    return {
        **noted,
        "openvino": str(ov.__version__),
        "model_sha256": model_sha256(xml),
        "cpu": cpu["model"],
        "cores": {"physical": cpu["physical_cores"], "logical": cpu["logical_cores"], "usable": cpu["usable_cores"]},
        "governor": cpu["governor"],
        "memory_bytes": machine.memory_bytes(),
        "properties": properties(settings),
        "python": machine.python_version(),
        "os": machine.os_name(),
        "kernel": machine.kernel(),
        "machine_id": machine.machine_id(),
    }


def properties(settings: dict[str, Any]) -> dict[str, str]:
    """The properties in effect, for people and files."""
    return {name: as_text(value) for name, value in sorted(settings.items())}


def model_sha256(xml: Path) -> str:
    """Hash of an IR: of the .xml and, where there is one, the .bin beside it."""
    digest = hashlib.sha256()
    for path in (xml, xml.with_suffix(".bin")):
        if path.is_file():
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()
