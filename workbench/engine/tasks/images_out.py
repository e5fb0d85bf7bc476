"""Models whose answer is a picture: super-resolution, style transfer, inpainting."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine import images
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection_outputs, metric, restored
from workbench.engine.tasks.task import (
    Answer,
    ClassMap,
    Column,
    Decode,
    Facts,
    Geometry,
    Outputs,
    Ports,
    Reading,
    Summary,
    Truth,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAMILIES = ("super_resolution", "style_transfer", "inpainting")
_WHAT = "a picture"
_WRONG_BELOW_DB = 20.0


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """[1, 3, H, W], [1, H, W, 3], with one channel instead of 3, or [1, H, W] → `picture`, without the padding that a
    letterbox brought, and `geometry`.

    Where the model works on luminance alone the picture is grey: it is judged so, and `restored.colored` makes what
    people look at of it. With `paste` of inpainting, call `pasted` with the answer before it is judged or shown.
    Raises EngineError `output_not_found`, `decoding_mismatch`.
    """
    decoding = reading["decoding"]
    port = detection_outputs.find(
        ports, _WHAT, "the picture", "[N, 3, H, W], [N, H, W, 3], or with one channel", _is_picture, decoding["output"]
    )
    to_bytes = _RANGES[decoding["range"]]
    color = decoding["color"] or reading["preprocessing"]["color"] or "RGB"

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        values = np.asarray(outputs[port.name])
        if not _is_picture(values.shape):
            raise detection_outputs.shape_mismatch(_WHAT, "it must have 1 or 3 channels", values.shape)
        picture = to_bytes(_channels_last(values))
        if picture.shape[2] == 1:
            picture = np.repeat(picture, 3, axis=2)
        elif color == "BGR":
            picture = picture[:, :, ::-1]
        rows, columns = content(geometry, picture.shape[1], picture.shape[0])
        return Answer(picture=np.ascontiguousarray(picture[rows, columns]), geometry=geometry)

    return decode


def _is_picture(shape: Sequence[int]) -> bool:
    if len(shape) == 3:
        return shape[0] in (-1, 1)
    return len(shape) == 4 and any(shape[axis] in (-1, 1, 3) for axis in (1, 3))


def _channels_last(values: NDArray[Any]) -> NDArray[Any]:
    """→ [H, W, C]."""
    one: NDArray[Any] = values[0]
    if one.ndim == 2:
        return one[:, :, None]
    return np.moveaxis(one, 0, 2) if one.shape[0] in (1, 3) else one


def _bytes(values: NDArray[Any], factor: float, shift: float) -> NDArray[np.uint8]:
    if values.dtype == np.uint8 and factor == 1:
        return np.asarray(values, dtype=np.uint8)
    scaled = values.astype(np.float32) * np.float32(factor) + np.float32(shift)
    return np.asarray(np.clip(np.rint(np.nan_to_num(scaled)), 0, 255), dtype=np.uint8)


_RANGES: Mapping[str, Callable[[NDArray[Any]], NDArray[np.uint8]]] = {
    "0..255": lambda values: _bytes(values, 1, 0),
    "0..1": lambda values: _bytes(values, 255, 0),
    "-1..1": lambda values: _bytes(values, 127.5, 127.5),
}


def content(geometry: Geometry, width: int, height: int) -> tuple[slice, slice]:
    """The rows and columns of an output of `width` × `height` that show the picture, not a letterbox's padding."""

    def part(size: int, scale: float, offset: float, input_size: int, output_size: int) -> slice:
        factor = output_size / input_size
        start = round(max(0.0, offset) * factor)
        stop = round(min(float(input_size), size * scale + offset) * factor)
        return slice(min(start, output_size - 1), max(stop, start + 1))

    return (
        part(geometry.height, geometry.scale_y, geometry.offset_y, geometry.input_height, height),
        part(geometry.width, geometry.scale_x, geometry.offset_x, geometry.input_width, width),
    )


