"""What a project came to and how, as a document that its recipe carries: steps of its models, samples, figures."""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project, Report, Run
from workbench.engine import inputs as engine_inputs
from workbench.engine import samples as engine_samples
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import class_map
from workbench.models import service as models
from workbench.models.schemas import Preprocessing
from workbench.packages import repository
from workbench.projects import service as projects
from workbench.runtime import Runtime

NET_BYTES = 4096
UNNAMED = 253
# Read by decoders that the recipe repeats; of the others it tells what the outputs are like, or nothing.
JUDGED = {"classification": "classification", "per_pixel": "segmentation"}
BOXES = (
    "ssd", "boxes_and_scores", "tf_detection", "faster_rcnn", "yolo_anchors", "yolo_rows", "detr", "centernet",
)  # fmt: skip
WHOLE_PICTURE = (
    *BOXES, "mask_rcnn", "yolo_seg", "super_resolution", "style_transfer", "none",
)  # fmt: skip


@dataclass
class Facts:
    """`plan` is the document; `kinds` the kinds of steps in it; `judged` how its accuracy is repeated, None: not."""

    project: Project
    chain: list[Model]
    dataset: Dataset
    plan: dict[str, Any]
    kinds: set[str]
    judged: str | None
    report: Report | None
    run: Run | None
    warnings: list[str] = field(default_factory=list)


def gather(session: Session, runtime: Runtime, ref: str) -> Facts:
    """Raises NotFound, Conflict for an archived project."""
    row = projects.usable(session, ref)
    model = models.ready(session, str(row.model_id))
    dataset = datasets.ready(session, str(row.dataset_id))
    warnings: list[str] = []
    chain = _chain(session, model)
    steps = [_step(runtime, chain, number, dataset, warnings) for number in range(len(chain))]
    report, run = _report(session, row, model), _run(session, row)
    accuracy, judged = _accuracy(runtime, report, model, dataset, row, warnings) if report is not None else (None, None)
    if report is None:
        warnings.append("There is no report against annotations of this model: the recipe measures no accuracy.")
    if run is None:
        warnings.append("There is no run of this project that kept all requests busy: the recipe measures no speed.")
    made: dict[str, Any] = chain[0].conversion or {}
    plan = {
        "project": row.name,
        "openvino": made.get("openvino"),
        "models": steps,
        "dataset": {"name": dataset.name, "count": dataset.count, "format": dataset.format},
        "accuracy": accuracy,
        "benchmark": _benchmark(run, model) if run is not None else None,
    }
    return Facts(row, chain, dataset, plan, {step["kind"] for step in steps}, judged, report, run, warnings)


def _chain(session: Session, model: Model) -> list[Model]:
    """From the model that was imported to that of the project, as far as they are still there."""
    chain = [*repository.ancestors(session, model), model]
    for number in range(len(chain) - 1, 0, -1):
        if chain[number].artifact_id is None:
            return chain[number:]
    return chain


def _step(
    runtime: Runtime, chain: Sequence[Model], number: int, dataset: Dataset, warnings: list[str]
) -> dict[str, Any]:
    model = chain[number]
    conversion: dict[str, Any] = model.conversion or {}
    own = {
        "name": model.name,
        "sha256": model.sha256,
        "content": _content(runtime, model),
        "parent": number - 1 if number else None,
    }
    if number == 0:
        return {"kind": "import", **own, **_import(runtime, model, conversion, warnings)}
    parent = chain[number - 1]
    if "folded_preprocessing" in conversion:
        folded = conversion["folded_preprocessing"]
        return {
            "kind": "fold",
            **own,
            "place": place_of(parent, folded.get("input")),
            "preprocessing": preprocessing(folded.get("preprocessing")),
            "resize": bool(folded.get("resize")),
        }
    return own | _version(parent, model, conversion, dataset, warnings)


def _import(runtime: Runtime, model: Model, conversion: Mapping[str, Any], warnings: list[str]) -> dict[str, Any]:
    folder = runtime.storage.artifact(str(model.artifact_id)) / "source"
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    arguments = conversion.get("arguments") or {}
    kept = model.framework == "openvino" or not names or "compress_to_fp16" not in arguments
    if kept and arguments:
        warnings.append(
            f"What '{model.name}' was made of is not kept: the recipe begins with the IR that the workbench has."
        )
    return {
        "main": "model.xml" if kept else models.main_file(names),
        "kept": kept,
        "inputs": arguments.get("inputs") or [],
        "outputs": arguments.get("outputs") or [],
        "compress_to_fp16": bool(arguments.get("compress_to_fp16")),
        "friendly_name": None if kept else _net_name(runtime, model),
    }


