"""Our metrics beside those of the real Accuracy Checker, through the whole house: make accuracy-parity

    python -m tests.benchmarks.accuracy_parity [--samples 200] [--models DIR --datasets DIR] [--keep FOLDER]

Starts a server of its own, installs the toolchain (or takes what WORKBENCH_TOOLCHAIN_PATH names), and for a classifier,
a detector and a segmenter makes both reports. `--models` and `--datasets` add real ones where they are at hand. Prints
a Markdown table; ends with 1 where a figure that both define alike differs by more than 5·10⁻⁵.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import parity_material as material
from tests.benchmarks.machine import describe
from tests.integration.stack import Stack, running
from workbench.client import Client

NEAR = 5e-5
TOOLCHAIN = "openvino-2023"


@dataclass(frozen=True)
class Case:
    """A model and a dataset, with how the model is read. `alike`: figures that both define alike."""

    name: str
    model: Path
    dataset: Path
    reading: dict[str, Any]
    alike: tuple[str, ...]
    more: dict[str, Any] = field(default_factory=dict)


def made(folder: Path, samples: int) -> list[Case]:
    scenes = material.scenes(samples)
    return [
        Case(
            "squares by colour",
            material.classifier(folder / "classifier.onnx"),
            material.classification_zip(folder / "classified.zip", scenes),
            {
                "task": "classification",
                "decoding": {"family": "classification"},
                "metrics": {"top_k": [1, 2]},
            },
            ("accuracy@top1", "accuracy@top2"),
        ),
        Case(
            "squares",
            material.detector(folder / "detector.onnx"),
            material.detection_zip(folder / "detected.zip", scenes),
            {
                "task": "object_detection",
                # Accuracy Checker keeps every row.
                "decoding": {"family": "ssd", "nms_iou": None, "score_threshold": 0, "max_detections": 1000},
            },
            ("map", "coco_ap"),
        ),
        Case(
            "colours",
            material.segmenter(folder / "segmenter.onnx"),
            material.segmentation_zip(folder / "segmented.zip", scenes),
            {"task": "semantic_segmentation", "decoding": {"family": "per_pixel"}},
            ("mean_iou", "pixel_accuracy"),
        ),
    ]


def real(models: Path, datasets: Path) -> list[Case]:
    """Trained models, where they are; resizing differs by rounding, so nothing is alike to the last digit."""
    cases = [
        Case(
            "YOLOX-nano on COCO val2017",
            models / "object_detection/yolox_nano-onnx/yolox_nano.onnx",
            datasets / "coco_val2017_subset.zip",
            {
                "task": "object_detection",
                "preprocessing": {"resize": "fit", "color": "BGR"},
                "decoding": {"family": "yolo_rows", "version": "x", "nms_iou": 0.65},
            },
            (),
        ),
        Case(
            "DeepLab v3 MobileNet v2 on VOC",
            models / "semantic_segmentation/deeplabv3_mnv2_dm05_pascal_quant-tflite"
            "/deeplabv3_mnv2_dm05_pascal_quant.tflite",
            datasets / "voc_format_from_coco.zip",
            {
                "task": "semantic_segmentation",
                "preprocessing": {"resize": "stretch", "color": "RGB"},
                "decoding": {"family": "per_pixel", "argmax_in_model": True},
                "classes": {"background": True, "label_set": "voc_20"},
            },
            (),
        ),
    ]
    return [case for case in cases if case.model.is_file() and case.dataset.is_file()]


def compare(client: Client, case: Case) -> list[tuple[str, float, float | None, bool]]:
    """(figure, ours, theirs, defined alike) of one case."""
    model = client.wait(client.import_model([case.model], name=case.name, precision="FP32")["job"])
    dataset = client.wait(client.import_dataset([case.dataset], name=case.name)["job"])
    for job in (model, dataset):
        if job["state"] != "succeeded":
            raise SystemExit(f"{job['title']}: {job['error']}")
    project = client.create_project(
        model["result"]["model_id"], dataset["result"]["dataset_id"], precision="f32", baseline=False
    )["project"]["id"]
    client.accuracy.set_reading(project, reading=case.reading)
    ours, theirs = (report(client, project, kind) for kind in ("annotations", "accuracy_checker"))
    rows = []
    for name, metric in theirs["metrics"].items():
        own = ours["metrics"].get(name)
        if own is not None:
            rows.append((name, own["value"], metric["value"], name in case.alike))
    for name in case.alike:
        if name not in [row[0] for row in rows]:
            raise SystemExit(
                f"{case.name}: no '{name}' among {sorted(ours['metrics'])} and {sorted(theirs['metrics'])}"
            )
    return rows


def report(client: Client, project: str, kind: str) -> dict[str, Any]:
    job = client.wait(client.accuracy.start(project, kind=kind)["job"])
    if job["state"] != "succeeded":
        raise SystemExit(f"{job['title']}: {job['error']}\n{client.job_log(job['id'])[-3000:]}")
    found: dict[str, Any] = client.accuracy.report(job["result"]["report_id"])
    return found


@contextlib.contextmanager
def place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--datasets", type=Path)
    parser.add_argument("--only", help="part of the name of a case")
    parser.add_argument("--keep", type=Path, help="folder of the server's data and the material, to be used again")
    wanted = parser.parse_args()
    worst = 0.0
    lines = []
    with place(wanted.keep) as folder:
        (folder / "material").mkdir(exist_ok=True)
        with running(Stack(folder)) as stack, Client(f"http://127.0.0.1:{stack.port}") as client:
            stack.up()
            if client.toolchain(TOOLCHAIN)["state"] != "installed":
                job = client.wait(client.install_toolchain(TOOLCHAIN)["job"])
                if job["state"] != "succeeded":
                    raise SystemExit(f"the toolchain: {job['error']}")
            cases = made(folder / "material", wanted.samples)
            if wanted.models is not None and wanted.datasets is not None:
                cases += real(wanted.models, wanted.datasets)
            for case in [case for case in cases if (wanted.only or "") in case.name]:
                for name, ours, theirs, alike in compare(client, case):
                    difference = abs(ours - theirs) if theirs is not None else float("nan")
                    worst = max(worst, difference) if alike else worst
                    mark = "" if alike else " (not defined alike)"
                    lines.append(f"| {case.name} | {name}{mark} | {ours:.6f} | {theirs:.6f} | {difference:.1e} |")
    print(f"{describe()}; f32; {wanted.samples} samples of each made case\n")
    print("| case | figure | workbench | Accuracy Checker 0.9.5 | difference |\n|---|---|---|---|---|")
    print("\n".join(lines))
    return 1 if worst > NEAR else 0


if __name__ == "__main__":
    sys.exit(main())
