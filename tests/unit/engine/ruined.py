"""A classifier of colours with one operation that quantisation ruins, and pictures that it tells apart without it.

`harmed` reads, beside the three colours, a fourth channel that is thousands of times larger and that it weighs with
zero: in floating point it does nothing. With one range for the whole tensor, the colours fall into the first step of it
and are lost. All other operations bear their quantisation well.
"""

from pathlib import Path
from typing import Any

from tests.unit.engine.networks import np, op, ov
from tests.unit.engine.reports import annotated

HARMED = "harmed"
LABELS = ["red", "green", "blue"]
LARGE = 100_000.0
SIZE = 16


def model() -> ov.Model:
    """float32 [1, 3, 16, 16] of 0 … 255 → logits [1, 3]."""
    picture = op.parameter([1, 3, SIZE, SIZE], np.float32, name="picture")
    picture.output(0).set_names({"picture"})
    first = np.ones((4, 3, 1, 1), np.float32)
    first[:3, :, 0, 0] = np.eye(3)
    offset = np.array([0, 0, 0, LARGE], np.float32).reshape(1, 4, 1, 1)
    spread = op.relu(op.add(_convolution(picture, first, "spread"), op.constant(offset)))
    second = np.zeros((3, 4, 1, 1), np.float32)
    second[:, :3, 0, 0] = np.eye(3)
    harmed = op.relu(_convolution(spread, second, HARMED))
    mixed = op.relu(_convolution(harmed, np.eye(3, dtype=np.float32)[:, :, None, None] * 2, "mixed"))
    mean = op.reduce_mean(mixed, op.constant(np.array([2, 3])))
    logits = op.matmul(mean, op.constant(np.eye(3, dtype=np.float32) / 20), False, True)
    logits.set_friendly_name("fc")
    logits.output(0).set_names({"logits"})
    return ov.Model([op.result(logits)], [picture], "ruined")


def _convolution(data: Any, weights: np.ndarray, name: str) -> Any:
    node = op.convolution(data, op.constant(weights), [1, 1], [0, 0], [0, 0], [1, 1])
    node.set_friendly_name(name)
    return node


def pictures(folder: Path, count: int = 30, labels: bool = True) -> Path:
    """Noise, a little brighter in the channel of its label."""
    chance = np.random.default_rng(4)
    samples = []
    for number in range(count):
        picture = chance.integers(60, 140, (SIZE, SIZE, 3))
        picture[:, :, number % 3] += 40
        samples.append((picture.astype(np.uint8), {"label": number % 3} if labels else {}))
    return annotated(folder, samples, labels=LABELS if labels else None)
