"""The decoders of packages stand alone and say what those of the workbench say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.engine.tasks import registry
from workbench.engine.tasks.task import ClassMap, Geometry, Port, Ports
from workbench.packages import contents, decoding_source

ALONE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import decoding
strangers = [name for name in sys.modules if name.split(".")[0] in ("workbench", "cv2", "pycocotools", "openvino")]
assert not strangers, strangers
if len(sys.argv) > 2:
    given = json.load(open(sys.argv[2]))
    values = np.load(sys.argv[3])
    port = lambda fact: decoding.Port(fact["name"], tuple(fact["names"]), tuple(fact["shape"]), fact["type"])
    ports = decoding.Ports((), tuple(port(fact) for fact in given["ports"]))
    classes = decoding.ClassMap(tuple(range(len(given["names"]))), tuple(given["names"]))
    answer = decoding.decoder(given["reading"], ports, classes)(dict(values), decoding.Geometry(*given["geometry"]))
    told = {name: value.tolist() for name, value in vars(answer).items() if isinstance(value, np.ndarray)}
    told["areas"] = [sum(mask["counts"][1::2]) for mask in answer.masks] if answer.masks is not None else None
    json.dump(told, sys.stdout)
"""
NAMES = ["cat", "dog", "eel"]
# A letterbox of 200 × 120 in 64 × 64.
GEOMETRY = (200, 120, 64, 64, 0.32, 0.3167, 0.0, 13.0)


def write(folder: Path, family: str) -> None:
    for entry in contents.python_sample(family):
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(entry.blocks()))


def alone(folder: Path, *arguments: str) -> str:
    program = [sys.executable, "-I", "-c", ALONE, str(folder / "samples/python"), *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("family", decoding_source.FAMILIES)
def test_every_family_stands_alone(tmp_path: Path, family: str) -> None:
    write(tmp_path, family)
    alone(tmp_path)


def test_families_are_those_of_the_readings() -> None:
    schema = Reading.model_json_schema()
    known = set(schema["properties"]["decoding"]["discriminator"]["mapping"])
    assert set(decoding_source.FAMILIES) == known - {"none"}


def boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corners = rng.uniform(0, 1, (count, 2, 2))
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


def rows_of_seven(rng: np.random.Generator) -> dict[str, np.ndarray]:
    table = np.concatenate(
        [np.zeros((20, 1)), rng.integers(0, 3, (20, 1)), rng.uniform(0, 1, (20, 1)), boxes(rng, 20)], 1
    )
    table[15:, 0] = -1
    return {"out": table[None, None]}


CASES: dict[str, Any] = {
    "classification": ("classification", {"activation": "softmax"}, lambda rng: {"out": rng.normal(0, 3, (1, 3))}),
    "ssd": ("object_detection", {"nms_iou": 0.4}, rows_of_seven),
    "yolo_rows": (
        "object_detection",
        {"version": "v8"},
        lambda rng: {"out": np.concatenate([rng.uniform(5, 60, (1, 4, 84)), rng.uniform(0, 1, (1, 3, 84))], axis=1)},
    ),
    "boxes_and_scores": (
        "object_detection",
        {},
        lambda rng: {"boxes": boxes(rng, 50)[None], "scores": rng.uniform(0, 1, (1, 50, 3))},
    ),
    "per_pixel": ("semantic_segmentation", {}, lambda rng: {"out": rng.normal(0, 1, (1, 3, 32, 32))}),
    "mask_rcnn": (
        "instance_segmentation",
        {"first_class": 0},
        lambda rng: {
            "boxes": 64 * boxes(rng, 9),
            "labels": rng.integers(0, 3, 9).astype(np.float64),
            "scores": rng.uniform(0.3, 1, 9),
            "masks": rng.uniform(0, 1, (9, 1, 14, 14)),
        },
    ),
    "points": ("facial_landmark_detection", {}, lambda rng: {"out": rng.uniform(0, 1, (1, 10))}),
    "super_resolution": (
        "super_resolution",
        {"range": "0..1"},
        lambda rng: {"out": rng.uniform(0, 1, (1, 3, 128, 128))},
    ),
}


@pytest.mark.parametrize("family", CASES)
def test_it_says_what_the_workbench_says(tmp_path: Path, family: str) -> None:
    from pycocotools import mask as rle

    task, more, make = CASES[family]
    reading = for_engine(Reading.model_validate({"task": task, "decoding": {"family": family, **more}}))
    outputs = {name: values.astype(np.float32) for name, values in make(np.random.default_rng(3)).items()}
    ports = [
        {"name": name, "names": [name], "shape": list(values.shape), "type": "f32"} for name, values in outputs.items()
    ]
    given = {"reading": reading, "ports": ports, "names": NAMES, "geometry": GEOMETRY}
    (tmp_path / "given.json").write_text(json.dumps(given))
    np.savez(tmp_path / "outputs.npz", **outputs)
    write(tmp_path, family)
    told = json.loads(alone(tmp_path, str(tmp_path / "given.json"), str(tmp_path / "outputs.npz")))
    own = Ports((), tuple(Port(name, (name,), values.shape, "f32") for name, values in outputs.items()))
    decode = registry.serving(reading).decoder(reading, own, ClassMap((0, 1, 2), tuple(NAMES)))
    answer = decode(outputs, Geometry(*GEOMETRY))
    arrays = {name: value for name, value in vars(answer).items() if isinstance(value, np.ndarray)}
    assert arrays
    assert all(value.size for value in arrays.values())
    for name, value in arrays.items():
        assert np.array_equal(np.array(told[name]), value), name
    if answer.masks is not None:
        assert told["areas"] == [int(rle.area(mask)) for mask in answer.masks]
