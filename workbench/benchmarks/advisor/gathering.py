"""Collects what is recorded of a run, for the rules."""

from collections.abc import Sequence

from workbench.benchmarks import recorded
from workbench.benchmarks.advisor.advising import advise
from workbench.benchmarks.advisor.facts import Facts, Original
from workbench.benchmarks.layer_schemas import Findings
from workbench.benchmarks.repository import project_of
from workbench.benchmarks.schemas import run_view
from workbench.db.tables import Run as RunRow
from workbench.models import service as models
from workbench.runtime import Runtime
from workbench.targets import service as targets
from workbench.targets.schemas import Device


def findings(runtime: Runtime, row: RunRow) -> Findings:
    """What stands out in a run. What it needs and is gone (model, target, layers) makes rules not applicable."""
    layers = recorded.layers(runtime, row)
    with runtime.db.read() as session:
        project = project_of(session, row.project_id)
        model = models.get(session, project.model_id) if project.model_id is not None else None
        target = targets.get(session, project.target_id) if project.target_id is not None else None
        view = targets.views(session, [target])[0] if target is not None else None
        parent = project_of(session, project.parent_id) if project.parent_id is not None else None
        facts = Facts(
            run=run_view(row),
            project=project.name,
            layers=layers,
            device=_device(view.devices, row) if view is not None else None,
            unavailable=view.unavailable if view is not None else (),
            model=models.views(session, [model])[0] if model is not None else None,
            runs=recorded.runs(session, project.id),
            original=Original(parent.id, parent.name) if parent is not None and parent.model_id is not None else None,
        )
    return advise(facts)


def _device(devices: Sequence[Device], row: RunRow) -> Device | None:
    """The device that executed the run: behind a virtual one, the first that did."""
    properties = (row.result.get("provenance") or {}).get("properties")
    executing = properties.get("EXECUTION_DEVICES") if isinstance(properties, dict) else None
    for name in (row.device, str(executing or "").split(",")[0].strip(" ()"), f"{row.device}.0"):
        for device in devices:
            if device.name == name:
                return device
    return None
