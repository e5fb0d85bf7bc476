"""What making a version takes, worked out from what was asked; and everything that speaks against it, before it begins.

The same rules hold where a job is queued and where it runs: what has changed in between is refused there.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.reading_schemas import for_engine
from workbench.accuracy.schemas import ReportWanted
from workbench.datasets import service as datasets
from workbench.datasets.schemas import Subset
from workbench.db.tables import Dataset, Model, Project
from workbench.errors import Conflict, NotFound
from workbench.models import service as models
from workbench.names import checked_name
from workbench.optimization import metric_names, operations
from workbench.optimization.schemas import (
    USUAL_SAMPLES,
    AccuracyControl,
    Calibration,
    CompressWanted,
    QuantizeWanted,
)
from workbench.projects import service as projects
from workbench.runtime import Runtime
from workbench.targets import service as targets

# Of the name of a parent, so that a child's fits beside what it is called by.
NAME_CHARACTERS = 60
# What carries INT8 (NNCF's TargetDevice), by the device's name without its number.
TARGET_DEVICES = {"CPU": "CPU", "GPU": "GPU", "NPU": "NPU"}


class NotPossible(Conflict):
    code = "version_not_possible"
    title = "This version cannot be made"


@dataclass(frozen=True)
class Calibrating:
    """The samples that a model is calibrated with; `same`: they are of the project's own dataset."""

    dataset: Dataset
    samples: int
    seed: int
    same: bool

    @property
    def subset(self) -> dict[str, int]:
        return {"count": self.samples, "seed": self.seed}

    def left_out(self) -> Subset | None:
        """Of reports that judge what was calibrated with them."""
        return Subset(count=self.samples, seed=self.seed) if self.same else None


@dataclass(frozen=True)
class Plan:
    """A version to be made of the model of a project. `parameters` are the engine operation's own."""

    project: Project
    model: Model
    dataset: Dataset
    kind: str
    method: str
    name: str | None
    usual: str
    calibration: Calibrating | None
    parameters: dict[str, Any]
    resolved: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    @property
    def without(self) -> Subset | None:
        return self.calibration.left_out() if self.calibration is not None else None


def plan_version(session: Session, runtime: Runtime, project_id: str, wanted: QuantizeWanted | CompressWanted) -> Plan:
    """Raises Conflict, with a code, a sentence and what to do, for all that speaks against it."""
    project, model, dataset = parts(session, project_id)
    if wanted.name is not None and models.exists(session, checked_name(wanted.name)):
        raise Conflict(f"Another model is called '{wanted.name}'.", code="name_taken", action="Choose another name.")
    operations.require_known(runtime, model, wanted.ignored)
    if isinstance(wanted, QuantizeWanted):
        return _quantization(session, runtime, project, model, dataset, wanted)
    return _compression(session, runtime, project, model, dataset, wanted)


def parts(session: Session, project_id: str) -> tuple[Project, Model, Dataset]:
    """A project with what it measures. Raises Conflict where one of them is gone, or not there yet."""
    project = projects.usable(session, project_id)
    return project, models.ready(session, str(project.model_id)), datasets.ready(session, str(project.dataset_id))


def _quantization(
    session: Session, runtime: Runtime, project: Project, model: Model, dataset: Dataset, wanted: QuantizeWanted
) -> Plan:
    _not_quantized(model)
    calibration = calibrating(session, runtime, dataset, wanted.calibration, judged=wanted.measure.accuracy)
    target_device = wanted.target_device if wanted.target_device != "auto" else _target_device(project.device)
    control, notes = None, _notes(session, project)
    if wanted.accuracy is not None:
        control = _control(session, runtime, project, dataset, wanted.accuracy, calibration)
    asked = {
        "preset": wanted.preset,
        "target_device": target_device,
        "model_type": wanted.model_type,
        "fast_bias_correction": wanted.fast_bias_correction,
        "smooth_quant": wanted.smooth_quant,
        "smooth_quant_alpha": wanted.smooth_quant_alpha,
        "ignored": wanted.ignored.model_dump(),
    }
    parts_of_name = ["INT8"]
    parts_of_name += ["mixed"] if wanted.preset == "mixed" else []
    parts_of_name += [f"drop {wanted.accuracy.max_drop:g}"] if wanted.accuracy is not None else []
    return Plan(
        project,
        model,
        dataset,
        "quantize",
        "int8",
        wanted.name,
        f"{model.name[:NAME_CHARACTERS].strip()} {' '.join(parts_of_name)}",
        calibration,
        fed(session, runtime, project, model)
        | asked
        | {"dataset": "inputs/calibration", "calibration": calibration.subset, "control": control},
        {**asked, "samples": calibration.samples, "seed": calibration.seed},
        notes,
    )


