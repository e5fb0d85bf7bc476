"""How long 10,000 pictures take to import, beside `unzip` and the reading of their headers.

`python -m tests.benchmarks.dataset_import [--pictures N] [--rounds N]` draws JPEG pictures as ImageNet has them (about
500 × 375 pixels and 100 kB, 100 classes in folders), zips them, and then takes turns: `unzip`; reading each header;
the import as a job runs it (its process from start to end); hashing, syncing and storing the result. Ratios are those
of the same round. The limit is twice the time of `unzip` plus that of the headers.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.benchmarks.machine import describe
from workbench.datasets.image_header import read_header
from workbench.storage.store import Storage

ROOT = Path(__file__).resolve().parents[2]
CLASSES = 100
QUALITY = 95


def draw(folder: Path, count: int) -> None:
    """Seeded pictures: crops of fields whose detail falls off with frequency, as that of photographs does."""
    rng = np.random.default_rng(2026)
    fields = [_field(rng) for _ in range(6)]
    jobs = []
    for number in range(count):
        width, height = (500, 375) if rng.random() < 0.75 else (375, 500)
        field = fields[rng.integers(len(fields))]
        top, left = rng.integers(field.shape[0] - height), rng.integers(field.shape[1] - width)
        jobs.append(
            (folder / f"n{number % CLASSES:08}" / f"{number:05}.JPEG", field[top : top + height, left : left + width])
        )
    for name in range(CLASSES):
        (folder / f"n{name:08}").mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda job: _write(*job), jobs))


def _field(rng: np.random.Generator, rows: int = 1500, columns: int = 2000) -> Any:
    total = np.zeros((rows, columns, 3), np.float32)
    for octave in range(9):
        cells = 4 * 2**octave
        grid = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        total += cv2.resize(grid, (columns, rows), interpolation=cv2.INTER_CUBIC) * 0.88**octave
    return np.clip(128 + 35 * total, 0, 255).astype(np.uint8)


def _write(path: Path, image: Any) -> None:
    done, content = cv2.imencode(".jpg", np.ascontiguousarray(image), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    path.write_bytes(content.tobytes())


def pack(folder: Path, archive: Path, method: int) -> None:
    with zipfile.ZipFile(archive, "w", method) as target:
        for path in sorted(folder.rglob("*.JPEG")):
            target.write(path, path.relative_to(folder).as_posix())


def unzip_s(archive: Path, target: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(["unzip", "-q", str(archive), "-d", str(target)], check=True)
    return time.perf_counter() - begun


def headers_s(folder: Path) -> float:
    """Width and height of every picture, from the first bytes of its file."""
    begun = time.perf_counter()
    for path in folder.rglob("*.JPEG"):
        with path.open("rb") as file:
            read_header(file.read(4096))
    return time.perf_counter() - begun


def import_s(archive: Path, work: Path) -> float:
    """The operation `dataset_import` in its process, from its start to its end."""
    (work / "inputs").mkdir(parents=True)
    (work / "inputs" / "source").symlink_to(archive)
    parameters = {"source": "inputs/source", "filename": archive.name, "format": "auto", "limits": {}}
    (work / "operation.json").write_text(json.dumps({"kind": "dataset_import", "parameters": parameters}))
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.datasets.process", "run", "operation.json"],
        cwd=work,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process:
        last = [json.loads(line) for line in process.stdout][-1]
    taken = time.perf_counter() - begun
    assert last["event"] == "result", last
    return taken


def store_s(storage: Storage, folder: Path) -> float:
    begun = time.perf_counter()
    storage.publish(folder)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stored", action="store_true", help="an archive without compression")
    options = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory(prefix="import-benchmark-") as name:
        base = Path(name)
        draw(base / "pictures", options.pictures)
        method = zipfile.ZIP_STORED if options.stored else zipfile.ZIP_DEFLATED
        pack(base / "pictures", base / "pictures.zip", method)
        shutil.rmtree(base / "pictures")
        size = (base / "pictures.zip").stat().st_size
        print(f"\n{options.pictures:,} pictures, an archive of {size / 1e6:,.0f} MB\n")
        print("| round | unzip s | headers s | import s | storing s | import / (2 × unzip + headers) | with storing |")
        print("|---|---|---|---|---|---|---|")
        alone, whole = [], []
        for number in range(options.rounds + 1):
            times = _round(base, base / f"round-{number}")
            if number:  # the first fills the cache of the disk
                limit = 2 * times[0] + times[1]
                alone.append(times[2] / limit)
                whole.append((times[2] + times[3]) / limit)
                told = " | ".join(f"{value:.2f}" for value in (*times, alone[-1], whole[-1]))
                print(f"| {number} | {told} |", flush=True)
        print(f"\nMedian of the ratios: {statistics.median(alone):.2f}, with storing {statistics.median(whole):.2f}.")


def _round(base: Path, folder: Path) -> tuple[float, float, float, float]:
    folder.mkdir()
    try:
        unzipped = unzip_s(base / "pictures.zip", folder / "unzipped")
        headers = headers_s(folder / "unzipped")
        shutil.rmtree(folder / "unzipped")
        storage = Storage(folder / "data")
        storage.prepare()
        imported = import_s(base / "pictures.zip", folder / "data" / "work" / "one")
        stored = store_s(storage, folder / "data" / "work" / "one" / "out" / "dataset")
        return unzipped, headers, imported, stored
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
