"""Tiny datasets for tests: pictures drawn by OpenCV, files by name, and the import as the process runs it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.datasets.formats.annotations import Annotations, Format
from workbench.datasets.formats.tree import FileTree, scan
from workbench.datasets.importing import run
from workbench.datasets.problems import Problems
from workbench.engine.protocol import Emitter
from workbench.storage.archive_rules import Limits

Content = dict[str, bytes | str]


def picture(width: int = 20, height: int = 10, suffix: str = ".png", seed: int = 0) -> bytes:
    """A seeded picture, encoded."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    done, encoded = cv2.imencode(suffix, pixels)
    assert done
    return encoded.tobytes()


def encoded(pixels: np.ndarray) -> bytes:
    """A PNG of grey values or of blue, green, red."""
    done, data = cv2.imencode(".png", pixels)
    assert done
    return data.tobytes()


def grey_mask(width: int, height: int, values: list[int]) -> bytes:
    """A PNG of one channel in which `values` follow each other."""
    return encoded(np.resize(np.array(values, np.uint8), (height, width)))


def write_files(folder: Path, content: Content) -> Path:
    """The files below `folder`."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def tree_of(folder: Path, content: Content) -> FileTree:
    return scan(write_files(folder, content), Limits(), Problems())


def read_as(entry: Format, folder: Path, content: Content) -> tuple[Annotations, Problems]:
    """What a format makes of the files; they have to be of this format."""
    tree = tree_of(folder, content)
    finding = entry.examine(tree, False)
    assert finding.matches, finding.reason
    problems = Problems()
    return entry.read(tree, finding, problems), problems


def zipped(path: Path, content: Content) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


class Imported:
    """One import in a work folder of its own: `facts` is its result, `events` what it told on the way."""

    def __init__(self, work: Path, content: Content | Path, **parameters: Any) -> None:
        (work / "inputs").mkdir(parents=True)
        if isinstance(content, Path):
            (work / "inputs" / "source").symlink_to(content)
            filename = content.name
        else:
            zipped(work / "inputs" / "source", content)
            filename = "dataset.zip"
        self.work = work
        self.stream = io.StringIO()
        given = {"source": "inputs/source", "filename": filename, "format": "auto", "limits": {}, **parameters}
        self.facts = run(given, work, Emitter(self.stream))

    @property
    def folder(self) -> Path:
        return self.work / "out" / "dataset"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def samples(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "index.jsonl").read_text().splitlines()]
