"""Datasets made from real pictures for what the shared archives do not hold: class numbers, small pictures, faces."""

import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino as ov
from numpy.typing import NDArray

from workbench.engine.tasks.class_map import label_set

Picture = NDArray[np.uint8]
FACE_SCORE, LEAST_FACE = 0.95, 60


def pictures(archive: Path) -> dict[str, Picture]:
    """BGR by file name, without folders."""
    with zipfile.ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if name.lower().endswith((".jpg", ".jpeg", ".png"))]
        found = {}
        for name in sorted(names):
            decoded = cv2.imdecode(np.frombuffer(opened.read(name), np.uint8), cv2.IMREAD_COLOR)
            found[Path(name).name] = np.asarray(decoded, dtype=np.uint8)
        return found


def named_by_synset(archive: Path, folder: Path) -> Path:
    """ImageNet with a text file, of pictures whose names begin with the WordNet number of their class."""
    known = label_set("imagenet_1000")
    assert known.aliases is not None
    places = {alias: number for number, alias in enumerate(known.aliases)}
    folder.mkdir()
    lines = []
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            synset = Path(name).name.partition("_")[0]
            if synset in places:
                (folder / Path(name).name).write_bytes(opened.read(name))
                lines.append(f"{Path(name).name} {places[synset]}")
    (folder / "val.txt").write_text("\n".join(lines) + "\n")
    words = [f"{alias} {name}" for alias, name in zip(known.aliases, known.names, strict=True)]
    (folder / "synset_words.txt").write_text("\n".join(words) + "\n")
    return folder


def super_resolution(archive: Path, folder: Path, scale: int) -> tuple[Path, float]:
    """LR and HR pictures, made smaller by OpenCV's bicubic interpolation (no anti-aliasing), as ESPCN's trainers did.

    Also the mean PSNR of Y in dB of enlarging them again in the same way, `scale` pixels of the border left out: what a
    model must exceed to be of use.
    """
    (folder / "LR").mkdir(parents=True)
    (folder / "HR").mkdir()
    ratios = []
    for name, picture in pictures(archive).items():
        height, width = (side // scale * scale for side in picture.shape[:2])
        large = picture[:height, :width]
        reduced = cv2.resize(large, (width // scale, height // scale), interpolation=cv2.INTER_CUBIC)
        small = np.asarray(reduced, dtype=np.uint8)
        for part, image in (("LR", small), ("HR", large)):
            cv2.imwrite(str(folder / part / f"{Path(name).stem}.png"), image)
        again = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
        apart = (luminance(large) - luminance(again))[scale:-scale, scale:-scale]
        ratios.append(10 * np.log10(255**2 / np.mean(apart**2)))
    return folder, float(np.mean(ratios))


def luminance(picture: Picture) -> NDArray[np.float64]:
    """Y of BGR, 16 to 235 (ITU-R BT.601)."""
    return np.asarray(picture.astype(np.float64) @ [24.966, 128.553, 65.481] / 255 + 16)


def faces(detector: Path, archive: Path, folder: Path) -> list[Path]:
    """The pictures of faces that OpenVINO's face detector, run here by itself, finds and is sure of."""
    model: Any = ov.Core().compile_model(detector, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    folder.mkdir()
    written = []
    for name, picture in pictures(archive).items():
        height, width = picture.shape[:2]
        blob = cv2.resize(picture, (300, 300)).transpose(2, 0, 1)[None].astype(np.float32)
        for number, row in enumerate(model(blob)[0][0, 0]):
            left, top, right, bottom = (row[3:] * [width, height, width, height]).round().astype(int).tolist()
            inside = left >= 0 and top >= 0 and right <= width and bottom <= height
            if row[2] > FACE_SCORE and inside and min(right - left, bottom - top) >= LEAST_FACE:
                written.append(folder / f"{Path(name).stem}-{number}.png")
                cv2.imwrite(str(written[-1]), picture[top:bottom, left:right])
    return written


def seen_again(face: Path, target: Path) -> Path:
    """The same face, mirrored, cut closer and darker."""
    picture = cv2.imread(str(face))
    assert picture is not None
    height, width = picture.shape[:2]
    closer = picture[height // 16 :, width // 16 :]
    cv2.imwrite(str(target), cv2.convertScaleAbs(cv2.flip(closer, 1), alpha=0.85, beta=10))
    return target
