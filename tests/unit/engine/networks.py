"""Models made by hand for the tests of the engine, and a place to run operations in."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from workbench.engine.protocol import Emitter
from workbench.engine.quiet import silence

silence()

import openvino as ov  # noqa: E402
from openvino import opset13 as op  # noqa: E402

__all__ = ["Recorder", "classifier", "dataset", "np", "op", "ov", "save", "work_folder"]


class Recorder(Emitter):
    """An emitter that keeps what it is told."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        super().__init__(self.stream)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


def classifier(shape: tuple[int, ...] = (1, 3, 16, 16), channels: int = 8, seed: int = 3) -> ov.Model:
    """Convolution 3×3 with padding, bias, ReLU, mean over the picture, fully connected, softmax over 10 classes; a
    dimension of -1 is dynamic. The convolution, bias and ReLU are the layers "conv", "bias", "relu"."""
    rng = np.random.default_rng(seed)
    picture = op.parameter(list(shape), np.float32, name="picture")
    picture.output(0).set_names({"picture"})
    weights = op.constant(rng.normal(0, 0.3, (channels, 3, 3, 3)).astype(np.float32), name="weights")
    conv = op.convolution(picture, weights, [1, 1], [1, 1], [1, 1], [1, 1], name="conv")
    bias = op.add(conv, op.constant(rng.normal(0, 0.3, (1, channels, 1, 1)).astype(np.float32)), name="bias")
    relu = op.relu(bias, name="relu")
    pooled = op.reduce_mean(relu, op.constant(np.array([2, 3])), keep_dims=False, name="mean")
    head = op.matmul(
        pooled, op.constant(rng.normal(0, 0.3, (channels, 10)).astype(np.float32)), False, False, name="fc"
    )
    result = op.softmax(head, 1, name="probabilities")
    result.output(0).set_names({"probabilities"})
    return ov.Model([result], [picture], "classifier")


def save(model: ov.Model, folder: Path, name: str = "model") -> Path:
    """The IR of a model, uncompressed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.xml"
    ov.save_model(model, path, compress_to_fp16=False)
    return path


def work_folder(tmp_path: Path, model: ov.Model) -> Path:
    """A work folder as a worker prepares one, with the model under inputs/."""
    work = tmp_path / "work"
    save(model, work / "inputs")
    (work / "out").mkdir()
    return work


def dataset(folder: Path, pictures: list[np.ndarray]) -> Path:
    """A dataset in internal form; pictures are uint8 [H, W, 3] in BGR, kept without loss."""
    import cv2

    (folder / "images").mkdir(parents=True)
    lines = []
    for number, picture in enumerate(pictures):
        name = f"images/{number:06}.png"
        cv2.imwrite(str(folder / name), picture)
        lines.append(json.dumps({"id": number, "file": name, "width": picture.shape[1], "height": picture.shape[0]}))
    starts = np.cumsum([0] + [len(line.encode()) + 1 for line in lines])[:-1]
    (folder / "index.jsonl").write_text("".join(line + "\n" for line in lines))
    (folder / "index.offsets").write_bytes(starts.astype("<u8").tobytes())
    return folder