def _content(runtime: Runtime, model: Model) -> str:
    """Hash of an IR without the names of its layers, of which OpenVINO numbers those that it adds."""
    xml, weights = models.files(runtime, model)
    digest = hashlib.sha256(re.sub(rb' name="[^"]*"', b"", xml.read_bytes()))
    with weights.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _net_name(runtime: Runtime, model: Model) -> str | None:
    """The name inside of an IR, which was the model's when it was imported."""
    xml, _ = models.files(runtime, model)
    with xml.open("rb") as file:
        head = file.read(NET_BYTES).decode("utf-8", "replace")
    found = re.search(r'<net\b[^>]*?\bname="([^"]*)"', head)
    return html.unescape(found[1]) if found is not None else None


def _version(
    parent: Model, model: Model, conversion: Mapping[str, Any], dataset: Dataset, warnings: list[str]
) -> dict[str, Any]:
    """A quantised or compressed model, with the options that were resolved."""
    resolved: dict[str, Any] = conversion.get("resolved") or {}
    calibration: dict[str, Any] | None = conversion.get("calibration")
    reading = conversion.get("reading")
    ignored = {name: list((resolved.get("ignored") or {}).get(name) or []) for name in ("names", "patterns", "types")}
    control = conversion.get("control")
    if control:
        put_back = [name for step in control.get("steps") or [] if step.get("kept") for name in step["operations"]]
        ignored["names"] = sorted({*ignored["names"], *put_back})
        warnings.append(
            f"'{model.name}' was made with accuracy control: the recipe leaves out of INT8 what was put back "
            f"({len(put_back)} operations), without looking for them again. Its hash may differ."
        )
    other = calibration is not None and not calibration.get("same_dataset")
    if other and calibration is not None:
        warnings.append(f"The calibration needs the dataset '{calibration['dataset']}': give it with --calibration.")
    given = reading["preprocessing"] if reading else parent.preprocessing
    step = {
        "ignored": ignored,
        "calibration": {"count": calibration["samples"], "seed": calibration["seed"]} if calibration else None,
        "other_dataset": other,
        "place": place_of(parent, reading.get("image_input") if reading else None),
        "layouts": layouts_of(parent),
        "preprocessing": preprocessing(given),
        "seeds": 0,
    }
    if conversion.get("method") == "int8":
        own = ("preset", "target_device", "model_type", "fast_bias_correction", "smooth_quant", "smooth_quant_alpha")
        return {"kind": "quantize", **step, **{name: resolved.get(name) for name in own}}
    asked = ("mode", "group_size", "ratio", "all_layers", "sensitivity_metric", "awq", "scale_estimation")
    return {"kind": "compress", **step, **{name: resolved.get(name) for name in asked}}


