"""The sample programs of packages with models of every kind: they feed and get what the workbench feeds and gets, and
decode it alike. The engine's operation runs in this process, the programs are real."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.unit.engine.networks import Recorder, op, ov, save
from tests.unit.engine.reports import annotated, reading
from workbench.benchmarks.schemas import Configuration
from workbench.engine import packaging
from workbench.engine.protocol import EngineError
from workbench.packages import contents, documents, runtime_files
from workbench.packages.answers import checked
from workbench.packages.comparing_outputs import Tolerance, compare

pytestmark = pytest.mark.slow

NAMES = ["cat", "dog", "eel"]
MEAN, SCALE = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


@dataclass
class Case:
    """A model, how it is read, and what else the operation is told."""

    model: Callable[[], ov.Model]
    task: str = "classification"
    decoding: dict[str, Any] = field(default_factory=lambda: {"family": "classification"})
    preprocessing: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    folds: bool | None = None
    classes: dict[str, Any] = field(default_factory=dict)
    alike: bool = True


def picture_input(shape: list[int], kind: Any = np.float32, name: str = "picture") -> Any:
    made = op.parameter(shape, kind, name=name)
    made.output(0).set_names({name})
    return made


def head(values: Any, shape: list[int], finish: Callable[[Any], Any] = op.sigmoid, name: str = "out") -> Any:
    """Some [N, …] values that depend on all of the picture: 16 means of parts of it, times fixed numbers."""
    count = int(np.prod(shape))
    flat = op.reshape(op.adaptive_avg_pool(values, op.constant(np.array([4, 4]))), op.constant(np.array([0, -1])), True)
    channels = values.get_output_partial_shape(0)[1].get_length()
    weights = np.random.default_rng(count).normal(0, 0.6, (16 * channels, count)).astype(np.float32)
    shift = op.constant(np.random.default_rng(1).normal(0, 1, (1, count)).astype(np.float32))
    made = finish(op.add(op.matmul(flat, op.constant(weights), False, False), shift))
    out = op.reshape(made, op.constant(np.array([-1, *shape])), False)
    out.output(0).set_names({name})
    return op.result(out)


def model(
    shape: tuple[int, ...] = (1, 3, 24, 32),
    outs: tuple[int, ...] = (3,),
    kind: Any = np.float32,
    finish: Any = op.sigmoid,
) -> ov.Model:
    """Values of the picture / 50, then `head`."""
    picture = picture_input(list(shape), kind)
    values = op.convert(picture, "f32") if kind != np.float32 else picture
    if shape[-1] in (1, 3, 4):
        values = op.transpose(values, op.constant(np.array([0, 3, 1, 2])))
    small = op.multiply(values, op.constant(np.float32(0.02)))
    return ov.Model([head(small, list(outs), finish)], [picture], "m")


def spread(factor: float) -> Callable[[Any], Any]:
    """From 0 to `factor`."""
    return lambda value: op.multiply(op.sigmoid(value), op.constant(np.float32(factor)))


def with_size() -> ov.Model:
    """Takes the picture's size, too, and gives whole numbers and booleans beside floats."""
    picture, size = picture_input([1, 3, 24, 32]), picture_input([1, 2], name="image_shape")
    small = op.multiply(picture, op.constant(np.float32(0.02)))
    out = head(small, [3])
    scaled = op.multiply(op.reduce_mean(size, op.constant(np.array([1])), True), op.constant(np.float32(2)))
    ids = op.convert(scaled, "i64")
    ids.output(0).set_names({"ids"})
    flags = op.greater(scaled, op.constant(np.float32(10)))
    flags.output(0).set_names({"flags"})
    return ov.Model([out, op.result(ids), op.result(flags)], [picture, size], "m")


def two_pictures() -> ov.Model:
    """A small one and an enlarged one, as some models for super-resolution."""
    small, large = picture_input([1, 3, 12, 16]), picture_input([1, 3, 24, 32], name="large")
    half = op.constant(np.float32(0.5))
    up = op.interpolate(small, op.constant(np.array([24, 32])), "nearest", "sizes", axes=op.constant(np.array([2, 3])))
    out = op.add(op.multiply(large, half), op.multiply(up, half))
    out.output(0).set_names({"out"})
    return ov.Model([op.result(out)], [small, large], "m")


def with_mask() -> ov.Model:
    picture, mask = picture_input([1, 3, 24, 32]), picture_input([1, 1, 24, 32], name="mask")
    out = op.add(picture, op.multiply(mask, op.constant(np.float32(9))))
    out.output(0).set_names({"out"})
    return ov.Model([op.result(out)], [picture, mask], "m")


