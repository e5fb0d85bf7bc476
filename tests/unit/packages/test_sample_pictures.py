"""The samples see what the workbench sees: pictures read, resized and coloured by numpy or C++ as OpenCV does it."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from workbench.engine import images
from workbench.engine.configuration import Preprocessing
from workbench.packages import documents

FLAGS = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
# Height, width → height, width.
SIZES = [
    (480, 640, 224, 224), (100, 80, 224, 224), (448, 448, 224, 224), (375, 500, 300, 301), (333, 77, 99, 201),
    (1, 1, 5, 5), (672, 448, 224, 224), (300, 300, 299, 299), (9, 7, 9, 3), (640, 480, 213, 160),
]  # fmt: skip
PROGRAM = """
#include <iostream>
#include "json.hpp"
#include "pictures.hpp"
int main(int, char** values) {
    const Image rgb = read_picture(values[1]);
    Geometry geometry;
    const int width = std::stoi(values[3]), height = std::stoi(values[4]);
    const Image small = fitted(rgb, width, height, values[5], std::stod(values[6]), 114, values[7], geometry);
    const Image made = coloured(small, std::stoi(values[8]), values[9]);
    std::ofstream out(values[2], std::ios::binary);
    out.write(reinterpret_cast<const char*>(made.data.data()), made.data.size());
    std::cout << geometry.scale_x << " " << geometry.scale_y << " " << geometry.offset_x << " " << geometry.offset_y;
}
"""


@pytest.fixture(scope="module")
def sample() -> Any:
    """The module of the package, as where OpenCV is not installed."""
    space: dict[str, Any] = {"__name__": "pictures"}
    path = documents.template("python/pictures.py.in")
    exec(compile(path.read_text(), str(path), "exec"), space)  # noqa: S102 - it is a file of ours
    space["cv2"] = None
    return SimpleNamespace(**space)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, compiler: Path) -> Path:
    folder = tmp_path_factory.mktemp("cpp")
    for name in ("json", "pictures"):
        (folder / f"{name}.hpp").write_bytes(documents.template(f"cpp/{name}.hpp.in").read_bytes())
    (folder / "main.cpp").write_text(PROGRAM)
    flags = ["-std=c++17", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "main.cpp", "-o", "main"], cwd=folder, check=True, timeout=120)
    return folder / "main"


def noise(height: int, width: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, channels), dtype=np.uint8)


def close(made: np.ndarray, wanted: np.ndarray, interpolation: str) -> bool:
    """The same; of bicubic interpolation, but for a few values that are rounded otherwise, of very few that is one."""
    off = np.abs(made.astype(int) - wanted)
    return bool(off.max() <= (interpolation == "cubic") and off.sum() <= max(2, off.size // 1000))


@pytest.mark.parametrize("interpolation", FLAGS)
@pytest.mark.parametrize("sizes", SIZES)
def test_resized_as_opencv_does_it(sample: Any, sizes: tuple[int, ...], interpolation: str) -> None:
    for channels in (1, 3):
        image, (height, width) = noise(sizes[0], sizes[1], channels), sizes[2:]
        wanted = cv2.resize(image, (width, height), interpolation=FLAGS[interpolation]).reshape(height, width, channels)
        assert close(sample.resized(image, width, height, interpolation), wanted, interpolation)


@pytest.mark.parametrize("how", ["stretch", "letterbox", "fit", "crop"])
@pytest.mark.parametrize("fraction", [1.0, 0.875])
def test_fitted_as_the_workbench_does_it(sample: Any, program: Path, tmp_path: Path, how: str, fraction: float) -> None:
    for height, width, to_height, to_width in SIZES:
        bgr = noise(height, width)
        given = Preprocessing(color="RGB", resize=how, crop_fraction=fraction)
        wanted, geometry = images.resize(np.ascontiguousarray(bgr[:, :, ::-1]), to_width, to_height, given)
        own, told = sample.fitted(bgr[:, :, ::-1], to_width, to_height, how, fraction, 114, "linear")
        assert np.array_equal(own, wanted)
        assert vars(told) == vars(geometry)
        sample.write_ppm(tmp_path / "in.ppm", bgr[:, :, ::-1])
        line = [str(to_width), str(to_height), how, str(fraction), "linear", "3", "RGB"]
        done = subprocess.run([program, tmp_path / "in.ppm", tmp_path / "out", *line], capture_output=True, check=True)
        assert np.array_equal(np.fromfile(tmp_path / "out", np.uint8).reshape(wanted.shape), wanted)
        placed = [geometry.scale_x, geometry.scale_y, geometry.offset_x, geometry.offset_y]
        assert [float(part) for part in done.stdout.split()] == pytest.approx(placed, rel=1e-4)


@pytest.mark.parametrize("interpolation", FLAGS)
@pytest.mark.parametrize(("channels", "color"), [(3, "RGB"), (3, "BGR"), (1, "GRAY"), (3, "GRAY"), (4, "BGR")])
def test_coloured(sample: Any, program: Path, tmp_path: Path, interpolation: str, channels: int, color: str) -> None:
    bgr = noise(70, 90)
    rgb = np.ascontiguousarray(bgr[:, :, ::-1])
    assert np.array_equal(sample.coloured(rgb, channels, color), images.colored(bgr, channels, color))
    small = cv2.resize(bgr, (51, 33), interpolation=FLAGS[interpolation])
    wanted = images.colored(np.asarray(small), channels, color)
    sample.write_ppm(tmp_path / "in.ppm", rgb)
    line = ["51", "33", "stretch", "1", interpolation, str(channels), color]
    subprocess.run([program, tmp_path / "in.ppm", tmp_path / "out", *line], check=True, capture_output=True)
    assert close(np.fromfile(tmp_path / "out", np.uint8).reshape(wanted.shape), wanted, interpolation)


@pytest.mark.parametrize("suffix", [".bmp", ".ppm"])
def test_read_without_opencv(sample: Any, program: Path, tmp_path: Path, suffix: str) -> None:
    bgr = noise(13, 7)
    path = tmp_path / f"a{suffix}"
    assert cv2.imwrite(str(path), bgr)
    assert np.array_equal(sample.read(path), bgr[:, :, ::-1])
    line = ["7", "13", "stretch", "1", "linear", "3", "BGR"]
    subprocess.run([program, path, tmp_path / "out", *line], check=True, capture_output=True)
    assert np.array_equal(np.fromfile(tmp_path / "out", np.uint8).reshape(bgr.shape), bgr)


@pytest.mark.parametrize(
    "data", [b"", b"P6", b"P6\n9 9\n255\nabc", b"P6\n99999 99999\n255\n", b"BM", b"BM" + bytes(60), b"\xff\xd8\xff"]
)
def test_no_picture(sample: Any, program: Path, tmp_path: Path, data: bytes) -> None:
    """Refused with an exception of the language, not read beyond its end."""
    path = tmp_path / "a.ppm"
    path.write_bytes(data)
    with pytest.raises(Exception):  # noqa: B017 - whichever
        sample.read(path)
    done = subprocess.run(
        [program, path, tmp_path / "out", "1", "1", "stretch", "1", "linear", "3", "RGB"], capture_output=True
    )
    assert b"terminate called" in done.stderr