def preprocessing(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Every field, as the engine takes it."""
    kept = Preprocessing.model_validate(dict(given or {})).model_dump()
    return kept | {"color": kept["color"] or "RGB"}


def layouts_of(model: Model) -> list[str]:
    """One string an input; "?" where unknown."""
    found = []
    for port in model.inputs or []:
        rank = len(port.get("shape") or [])
        found.append(port.get("layout") or ("N" + "?" * (rank - 1) if rank > 1 else "?" * rank))
    return found


def place_of(model: Model, name: str | None) -> dict[str, Any] | None:
    """The input that takes pictures: index, layout and shape (-1 for what is open); None where none does."""
    ports: list[Any] = model.inputs or []
    shapes = [tuple(size if isinstance(size, int) else -1 for size in port.get("shape") or []) for port in ports]
    layouts = layouts_of(model)
    if name is not None:
        index = next((n for n, port in enumerate(ports) if name in (port["name"], *port.get("names", []))), None)
    else:
        index = next(iter(engine_inputs.picture_inputs(shapes, layouts)), None)
    if index is None or sorted(layouts[index].replace("N", "", 1)) != ["C", "H", "W"]:
        return None
    return {"index": index, "layout": layouts[index], "shape": list(shapes[index])}


def _report(session: Session, row: Project, model: Model) -> Report | None:
    """The newest report against annotations that the workbench made of this very model."""
    for report in reversed(repository.reports(session, row.id)):
        result: dict[str, Any] = report.result
        ours = report.kind == "annotations" and result.get("engine") == "workbench"
        if ours and result.get("model_sha256") == model.sha256 and result.get("reading"):
            return report
    return None


def _run(session: Session, row: Project) -> Run | None:
    """The run with the highest throughput among the stable ones, else at all, whose requests were all busy."""
    runs = [
        run
        for run in repository.runs(session, row.id)
        if not run.result.get("open_loop") and (run.result.get("input") or {}).get("inputs")
    ]
    return max(runs, key=lambda run: (run.verdict == "stable", run.throughput_fps), default=None)


def _accuracy(
    runtime: Runtime, report: Report, model: Model, dataset: Dataset, row: Project, warnings: list[str]
) -> tuple[dict[str, Any] | None, str | None]:
    result: dict[str, Any] = report.result
    reading = result["reading"]
    family = reading["decoding"]["family"]
    place = place_of(model, reading.get("image_input"))
    judged = JUDGED.get(family, "statistics" if family in WHOLE_PICTURE else None)
    if reading["task"] == "object_detection" and family in BOXES and "coco_ap" in result["metrics"]:
        judged = "detection"
    if reading["decoding"].get("second_input") or reading["decoding"].get("luminance_only"):
        judged = None
    if judged is None or place is None:
        warnings.append(
            f"How pictures are fed to a model read as '{family}' is not repeated: the recipe measures no accuracy."
        )
        return None, None
    if judged == "statistics":
        warnings.append(
            f"The figures of a model read as '{family}' are worked out by the workbench's decoder: "
            "the recipe tells what the outputs are like instead."
        )
    how = {
        "samples": report.samples,
        "subset": result.get("subset"),
        "without": result.get("without"),
        "precision": result.get("precision"),
        "device": row.device,
        "place": place,
        "layouts": layouts_of(model),
        "model_batch": place["shape"][place["layout"].index("N")] if "N" in place["layout"] else 1,
        "preprocessing": preprocessing(reading["preprocessing"]),
        "metrics": {name: metric["value"] for name, metric in result["metrics"].items()},
        "output": reading["decoding"].get("output"),
    }
    try:
        return how | _labels(runtime, reading, dataset), judged
    except EngineError as error:
        warnings.append(f"The classes cannot be matched: {error.message}")
        return None, None


def _labels(runtime: Runtime, reading: dict[str, Any], dataset: Dataset) -> dict[str, Any]:
    """Which label of the dataset each class is. Raises EngineError."""
    read = engine_samples.read(datasets.folder(runtime, dataset))
    classes = class_map.make(reading, read.labels, read.label_ids)
    background = bool(reading["classes"]["background"])
    decoding = reading["decoding"]
    if decoding["family"] == "classification":
        labels = list(classes.map.labels) if classes.labels else None
        return {"labels": labels, "background": background, "activation": decoding["activation"]}
    if decoding["family"] in BOXES:
        return {
            "reading": reading,
            "class_labels": list(classes.map.labels),
            "class_names": list(classes.map.names),
            "label_count": len(classes.labels),
        }
    if decoding["family"] != "per_pixel":
        return {}
    names, labels_of = classes.map.names, classes.map.labels if classes.labels else tuple(range(UNNAMED))
    count = len(names) or UNNAMED
    return {
        "argmax": bool(decoding["argmax_in_model"]),
        "classes": len(names) + background,
        "values": [0] * background + [0 if label < 0 else label + 1 for label in labels_of[:count]],
        "sides": (len(classes.labels) or UNNAMED) + 1,
        "judged_background": read.background,
        "first": 0 if reading["metrics"]["include_background"] and read.background else 1,
    }


def _benchmark(run: Run, model: Model) -> dict[str, Any]:
    result: dict[str, Any] = run.result
    asked: dict[str, Any] = result.get("configuration") or {}
    layouts = dict(zip((port["name"] for port in model.inputs or []), layouts_of(model), strict=True))
    return {
        "label": run.label,
        "device": run.device,
        "hint": run.hint,
        "streams": asked.get("streams"),
        "threads": asked.get("threads"),
        "asked_requests": asked.get("requests"),
        "api": asked.get("api") or "async",
        "batch": run.batch or 1,
        "precision": run.requested_precision,
        "preprocessing": preprocessing(model.preprocessing),
        "count": result["input"]["count"],
        "inputs": [
            {
                "shape": port["shape"],
                "source": port["source"],
                "layout": layouts.get(port["name"]) or "?" * len(port["shape"]),
            }
            for port in result["input"]["inputs"]
        ],
        "throughput_fps": run.throughput_fps,
        "latency_median_ms": run.latency_median_ms,
        "cpu": (result.get("provenance") or {}).get("cpu"),
    }