def two_outputs(first: list[int], second: list[int]) -> ov.Model:
    picture = picture_input([1, 3, 24, 32])
    small = op.multiply(picture, op.constant(np.float32(0.02)))
    return ov.Model([head(small, first, name="boxes"), head(small, second, name="scores")], [picture], "m")


def centres(value: Any) -> Any:
    """Rows x, y, w, h, then scores: [N, n·7] with the first four of each from 0 to 24."""
    factors = np.tile(np.array([32, 24, 12, 9, 1, 1, 1], np.float32), 20)[None]
    return op.multiply(op.sigmoid(value), op.constant(factors))


def columns_first(value: Any) -> Any:
    return op.multiply(
        op.sigmoid(value), op.constant(np.repeat(np.array([32, 24, 12, 9, 1, 1, 1], np.float32), 20)[None])
    )


def rows_of_seven(value: Any) -> Any:
    """Image 0, labels 0 to 3, scores, corners in order."""
    factors = np.tile(np.array([0, 3.4, 1, 0.5, 0.5, 0.5, 0.5], np.float32), 12)[None]
    shifts = np.tile(np.array([0, 0, 0, 0, 0, 0.5, 0.5], np.float32), 12)[None]
    return op.add(op.multiply(op.sigmoid(value), op.constant(factors)), op.constant(shifts))


