"""The `analyze` operation: what a model is made of and how much it computes, without running it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.engine.protocol import Emitter


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """See `operation.run`; OpenVINO is loaded only when called."""
    from workbench.engine.analyze.operation import run as analyze

    return analyze(parameters, work, emit)
