"""Datasets and readings for the tests of accuracy: pictures and models whose right answer is known."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.unit.engine.networks import np, op, ov, save
from workbench.accuracy.reading_schemas import Reading, for_engine

RED, GREEN, BLUE = (220, 30, 20), (20, 200, 40), (30, 40, 210)


def reading(task: str, decoding: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return for_engine(Reading.model_validate({"task": task, "decoding": decoding, **more}))


def classifier_reading(**more: Any) -> dict[str, Any]:
    return reading("classification", {"family": "classification", "activation": "softmax"}, **more)


def annotated(folder: Path, samples: Sequence[tuple[np.ndarray, Mapping[str, Any]]], **facts: Any) -> Path:
    """A dataset in the internal form; pictures are RGB uint8, kept without loss."""
    import cv2

    (folder / "images").mkdir(parents=True)
    lines = []
    for number, (picture, members) in enumerate(samples):
        name = f"images/{number:06d}.png"
        cv2.imwrite(str(folder / name), picture[:, :, ::-1])
        record = {
            "id": number,
            "file": name,
            "source": f"given/{number}.png",
            "width": picture.shape[1],
            "height": picture.shape[0],
        }
        lines.append(json.dumps(record | dict(members)).encode() + b"\n")
    starts = np.cumsum([0] + [len(line) for line in lines])[:-1]
    (folder / "index.jsonl").write_bytes(b"".join(lines))
    (folder / "index.offsets").write_bytes(starts.astype("<u8").tobytes())
    (folder / "dataset.json").write_text(json.dumps({"labels": None, **facts}))
    return folder


def plain(color: Sequence[int], width: int = 24, height: int = 16) -> np.ndarray:
    return np.full((height, width, 3), color, np.uint8)


def strongest_colour(size: int = 16, kind: Any = np.float32, nhwc: bool = False) -> ov.Model:
    """Logits [1, 3]: the mean of each channel, / 16."""
    shape = [1, size, size, 3] if nhwc else [1, 3, size, size]
    picture = op.parameter(shape, kind, name="picture")
    picture.output(0).set_names({"picture"})
    values = op.convert(picture, "f32") if kind != np.float32 else picture
    axes = op.constant(np.array([1, 2] if nhwc else [2, 3]))
    logits = op.multiply(op.reduce_mean(values, axes), op.constant(np.float32(1 / 16)))
    logits.output(0).set_names({"logits"})
    return ov.Model([op.result(logits)], [picture], "strongest_colour")


def identity(size: tuple[int, int] = (16, 16), channels: int = 3) -> ov.Model:
    """Gives its input back."""
    picture = op.parameter([1, channels, *size], np.float32, name="picture")
    picture.output(0).set_names({"picture"})
    out = op.relu(picture)
    out.output(0).set_names({"out"})
    return ov.Model([op.result(out)], [picture], "identity")


def zero_of(picture: Any, axes: list[int]) -> Any:
    """0, as an output that depends on the picture."""
    return op.multiply(op.reduce_mean(picture, op.constant(np.array(axes)), True), op.constant(np.float32(0)))


def prepare(work: Path, **models: ov.Model) -> None:
    """Save models in `inputs/` of a work folder."""
    for name, model in models.items():
        save(model, work / "inputs", name)
    (work / "out").mkdir(exist_ok=True)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def drawn(out: Path, row: int) -> dict[str, Any]:
    """What is drawn of a row, found by its offset."""
    offset = int(np.fromfile(out / "drawn.offsets", "<u8")[row])
    with (out / "drawn.jsonl").open("rb") as file:
        file.seek(offset)
        found: dict[str, Any] = json.loads(file.readline())
    return found
