"""From a picture to what a model is fed with, for every task."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.engine import folding, images
from workbench.engine.feeding import Entrance, Feeds
from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import Answer, Geometry, Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.engine.samples import Dataset

# Where eyes, nose and corners of the mouth lie of a face that was turned upright: the points that SphereFace, ArcFace
# and Open Model Zoo align to, given for 96 × 112 pixels.
_FIVE_POINTS = (
    (30.2946, 51.6963), (65.5318, 51.5014), (48.0252, 71.7366), (33.5493, 92.3655), (62.7299, 92.2041),
)  # fmt: skip
_FIVE_POINTS_OF = (96.0, 112.0)


@dataclass
class Fed:
    """The inputs of one sample, and what is needed to make sense of its outputs.

    `shown`: the resized picture before the hole was cut, RGB, and `hole`, of inpainting. `small`: the resized picture,
    RGB, whose colours a model does not see that works on luminance.
    """

    feeds: Feeds
    geometry: Geometry
    shown: NDArray[np.uint8] | None = None
    hole: NDArray[np.bool_] | None = None
    small: NDArray[np.uint8] | None = None


class Intake:
    """Makes the inputs of `served` as `reading` says; may be called from many threads. `notes` counts what was
    amiss."""

    def __init__(self, served: Entrance, reading: Reading, dataset: Dataset | None = None) -> None:
        self._served = served
        self._decoding = reading["decoding"]
        self._family = str(self._decoding["family"])
        self._dataset = dataset
        self._place = served.places[served.main]
        self._channels = self._place.size("C")
        self._mask_input = self._find_mask_input() if self._family == "inpainting" else None
        # Grey is made before the picture is resized, as for a benchmark; the order of colours is changed after it,
        # where that costs less and comes to the same. What works on luminance needs the small picture's colours, too.
        grey = self._channels == 1 or served.preprocessing.color == "GRAY"
        self._grey_first = grey and self._family not in ("super_resolution", "inpainting")
        self._lock = threading.Lock()
        self.notes: Counter[str] = Counter()

    def __call__(
        self, image: NDArray[np.uint8], record: Mapping[str, Any], hole: NDArray[np.bool_] | None = None
    ) -> Fed:
        """`image`: BGR [H, W, 3]. `hole`: where the user cut the picture, [H, W]; else the reading says.

        Raises EngineError `reading_invalid`, `dataset_unreadable`.
        """
        resized, geometry = self._seen(image, record)
        fed = Fed(dict(self._served.fixed), geometry)
        if self._family == "inpainting":
            self._cut(fed, resized, int(record["id"]), geometry, hole)
            return fed
        final = resized if self._grey_first else self._coloured(resized)
        fed.feeds[self._served.main] = self._served.picture_tensor(self._served.main, final)
        if self._family == "super_resolution":
            if self._decoding["luminance_only"]:
                fed.small = _rgb(resized)
            for index in list(self._served.places)[1:]:
                fed.feeds[index] = self._served.picture_tensor(index, self._enlarged(index, resized, record))
        return fed

    def seen(self, image: NDArray[np.uint8], record: Mapping[str, Any]) -> tuple[NDArray[np.uint8], Geometry]:
        """What the model sees of a picture: uint8 in its size and order of colours, before normalisation."""
        resized, geometry = self._seen(image, record)
        return (resized if self._grey_first else self._coloured(resized)), geometry

    # What part of the picture, and how large

    def _seen(self, image: NDArray[np.uint8], record: Mapping[str, Any]) -> tuple[NDArray[np.uint8], Geometry]:
        height, width = image.shape[:2]
        part, left, top = self._part(self._upright(image, record), record)
        if self._grey_first:
            part = self._coloured(part)
        resized, geometry = self._resized(part)
        moved_x, moved_y = left * geometry.scale_x, top * geometry.scale_y
        return resized, replace(
            geometry,
            width=width,
            height=height,
            offset_x=geometry.offset_x - moved_x,
            offset_y=geometry.offset_y - moved_y,
        )

    def _part(self, image: NDArray[np.uint8], record: Mapping[str, Any]) -> tuple[NDArray[np.uint8], int, int]:
        """The part of the picture that the model sees, and where its corner lies."""
        height, width = image.shape[:2]
        if self._family == "points" and self._decoding["crop"] == "box":
            boxes = record.get("boxes") or ()
            if not boxes:
                self._note("Faces without a box, for which the model saw the whole picture")
                return image, 0, 0
            x, y, wide, high = boxes[0]["bbox"]
            edges = (x, y, x + wide, y + high)
        elif self._family == "embedding" and self._decoding["crop"] is not None and not self._aligns(record):
            edges = tuple(self._decoding["crop"])
        else:
            return image, 0, 0
        left, right = (min(max(round(edge), 0), width) for edge in (edges[0], edges[2]))
        top, bottom = (min(max(round(edge), 0), height) for edge in (edges[1], edges[3]))
        if right <= left or bottom <= top:
            self._note("Pictures outside of which the part lies that the model should see; it saw all of them")
            return image, 0, 0
        return image[top:bottom, left:right], left, top

    def _resized(self, part: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Geometry]:
        width, height = self._place.size("W"), self._place.size("H")
        own_height, own_width = part.shape[:2]
        if width < 0 or height < 0:
            # An open size takes the picture as it is.
            width = own_width if width < 0 else width
            height = own_height if height < 0 else height
        return images.resize(part, width, height, self._served.preprocessing)

    def _coloured(self, resized: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return images.colored(resized, self._channels, self._served.preprocessing.color)

    # Faces

    def _aligns(self, record: Mapping[str, Any]) -> bool:
        return bool(self._decoding["align"]) and len(record.get("landmarks") or ()) == len(_FIVE_POINTS)

    def _upright(self, image: NDArray[np.uint8], record: Mapping[str, Any]) -> NDArray[np.uint8]:
        """The face turned onto five points, as large as the input; the picture itself without five landmarks."""
        import cv2
        import numpy as np

        if self._family != "embedding" or not self._decoding["align"]:
            return image
        width, height = self._place.size("W"), self._place.size("H")
        if not self._aligns(record) or width < 0 or height < 0:
            self._note("Faces without five landmarks, which were not turned upright")
            return image
        wanted = np.array(_FIVE_POINTS) / _FIVE_POINTS_OF * [width, height]
        matrix = similarity(np.asarray(record["landmarks"], dtype=np.float64), wanted)
        return np.asarray(cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR), dtype=np.uint8)

    # Super-resolution

    def _enlarged(self, index: int, resized: NDArray[np.uint8], record: Mapping[str, Any]) -> NDArray[np.uint8]:
        """The second input: the picture enlarged, the dataset's own where it has one."""
        from workbench.engine.tasks import restored

        place = self._served.places[index]
        width, height = place.size("W"), place.size("H")
        scale = int(self._decoding["scale"])
        width = resized.shape[1] * scale if width < 0 else width
        height = resized.shape[0] * scale if height < 0 else height
        source = resized
        if self._dataset is not None and record.get("upsampled"):
            found = images.decode(self._dataset.path(str(record["upsampled"])))
            source = resized if found is None else found
        if source.shape[:2] != (height, width):
            source = restored.enlarged(source, width, height)
        return images.colored(source, place.size("C"), self._served.preprocessing.color)

    # Inpainting

    def _find_mask_input(self) -> int | None:
        """The input for the mask: the one named, else one with one channel; None where the picture has a fourth."""
        name = self._decoding["mask_input"]
        model = self._served.model
        for index, port in enumerate(model.inputs):
            if index == self._served.main:
                continue
            if folding.is_called(port, name) if name is not None else True:
                return index
        if name is not None:
            there = ", ".join(port.name for port in self._served.ports.inputs)
            raise EngineError("unknown_input", f"The model has no input '{name[:100]}'.", f"Its inputs are: {there}.")
        if self._channels != 4:
            raise EngineError(
                "reading_invalid",
                "decoding.mask_input: the model has no input for the mask.",
                "Name the input that takes the mask, or use a model with one.",
            )
        return None

    def _cut(
        self,
        fed: Fed,
        resized: NDArray[np.uint8],
        number: int,
        geometry: Geometry,
        given: NDArray[np.bool_] | None,
    ) -> None:
        """Cut the hole: pixels in it get the value `fill`, as those of a picture (0 to 255)."""
        import numpy as np

        from workbench.engine.tasks import holes

        hole = self._decoding["hole"]
        height, width = resized.shape[:2]
        mask = holes.hole_mask(hole, width, height, number) if given is None else _into_input(given, geometry)
        fed.shown, fed.hole = _rgb(resized), mask
        values = holes.mask_values(hole, mask)
        cut = resized.copy()
        cut[mask] = int(min(255.0, max(0.0, float(self._decoding["fill"]))))
        main = self._served.main
        if self._mask_input is not None:
            fed.feeds[main] = self._served.picture_tensor(main, self._coloured(cut))
            fed.feeds[self._mask_input] = self._served.tensor(self._mask_input, values)
            return
        colour = images.normalise(images.colored(cut, 3, self._served.preprocessing.color), self._served.preprocessing)
        fed.feeds[main] = self._served.values_tensor(main, np.concatenate([colour, values[:, :, None]], axis=2))

    def _note(self, what: str) -> None:
        with self._lock:
            self.notes[what] += 1

    def sentences(self) -> list[str]:
        return [f"{what}: {count}." for what, count in sorted(self.notes.items())]


