"""The `probe` operation: what this machine is and what it can run models on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.engine import devices, machine
from workbench.engine.protocol import Emitter


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """No parameters. Returns the facts of `machine.describe`, openvino_version, openvino_build, `devices`
    (`devices.listing`) and `unavailable` (devices that are not usable, each with the reason)."""
    emit.stage("look for devices", 1, 1)
    import openvino as ov

    core = ov.Core()
    return {
        "openvino_version": version(),
        "openvino_build": str(ov.__version__),
        **machine.describe(),
        "devices": devices.listing(core),
        "unavailable": devices.unavailable(core),
    }


def version() -> str:
    """The release of OpenVINO, as in "2026.4.1"."""
    import openvino as ov

    return str(ov.__version__).split("-", 1)[0]