def _compression(
    session: Session, runtime: Runtime, project: Project, model: Model, dataset: Dataset, wanted: CompressWanted
) -> Plan:
    four = wanted.mode.startswith("int4")
    if wanted.mode == "fp16":
        if model.precision == "FP16":
            raise NotPossible(
                f"The weights of '{model.name}' are FP16 already.",
                code="nothing_to_compress",
                action="Choose INT8 or INT4 weights, or quantise the model.",
            )
    elif model.precision in ("INT8", "INT4"):
        raise NotPossible(
            f"The weights of '{model.name}' are {model.precision} already.",
            code="already_quantized",
            action="Choose the project of the model that it was made from.",
        )
    calibration = None
    if wanted.calibration is not None:
        calibration = calibrating(session, runtime, dataset, wanted.calibration, judged=wanted.measure.accuracy)
    asked = {
        name: getattr(wanted, name)
        for name in ("mode", "group_size", "ratio", "all_layers", "sensitivity_metric", "awq", "scale_estimation")
    } | {"ignored": wanted.ignored.model_dump()}
    data = {
        "dataset": "inputs/calibration" if calibration is not None else None,
        "calibration": calibration.subset if calibration is not None else None,
    }
    drawn = {"samples": calibration.samples, "seed": calibration.seed} if calibration is not None else {}
    method = "fp16" if wanted.mode == "fp16" else "int4 weights" if four else "int8 weights"
    told = "FP16" if wanted.mode == "fp16" else "INT4 weights" if four else "INT8 weights"
    return Plan(
        project,
        model,
        dataset,
        "compress_weights",
        method,
        wanted.name,
        f"{model.name[:NAME_CHARACTERS].strip()} {told}",
        calibration,
        fed(session, runtime, project, model) | asked | data,
        asked | drawn,
    )


def _not_quantized(model: Model) -> None:
    if model.precision in ("INT8", "INT4"):
        raise NotPossible(
            f"'{model.name}' is {model.precision} already.",
            code="already_quantized",
            action="Choose the project of the floating-point model that it was made from.",
        )


def calibrating(
    session: Session, runtime: Runtime, own: Dataset, wanted: Calibration, judged: bool = False
) -> Calibrating:
    """The samples of a calibration. Raises Conflict: noise, more samples than there are, none left to be judged by."""
    dataset = _named(session, wanted.dataset) if wanted.dataset is not None else own
    datasets.refuse_noise(runtime, dataset, "calibration")
    same, count = dataset.id == own.id, dataset.count
    if wanted.samples is not None:
        samples = wanted.samples
    elif wanted.percent is not None:
        # Rounded first: 7 % of 100 are 7, while 100 * 0.07 is a little more.
        samples = max(1, math.ceil(round(count * wanted.percent / 100, 6)))
    else:
        samples = max(1, min(USUAL_SAMPLES, count // 2))
    if samples > count:
        raise NotPossible(f"'{dataset.name}' has {count} samples.", code="subset_too_large", action="Choose fewer.")
    if same and judged and samples == count and (wanted.samples is not None or wanted.percent is not None):
        raise NotPossible(
            f"'{dataset.name}' has {count} samples: none would be left to judge the result by.",
            code="subset_too_large",
            action="Calibrate with fewer, with another dataset, or leave the accuracy out.",
        )
    return Calibrating(dataset, samples, wanted.seed, same)


def _named(session: Session, ref: str) -> Dataset:
    try:
        return datasets.ready(session, ref)
    except NotFound as error:
        # The project is there: what is asked for does not fit.
        raise NotPossible(error.detail, code=error.code, action="Look at the list of datasets.") from error


def fed(session: Session, runtime: Runtime, project: Project, model: Model) -> dict[str, Any]:
    """How pictures get into the model: as its reading says, else as a benchmark feeds them."""
    read = accuracy.of_project(session, runtime, project)
    lost = any(lack.field == "image_input" or lack.field.startswith("preprocessing") for lack in read.lacks)
    feed = operations.benchmark_feed(project, model)
    if lost:
        return feed | {"reading": None}
    # As in a report: inputs of open size take each picture as it is.
    return feed | {"reading": for_engine(read.reading), "shapes": None}


def _control(
    session: Session,
    runtime: Runtime,
    project: Project,
    dataset: Dataset,
    wanted: AccuracyControl,
    calibration: Calibrating,
) -> dict[str, Any]:
    without = calibration.left_out()
    if without is not None and without.count >= dataset.count:
        raise NotPossible(
            f"'{dataset.name}' has {dataset.count} samples: none would be left to control the accuracy with.",
            code="subset_too_large",
            action="Calibrate with fewer, or with another dataset.",
        )
    # All that speaks against a report speaks against controlling by one.
    planned = accuracy.plan_report(session, runtime, project, ReportWanted(without=without))
    if wanted.metric is not None:
        metric_names.require_known(wanted.metric, planned["reading"])
    return {
        "metric": wanted.metric,
        "max_drop": wanted.max_drop,
        "drop_type": wanted.drop_type,
        "ranking_samples": wanted.ranking_samples,
        "dataset": "inputs/dataset",
        "subset": None,
        "without": without.model_dump() if without is not None else None,
        "precision": project.precision,
    }


def _target_device(device: str) -> str:
    """A virtual device over one kind of device is that kind; others may run a model anywhere."""
    kind, _, behind = device.partition(":")
    named = {re.split(r"[.(]", part.strip().lstrip("-"))[0] for part in (behind or kind).split(",") if part.strip()}
    return TARGET_DEVICES.get(next(iter(named)), "ANY") if len(named) == 1 else "ANY"


def _notes(session: Session, project: Project) -> list[str]:
    """What is no obstacle and good to know."""
    device = targets.described(session, project.target_id, project.device)
    if device is None or not device.precisions or "i8" in device.precisions:
        return []
    return [f"{project.device} does not compute on INT8: the model gets smaller there, hardly faster."]