def pasted(answer: Answer, shown: NDArray[np.uint8], hole: NDArray[np.bool_]) -> Answer:
    """The answer of an inpainting model inside of the hole, `shown` outside.

    `shown`: [input height, input width, 3] uint8, RGB: the resized picture before the hole was cut; `hole` is as large.
    """
    import cv2

    picture, geometry = answer.picture, answer.geometry
    assert picture is not None
    assert geometry is not None
    rows, columns = content(geometry, shown.shape[1], shown.shape[0])
    around, inside = shown[rows, columns], hole[rows, columns]
    if around.shape != picture.shape:
        size = (picture.shape[1], picture.shape[0])
        around = np.asarray(cv2.resize(around, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        inside = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return replace(answer, picture=np.where(inside[:, :, None], picture, around))


PSNR_COLUMN = Column("psnr", "PSNR", "number", unit="dB", description="higher is better; 100 for equal pictures")
SSIM_COLUMN = Column("ssim", "SSIM", "number", description="structural similarity, 1 for equal pictures")


class PictureJudge:
    """PSNR and SSIM, the mean over pictures. Keeps three numbers for each sample."""

    def __init__(self, family: str, border: int, luminance: bool, interpolation: str) -> None:
        self._family = family
        self._border = border
        self._luminance = luminance
        self._interpolation = interpolation
        told = "the reference is the picture itself" if family == "style_transfer" else "PSNR below 20 dB"
        self.columns = [
            PSNR_COLUMN,
            SSIM_COLUMN,
            Column("error", "Wrong", "boolean", description=f"never: {told}" if family == "style_transfer" else told),
            Column("loss", "Loss", "number", description="1 − SSIM"),
        ]
        self._numbers, self._psnr, self._ssim = array("q"), array("d"), array("d")
        self._without = self._resized = self._small = 0

    def add(self, truth: Truth, answer: Answer) -> dict[str, Any]:
        """Raises EngineError `decoding_mismatch` where the annotated picture is no part of what the model saw."""
        assert answer.picture is not None
        row: dict[str, Any] = {"sample": truth.number, "name": truth.name}
        if truth.picture is None:
            self._without += 1
            return row | {"psnr": None, "ssim": None, "error": False, "loss": 0.0}
        both: Sequence[NDArray[Any]] = (truth.picture, answer.picture)
        # What a parent model made of the same input needs no fitting.
        if truth.picture.shape != answer.picture.shape or truth.picture.shape[:2] == (truth.height, truth.width):
            both = self._side_by_side(truth.picture, answer.picture, answer.geometry)
        if self._luminance:
            both = [restored.video_luma(picture) for picture in both]
        reference, picture = (restored.without_border(picture, self._border) for picture in both)
        ratio, likeness = restored.psnr(reference, picture), restored.ssim(reference, picture)
        self._numbers.append(truth.number)
        self._psnr.append(ratio)
        self._ssim.append(np.nan if likeness is None else likeness)
        self._small += likeness is None
        wrong = ratio < _WRONG_BELOW_DB and self._family != "style_transfer"
        loss = 10 ** (-ratio / 10) if likeness is None else max(0.0, 1 - likeness)
        return row | {"psnr": ratio, "ssim": likeness, "error": wrong, "loss": loss}

    def _side_by_side(
        self, reference: NDArray[np.uint8], picture: NDArray[np.uint8], geometry: Geometry | None
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Both in one size, of the same part of the picture: for super-resolution the size of the annotated picture,
        else that of the model's, whose input has lost the picture's details before the model saw it."""
        import cv2

        size = (picture.shape[1], picture.shape[0])
        if self._family == "super_resolution":
            if geometry is not None:
                reference = _seen_part(reference, geometry)
            if reference.shape != picture.shape:
                self._resized += 1
                picture = restored.enlarged(picture, reference.shape[1], reference.shape[0])
            return reference, picture
        if geometry is None:
            whole, offset_x, offset_y = size, 0, 0
        else:
            # The picture is scaled as for the input, then cut as the input was.
            factor_x = size[0] / _side(geometry.width, geometry.scale_x, geometry.offset_x, geometry.input_width)
            factor_y = size[1] / _side(geometry.height, geometry.scale_y, geometry.offset_y, geometry.input_height)
            whole = (
                max(size[0], round(geometry.width * geometry.scale_x * factor_x)),
                max(size[1], round(geometry.height * geometry.scale_y * factor_y)),
            )
            offset_x = min(round(max(0.0, -geometry.offset_x) * factor_x), whole[0] - size[0])
            offset_y = min(round(max(0.0, -geometry.offset_y) * factor_y), whole[1] - size[1])
        if (reference.shape[1], reference.shape[0]) != whole:
            reference = np.asarray(
                cv2.resize(reference, whole, interpolation=images.interpolation_flag(self._interpolation)),
                dtype=np.uint8,
            )
        return reference[offset_y : offset_y + size[1], offset_x : offset_x + size[0]], picture

    def matches(self) -> None:
        return None

    def finish(self) -> Summary:
        order = np.argsort(np.array(self._numbers), kind="stable")
        ratios, likenesses = np.array(self._psnr)[order], np.array(self._ssim)[order]
        likenesses = likenesses[np.isfinite(likenesses)]
        of = "Y of YCbCr (BT.601)" if self._luminance else "all channels"
        border = f", without {self._border} pixels at each edge" if self._border else ""
        metrics: dict[str, dict[str, Any]] = {}
        if len(ratios):
            told = f"mean over pictures, of {of}{border}; equal pictures count as 100 dB"
            metrics["psnr"] = metric.mean(ratios, "PSNR", told, unit="dB")
        if len(likenesses):
            told = f"mean over pictures, of {of}{border}; Gaussian window of 11 × 11, σ 1.5 (Wang et al. 2004)"
            metrics["ssim"] = metric.mean(likenesses, "SSIM", told)
        notes = []
        if self._without:
            notes.append(f"Pictures without one to compare with, not counted: {self._without}.")
        if self._resized:
            notes.append(
                "The model’s pictures are not as large as the annotated ones; they were resized (bicubic) before they "
                f"were compared: {self._resized}."
            )
        if self._small:
            notes.append(f"Pictures too small for SSIM, below 11 pixels: {self._small}.")
        primary = "psnr" if metrics else None
        return Summary(metrics, primary, {"classes": [], "confusion": None, "curves": []}, notes=notes)


def _side(size: int, scale: float, offset: float, input_size: int) -> float:
    """Pixels of the input, along one side, that show the picture."""
    return max(1.0, min(float(input_size), size * scale + offset) - max(0.0, offset))


def _seen_part(reference: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """The part of a picture in another size that the input showed, where a crop cut the rest."""

    def part(size: int, scale: float, offset: float, input_size: int, own: int) -> slice:
        start, stop = max(0.0, -offset / scale) / size, min(float(size), (input_size - offset) / scale) / size
        # A rounded scale is no crop.
        if start * size < 1 and (1 - stop) * size < 1:
            return slice(0, own)
        return slice(round(start * own), round(stop * own))

    rows = part(geometry.height, geometry.scale_y, geometry.offset_y, geometry.input_height, reference.shape[0])
    columns = part(geometry.width, geometry.scale_x, geometry.offset_x, geometry.input_width, reference.shape[1])
    found = reference[rows, columns]
    if found.size == 0:
        raise EngineError(
            "decoding_mismatch",
            "The model saw nothing of the picture.",
            "Choose another way to resize in the reading of the model.",
        )
    return found


def judge(reading: Reading, facts: Facts) -> PictureJudge:
    """By default super-resolution leaves as many pixels out at each edge as it enlarges, the others none."""
    decoding, metrics = reading["decoding"], reading["metrics"]
    border = metrics["border"]
    if border is None:
        border = decoding["scale"] if decoding["family"] == "super_resolution" else 0
    luminance = bool(metrics["luminance"] or decoding.get("luminance_only"))
    return PictureJudge(decoding["family"], border, luminance, reading["preprocessing"]["interpolation"])
