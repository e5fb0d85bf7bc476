"""The pictures: scikit-learn's 1,797 handwritten digits, drawn as dark ink on white paper, and the archive of some."""

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 128
TRAIN_COUNT = 1400
LABELS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Strokes of the source are 0 (none) to 16 (full), in 8 × 8 cells.
FULL_STROKE = 16.0
SPLIT_SEED = 2026
# The earliest time that a zip archive can tell: the same pictures give the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)

Pictures = NDArray[np.uint8]
Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Pictures (count × 128 × 128, grey, 0 black to 255 white) and their classes, 0 to 9."""

    pictures: Pictures
    classes: Classes


def load() -> tuple[Split, Split]:
    """1,400 digits for training and the other 397, in a seeded order; the same at every call."""
    from sklearn.datasets import load_digits

    source: Any = load_digits()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(source.target))
    parts = (order[:TRAIN_COUNT], order[TRAIN_COUNT:])
    train, held_out = (Split(draw(source.images[part]), source.target[part].astype(np.int64)) for part in parts)
    return train, held_out


def draw(strokes: NDArray[np.float64]) -> Pictures:
    """Strokes (count × 8 × 8, 0 to 16) as smooth grey pictures (count × 128 × 128, uint8)."""
    pictures = np.empty((len(strokes), SIDE, SIDE), np.uint8)
    for picture, stroke in zip(pictures, strokes, strict=True):
        ink = cv2.resize(stroke / FULL_STROKE, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        picture[:] = np.rint(255.0 * (1.0 - np.clip(ink, 0.0, 1.0)))
    return pictures


def to_input(picture: Pictures) -> NDArray[np.float32]:
    """One grey picture (128 × 128) as the network's input: 1 × 3 × 128 × 128, RGB, 0 to 255."""
    return np.broadcast_to(picture.astype(np.float32), (1, 3, *picture.shape)).copy()


def write_archive(path: Path, split: Split) -> None:
    """The pictures as PNG in ImageNet's layout.

    `val.txt` has the line `name index` for each; the names of the labels are in `dataset_meta.json`.
    """
    names = [f"digit-{number:03}.png" for number in range(len(split.classes))]
    listing = "".join(f"{name} {label}\n" for name, label in zip(names, split.classes, strict=True))
    with zipfile.ZipFile(path, "w") as archive:
        _add(archive, "dataset_meta.json", json.dumps({"labels": LABELS}).encode())
        _add(archive, "val.txt", listing.encode())
        for name, content in zip(names, _encoded(split.pictures), strict=True):
            _add(archive, f"images/{name}", content)


def _encoded(pictures: Pictures) -> Iterable[bytes]:
    for picture in pictures:
        done, content = cv2.imencode(".png", np.repeat(picture[:, :, None], 3, axis=2))
        assert done
        yield content.tobytes()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, NO_TIME)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
