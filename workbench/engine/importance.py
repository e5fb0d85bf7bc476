"""What in a picture a classifier's answer hangs on.

RISE (Petsiuk, Das, Saenko 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models"): the model sees
the picture under many random masks; a place is important where the score is high whenever it can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import flow, images
from workbench.engine.accuracy import Speaker
from workbench.engine.feeding import Begun
from workbench.engine.intake import Fed
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.tasks import drawing
from workbench.engine.tasks.drawing import Names
from workbench.engine.tasks.task import NO_LABEL, Answer, Geometry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Wanted:
    """`masks` of `grid` × `grid` cells, each of which is seen with `probability`; maps of so many `classes`, those with
    the highest scores."""

    masks: int = 2000
    grid: int = 8
    probability: float = 0.5
    seed: int = 0
    classes: int = 5


def read(given: Mapping[str, Any]) -> Wanted:
    """Raises EngineError `reading_invalid`."""
    known = {name: given[name] for name in vars(Wanted()) if given.get(name) is not None}
    wanted = Wanted(**known)
    if not (wanted.masks >= 1 and 2 <= wanted.grid <= 64 and 0 < wanted.probability < 1 and wanted.classes >= 1):
        raise EngineError(
            "reading_invalid",
            "importance: masks and classes must be at least 1, grid 2 to 64, probability between 0 and 1.",
            "Correct what is asked of the importance map.",
        )
    return wanted


def mask(wanted: Wanted, number: int, width: int, height: int) -> NDArray[np.float32]:
    """The mask `number` [height, width], 0 to 1: a random grid, enlarged bilinearly to one cell more than the picture
    on each side and cut out at a random place of the first cell."""
    import cv2
    import numpy as np

    generator = np.random.default_rng([wanted.seed, number])
    cells = (generator.random((wanted.grid, wanted.grid)) < wanted.probability).astype(np.float32)
    cell_width, cell_height = -(-width // wanted.grid), -(-height // wanted.grid)
    size = ((wanted.grid + 1) * cell_width, (wanted.grid + 1) * cell_height)
    large = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR)
    left, top = int(generator.integers(0, cell_width)), int(generator.integers(0, cell_height))
    return np.asarray(large[top : top + height, left : left + width], dtype=np.float32)


def masked(seen: NDArray[np.uint8], shown: NDArray[np.float32], base: NDArray[np.float32]) -> NDArray[np.uint8]:
    """[H, W, C]: as seen where `shown` is 1, `base` (a value for each channel) where it is 0.

    The base is the mean that normalisation takes away, so that what is hidden is 0 for the model, as in the paper.
    """
    import numpy as np

    values = (seen.astype(np.float32) - base) * shown[:, :, None] + base
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)


def maps(
    speaker: Speaker,
    image: NDArray[np.uint8],
    record: Mapping[str, Any],
    answer: Answer,
    names: Names,
    wanted: Wanted,
    files: Path,
    emit: Emitter,
) -> list[dict[str, Any]]:
    """Importance maps of the classes with the highest scores of `answer`: label, name, score and `heat`, the name of a
    PNG below `files` as large as the picture, 0 to 255 from the least to the most important place."""
    import numpy as np

    assert answer.scores is not None
    scores = answer.scores
    chosen = np.argsort(-scores, kind="stable")[: wanted.classes]
    heat, geometry = heat_of(speaker, image, record, chosen.tolist(), wanted, emit)
    found = []
    for place, index in enumerate(chosen.tolist()):
        label = NO_LABEL if answer.labels is None else int(answer.labels[index])
        picture = as_bytes(on_picture(heat[place], geometry))
        found.append(
            {
                "label": index if label == NO_LABEL else label,
                "name": names.of(label, index),
                "score": float(scores[index]),
                "heat": drawing.write_png(picture, files, f"heat-{place}.png"),
            }
        )
    return found


def heat_of(
    speaker: Speaker,
    image: NDArray[np.uint8],
    record: Mapping[str, Any],
    classes: Sequence[int],
    wanted: Wanted,
    emit: Emitter,
) -> tuple[NDArray[np.float64], Geometry]:
    """[classes, H, W] over the input: Σ score · mask / (N · p), and how the picture lies in the input."""
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    seen, geometry = speaker.intake.seen(image, record)
    height, width, channels = seen.shape
    mean = speaker.served.preprocessing.mean
    base = np.zeros(channels, np.float32) if mean is None else images.for_channels(mean, channels)
    base = np.clip(base, 0, 255)
    total = np.zeros((len(classes), height, width))
    main = speaker.served.main

    def prepare(number: int) -> tuple[NDArray[np.float32], Fed]:
        shown = mask(wanted, number, width, height)
        tensor = speaker.served.picture_tensor(main, masked(seen, shown, base))
        return shown, Fed({**speaker.served.fixed, main: tensor}, geometry)

    def start(prepared: tuple[NDArray[np.float32], Fed]) -> tuple[NDArray[np.float32], Fed, Begun]:
        shown, fed = prepared
        return shown, fed, speaker.pool.start(fed.feeds)

    def finish(running: tuple[NDArray[np.float32], Fed, Begun]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shown, fed, begun = running
        scores = speaker.answered(begun, fed).scores
        assert scores is not None
        return shown, scores[list(classes)]

    def take(position: int, number: int, found: tuple[NDArray[np.float32], NDArray[np.float32]] | None) -> None:
        assert found is not None
        shown, scores = found
        for place, score in enumerate(scores.tolist()):
            total[place] += score * shown
        emit.progress(position + 1, wanted.masks, "masks")

    threads = flow.cores()
    ahead = speaker.ahead
    under_way = threads * (ahead + 1) + 2
    way = flow.Flow(prepare, start, finish, take, threads=threads, ahead=ahead, under_way=under_way)
    way.run(range(wanted.masks))
    return total / (wanted.masks * wanted.probability), geometry


def on_picture(heat: NDArray[np.float64], geometry: Geometry) -> NDArray[np.float32]:
    """[H, W] of the input → [height, width] of the picture; the least where the model saw nothing of it."""
    import cv2
    import numpy as np

    start_x = geometry.offset_x + geometry.scale_x / 2 - 0.5
    start_y = geometry.offset_y + geometry.scale_y / 2 - 0.5
    matrix = np.array([[geometry.scale_x, 0, start_x], [0, geometry.scale_y, start_y]])
    moved = cv2.warpAffine(
        heat.astype(np.float32),
        matrix,
        (geometry.width, geometry.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    found = np.array(moved, dtype=np.float32)
    x = np.arange(geometry.width) * geometry.scale_x + start_x
    y = np.arange(geometry.height) * geometry.scale_y + start_y
    least = float(heat.min())
    found[:, (x < -1) | (x > geometry.input_width)] = least
    found[(y < -1) | (y > geometry.input_height)] = least
    return found


def as_bytes(heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """0 at the least value, 255 at the highest; all 0 where they are equal."""
    import numpy as np

    low, high = float(heat.min()), float(heat.max())
    if not high > low:
        return np.zeros(heat.shape, np.uint8)
    return np.asarray(np.rint((heat - low) / (high - low) * 255), dtype=np.uint8)
