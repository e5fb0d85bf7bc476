"""The operation `dataset_preview`: one picture with each augmentation, small, while somebody waits for it."""

import base64
import math
import resource
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.datasets.augmentations import Step, plan
from workbench.datasets.generating import loader, unreadable
from workbench.datasets.picture_changes import Image, changed
from workbench.datasets.thumbnails import BadPicture, alone_if_large, checked_header, decoded_whole
from workbench.engine.protocol import Emitter, EngineError

MAX_SIDE = 320
MAX_PIXELS = 1 << 20
QUALITY = 85
MEMORY_BYTES = 4 * 1024**3
CPU_S = 20


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """The result is `schemas.Preview`; parameters are those of `dataset_generate` with the `number` of the picture.

    The same picture and the same seed are changed as `dataset_generate` does; a picture of more than a million pixels
    is made smaller first. Raises EngineError.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    cv2.setNumThreads(1)
    number, seed = int(parameters["number"]), int(parameters["augmentations"]["seed"])
    name, data = loader(parameters, work)(int(parameters.get("file", number)))
    try:
        header = checked_header(data)
        with alone_if_large(header):
            image = decoded_whole(data, header)
    except BadPicture as error:
        raise unreadable(name, error) from error
    except MemoryError as error:
        raise EngineError("picture_too_large", f"'{name}' is too large for a preview.", "Choose another.") from error
    image, scale = _reduced(image, math.sqrt(MAX_PIXELS / (image.shape[0] * image.shape[1])))
    steps = [step for step in plan(parameters["augmentations"]) if not step.again]
    items = [{"title": "Original", "image": _shown(image)}]
    for step in steps:
        made = changed(image, _scaled(step, scale), seed, number)
        items.append({"title": step.title, "image": _shown(made)})
    return {"items": items}


def _scaled(step: Step, scale: float) -> Step:
    """A blur is so many pixels of the whole picture."""
    return replace(step, values=(max(0.1, step.values[0] * scale),)) if step.kind == "blur" else step


def _reduced(image: Image, scale: float) -> tuple[Image, float]:
    if scale >= 1:
        return image, 1.0
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _shown(image: Image) -> str:
    small, _ = _reduced(image, MAX_SIDE / max(image.shape[:2]))
    _, content = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(content.tobytes()).decode()