def finished(answer: Answer, fed: Fed, reading: Reading) -> Answer:
    """The answer with what the decoder could not know: the picture around the hole."""
    if fed.hole is not None and fed.shown is not None and reading["decoding"]["paste"]:
        from workbench.engine.tasks import images_out

        return images_out.pasted(answer, fed.shown, fed.hole)
    return answer


def picture_to_show(answer: Answer, fed: Fed) -> NDArray[np.uint8] | None:
    """The picture of an answer for people, with the colours that a model on luminance did not see."""
    if answer.picture is None or fed.small is None:
        return answer.picture
    from workbench.engine.tasks import images_out, restored

    small = fed.small
    rows, columns = images_out.content(fed.geometry, small.shape[1], small.shape[0])
    return restored.colored(answer.picture, small[rows, columns])


def similarity(points: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """[2, 3]: turn, scale and move that bring `points` [n, 2] closest to `wanted` in the sense of least squares
    (Umeyama 1991, eq. 40 to 43)."""
    import numpy as np

    middle, other = points.mean(axis=0), wanted.mean(axis=0)
    own, goal = points - middle, wanted - other
    left, values, right = np.linalg.svd(goal.T @ own / len(points))
    signs = np.ones(2)
    if np.linalg.det(left) * np.linalg.det(right) < 0:
        signs[-1] = -1
    rotation = left @ np.diag(signs) @ right
    scale = float((values * signs).sum() / max(own.var(axis=0).sum(), 1e-12))
    matrix = scale * rotation
    return np.asarray(np.concatenate([matrix, (other - matrix @ middle)[:, None]], axis=1))


def _into_input(mask: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.bool_]:
    """A mask of the picture as it lies in the input."""
    import cv2
    import numpy as np

    matrix = np.array(
        [
            [geometry.scale_x, 0, geometry.offset_x + geometry.scale_x / 2 - 0.5],
            [0, geometry.scale_y, geometry.offset_y + geometry.scale_y / 2 - 0.5],
        ]
    )
    size = (geometry.input_width, geometry.input_height)
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0)


def _rgb(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    return np.ascontiguousarray(image[:, :, ::-1])