DETECT = "object_detection"
NORMAL = {"color": "BGR", "mean": MEAN, "scale": SCALE}
CASES: dict[str, Case] = {
    # What goes in
    "folded": Case(model, preprocessing=NORMAL | {"resize": "letterbox"}, folds=True),
    "outside": Case(model, preprocessing=NORMAL | {"resize": "fit"}, more={"fold": False}, folds=False),
    "nhwc": Case(lambda: model((1, 24, 32, 3)), preprocessing=NORMAL, more={"fold": False}, folds=False),
    "nhwc folded": Case(lambda: model((1, 24, 32, 3)), preprocessing=NORMAL, folds=True),
    "grey": Case(lambda: model((1, 1, 24, 32)), preprocessing={"color": "GRAY", "mean": [100], "scale": [50]}),
    "grey in three": Case(model, preprocessing={"color": "GRAY", "interpolation": "area"}),
    "four channels": Case(lambda: model((1, 4, 24, 32))),
    "bytes": Case(lambda: model(kind=np.uint8), preprocessing={"color": "BGR"}, folds=True),
    "bytes with a mean": Case(lambda: model(kind=np.uint8), preprocessing={"mean": [10.5], "scale": [2]}, folds=False),
    "signed bytes": Case(lambda: model(kind=np.int8), preprocessing={"mean": [128]}, folds=False),
    "halves": Case(lambda: model(kind=np.float16), preprocessing=NORMAL, more={"fold": False}, folds=False),
    "crop": Case(model, preprocessing={"resize": "crop", "crop_fraction": 0.875, "interpolation": "area"}),
    "cubic": Case(model, preprocessing={"interpolation": "cubic"}),
    "nearest": Case(model, preprocessing={"interpolation": "nearest", "resize": "letterbox", "pad_value": 7}),
    "open size": Case(lambda: model((-1, 3, -1, -1)), more={"shapes": {"picture": [1, 3, 24, 32]}}, alike=True),
    "batch": Case(lambda: model((-1, 3, 24, 32)), more={"shapes": {"picture": [1, 3, 24, 32]}, "batch": 2}),
    "a batch that is fixed": Case(lambda: model((3, 3, 24, 32))),
    "size of the picture": Case(with_size, more={"batch": 2}),
    "two pictures": Case(
        two_pictures, "super_resolution", {"family": "super_resolution", "second_input": "large"}, NORMAL, alike=False
    ),
    "mask": Case(with_mask, "inpainting", {"family": "inpainting", "hole": {"width": 8, "height": 8}}, alike=False),
    # What comes out
    "softmax": Case(
        lambda: model(finish=lambda x: x), decoding={"family": "classification", "activation": "softmax"}
    ),
    "background": Case(lambda: model(outs=(4, 1, 1)), classes={"background": True}),
    "one probability": Case(
        lambda: model(outs=(1,), finish=lambda x: x), decoding={"family": "classification", "activation": "sigmoid"}
    ),
    "ssd": Case(lambda: model(outs=(1, 12, 7), finish=rows_of_seven), DETECT, {"family": "ssd", "nms_iou": 0.5}),
    "ssd, letterbox": Case(
        lambda: model(outs=(1, 12, 7), finish=rows_of_seven), DETECT, {"family": "ssd"}, {"resize": "letterbox"}
    ),
    "yolo v8": Case(
        lambda: model(outs=(7, 20), finish=columns_first), DETECT, {"family": "yolo_rows", "version": "v8"},
        {"resize": "letterbox"},
    ),
    "yolo v8, rows first": Case(
        lambda: model(outs=(20, 7), finish=centres), DETECT, {"family": "yolo_rows", "nms_across_classes": True}
    ),
    "yolo v5": Case(
        lambda: model(outs=(30, 8), finish=spread(20)), DETECT, {"family": "yolo_rows", "version": "v5"}
    ),
    "yolo x": Case(
        lambda: model(outs=(14, 8)), DETECT, {"family": "yolo_rows", "version": "x", "strides": [8, 16]}
    ),
    "boxes and scores": Case(
        lambda: two_outputs([40, 4], [40, 4]), DETECT, {"family": "boxes_and_scores", "boxes": "center"},
        {"resize": "crop"}, classes={"background": True},
    ),
    "classes of pixels": Case(
        lambda: model(outs=(3, 12, 16)), "semantic_segmentation", {"family": "per_pixel"}, {"resize": "letterbox"}
    ),
    "classes of pixels, last axis": Case(
        lambda: model(outs=(12, 16, 4)), "semantic_segmentation", {"family": "per_pixel"}, {"resize": "crop"},
        classes={"background": True},
    ),
    "numbers of classes": Case(
        lambda: model(outs=(1, 12, 16), finish=spread(5)), "semantic_segmentation",
        {"family": "per_pixel", "argmax_in_model": True},
    ),
    "probability of pixels": Case(lambda: model(outs=(1, 12, 16)), "semantic_segmentation", {"family": "per_pixel"}),
    "rows that are none of its grids": Case(
        lambda: model(outs=(16, 8)), DETECT, {"family": "yolo_rows", "version": "x", "strides": [8, 16]}, alike=False
    ),
    "nothing": Case(lambda: two_outputs([5], [2, 3]), "generic", {"family": "none"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, compiler: Path) -> Path:
    """The sample in C++, built as a package builds it, against the installed libraries and headers."""
    folder = tmp_path_factory.mktemp("program")
    source = folder / "samples/cpp"
    source.mkdir(parents=True)
    for name in ("CMakeLists.txt", "decoding.hpp", "json.hpp", "main.cpp", "pictures.hpp"):
        (source / name).write_bytes(documents.template(f"cpp/{name}.in").read_bytes())
    (folder / "include").symlink_to(runtime_files.root() / "include")
    (folder / "runtime").symlink_to(runtime_files.root() / "libs")
    steps: list[list[str | Path]] = [
        ["-S", source, "-B", source / "build", "-DWITH_OPENCV=OFF"],
        ["--build", source / "build"],
    ]
    for step in steps:
        done = subprocess.run(["cmake", *step], capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
    return source / "build/sample"


def noise(count: int = 5) -> list[np.ndarray]:
    """Pictures of several sizes with large spots, so that parts of them differ."""
    rng = np.random.default_rng(8)
    made = []
    for height, width in [(40, 60), (24, 32), (97, 31), (33, 120), (64, 64)][:count]:
        spots = rng.integers(0, 256, (4, 4, 3)).repeat(height // 4 + 1, 0).repeat(width // 4 + 1, 1)[:height, :width]
        made.append(np.clip(spots + rng.integers(-40, 40, spots.shape), 0, 255).astype(np.uint8))
    return made


def packed(folder: Path, case: Case) -> dict[str, Any]:
    """The engine's operation, and what a package has for the programs; returns the facts."""
    given = reading(
        case.task, case.decoding, preprocessing=case.preprocessing,
        classes={"label_set": NAMES, **case.classes}, metrics={"report_score": 0.3},
    )  # fmt: skip
    save(case.model(), folder / "inputs")
    (folder / "out").mkdir()
    annotated(folder / "inputs/dataset", [(picture, {}) for picture in noise()])
    parameters: dict[str, Any] = {
        "model": "inputs/model.xml", "device": "CPU", "precision": "f32", "reading": given, "hint": "none",
        "streams": 2, "requests": 3, "fold": True, "samples": [0, 1, 2, 3, 4], "runs": True,
    } | case.more  # fmt: skip
    out = folder / "out"
    facts = checked(packaging.run(parameters, folder, Recorder()), out)
    configuration = Configuration(streams=2, requests=3, batch=parameters.get("batch"))
    plan: Any = SimpleNamespace(
        device="CPU", devices=["CPU"], configuration=configuration, reading=given, parameters=parameters, run=None
    )
    (folder / "config.json").write_bytes(documents.as_json(documents.config(plan, facts)))
    for entry in contents.python_sample(case.decoding["family"] if facts["decodes"] else "none"):
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(entry.blocks()))
    return facts


def told(folder: Path, program: list[Any], outputs: str) -> list[str]:
    """What a program prints of the pictures, without its first and last lines."""
    line = ["--config", "config.json", "--model", "out/model.xml", "--outputs", outputs, "--seconds", "0.01"]
    done = subprocess.run(
        [*program, *line, "out/pictures"], cwd=folder, capture_output=True, text=True, timeout=120, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[2:-1]


@pytest.mark.parametrize("name", CASES)
def test_programs(name: str, program: Path, tmp_path: Path) -> None:
    case = CASES[name]
    facts = packed(tmp_path, case)
    if case.folds is not None:
        assert facts["folded"] == case.folds
    python = told(tmp_path, [sys.executable, "samples/python/sample.py"], "python")
    cpp = told(tmp_path, [program, "--package", "."], "cpp")
    interpolation = "cubic" if name == "two pictures" else facts["preprocessing"]["interpolation"]
    tolerance = Tolerance.of("f32", interpolation)
    for outputs in ("python", "cpp"):
        compare(tmp_path / "out/expected", tmp_path / outputs, len(facts["samples"]), len(facts["outputs"]), tolerance)
    assert len([line for line in python if line.startswith("0")]) >= 5
    if case.alike:
        assert python == cpp
    values = [np.load(tmp_path / f"out/expected/{number:03}-0.npy") for number in range(5)]
    assert not any(np.array_equal(values[0], other) for other in values[1:]), "the pictures make no difference"
    assert len(set(map(str, python))) > 5


def tokens() -> ov.Model:
    made = picture_input([1, 16], np.int64, "tokens")
    out = op.convert(made, "f32")
    return ov.Model([op.result(out)], [made], "m")


@pytest.mark.parametrize(
    "case",
    [
        Case(lambda: model((1, 4, 24, 32)), "inpainting", {"family": "inpainting"}),
        Case(tokens, "generic", {"family": "none"}),
    ],
)
def test_what_it_cannot_pack(tmp_path: Path, case: Case) -> None:
    with pytest.raises(EngineError) as refused:
        packed(tmp_path, case)
    assert refused.value.code == "package_not_possible"


def test_many_pictures(program: Path, tmp_path: Path) -> None:
    """More than are in memory at once, told in order, whatever request was done first."""
    packed(tmp_path, CASES["batch"])
    few, many = tmp_path / "few", tmp_path / "out/pictures"
    many.rename(few)
    many.mkdir()
    for number in range(151):
        (many / f"{number:03}.ppm").symlink_to(few / f"{number % 5:03}.ppm")
    for line in ([sys.executable, "samples/python/sample.py"], [program, "--package", "."]):
        lines = told(tmp_path, line, "outputs")
        first = lines[1:4]
        assert [line for line in lines if line.endswith(".ppm")] == [f"{number:03}.ppm" for number in range(151)]
        assert all(lines[20 * group + 1 : 20 * group + 4] == first for group in range(30))
        values = [np.load(tmp_path / f"outputs/{number:03}-0.npy") for number in range(151)]
        assert all(np.array_equal(values[number], values[number % 5]) for number in range(150))


def test_json_of_the_program(program: Path, tmp_path: Path) -> None:
    """It ends with a sentence whatever config.json is."""
    facts = packed(tmp_path, CASES["folded"])
    config = json.loads((tmp_path / "config.json").read_bytes())
    for broken in (
        "",
        "{",
        "[1, 2",
        '{"a": "\\u12',
        "nope",
        "[" * 1000,
        json.dumps(config)[:-9],
        json.dumps(config | {"batch": "x"}),
    ):
        (tmp_path / "broken.json").write_text(broken)
        line: list[Any] = [
            program,
            "--package",
            ".",
            "--config",
            "broken.json",
            "--model",
            "out/model.xml",
            "out/pictures",
        ]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
    assert facts["folded"]
