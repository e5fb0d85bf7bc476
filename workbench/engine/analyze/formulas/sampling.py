"""Resizing and sampling between grid points. One linear interpolation, a + t (b - a), is 3 operations."""

from __future__ import annotations

from workbench.engine.analyze.formulas.layer import Formula, Layer, OpenShape, Partial, product

LERP = 3
CUBIC = 7  # a dot product of four: 4 multiplications, 3 additions


def multilinear(axes: int) -> int:
    """Operations for one value between 2 ** axes neighbours: 3 on a line, 9 on a plane, 21 in space."""
    return LERP * ((1 << axes) - 1)


def multicubic(axes: int) -> int:
    """Operations for one value between 4 ** axes neighbours: 7 on a line, 35 on a plane."""
    return CUBIC * ((1 << 2 * axes) - 1) // 3


def _interpolate(layer: Layer) -> int:
    """By mode, over the axes whose size changes. `nearest` moves data. Smoothing modes weigh every source element
    under the widened kernel, one axis after the other."""
    mode = str(layer.attribute("mode", "nearest")).lower()
    if mode == "nearest":
        return 0
    source, out = layer.shape(0), layer.output()
    changed = [axis for axis in range(len(out)) if source[axis] != out[axis]]
    if "pillow" in mode or (mode == "linear" and layer.attribute("antialias")):
        reach = 2 if "cubic" in mode else 1
        total, shape = 0, list(source)
        for axis in reversed(changed):
            shape[axis] = out[axis]
            scale = max(1.0, source[axis] / max(1, out[axis]))
            taps = int(-(-2 * reach * scale // 1))
            total += 2 * taps * product(shape)
        return total
    each = multicubic(len(changed)) if "cubic" in mode else multilinear(len(changed))
    return each * layer.out()


def _grid_sample(layer: Layer) -> int:
    """Coordinates are scaled once for each location (2 for each axis); then every channel is interpolated."""
    mode = str(layer.attribute("mode", "bilinear")).lower()
    each = {"bilinear": multilinear(2), "bicubic": multicubic(2)}.get(mode, 0)
    return 2 * layer.size(1) + each * layer.out()


def _roi_align(layer: Layer) -> int | Partial:
    """sampling_ratio ** 2 bilinear samples in each bin, combined by sum or maximum."""
    ratio = int(layer.attribute("sampling_ratio", 0))
    if ratio <= 0:
        return Partial(10 * layer.out(), "its sampling depends on the regions; counted: one sample a bin")
    return ratio * ratio * (multilinear(2) + 1) * layer.out()


def _detectron_roi(layer: Layer) -> int | Partial:
    """As ROIAlign, each region on the one level of the pyramid that fits it."""
    return _roi_align(layer)


def _roi_pooling(layer: Layer) -> int | Partial:
    """Bilinear: one sample a bin. Maximum: the bins of a region cover it, and its size is data."""
    if str(layer.attribute("method", "max")).lower() == "bilinear":
        return multilinear(2) * layer.out()
    return Partial(layer.out(), "its windows depend on the regions; counted: one element a bin")


def _psroi_pooling(layer: Layer) -> int | Partial:
    """Bilinear: spatial_bins_x * spatial_bins_y samples a bin, summed. Average: the windows are data."""
    if str(layer.attribute("mode", "average")).lower() == "bilinear":
        bins = int(layer.attribute("spatial_bins_x", 1)) * int(layer.attribute("spatial_bins_y", 1))
        return bins * (multilinear(2) + 1) * layer.out()
    return Partial(layer.out(), "its windows depend on the regions; counted: one element a bin")


def _deformable_psroi(layer: Layer) -> int:
    """spatial_bins_x * spatial_bins_y bilinear samples a bin, summed."""
    bins = int(layer.attribute("spatial_bins_x", 1)) * int(layer.attribute("spatial_bins_y", 1))
    return bins * (multilinear(2) + 1) * layer.out()


def _color(layer: Layer) -> int:
    """YUV 4:2:0 to RGB, for each pixel: three offsets, five multiplications, four additions, and three clamps of 2."""
    out = layer.output()
    if len(out) != 4:
        raise OpenShape
    return (3 + 5 + 4 + 6) * out[0] * out[1] * out[2]


def _to_nv12(layer: Layer) -> int:
    """RGB to YUV 4:2:0: three multiply-adds for Y of each pixel, and for U and V of each four pixels."""
    n, height, width = layer.shape(0)[:3]
    return n * (6 * height * width + 12 * (height // 2) * (width // 2))


FORMULAS: dict[str, Formula] = {
    "Interpolate": _interpolate,
    "GridSample": _grid_sample,
    "ROIAlign": _roi_align,
    "ROIAlignRotated": _roi_align,
    "ExperimentalDetectronROIFeatureExtractor": _detectron_roi,
    "ROIPooling": _roi_pooling,
    "PSROIPooling": _psroi_pooling,
    "DeformablePSROIPooling": _deformable_psroi,
    "NV12toRGB": _color,
    "NV12toBGR": _color,
    "I420toRGB": _color,
    "I420toBGR": _color,
    "RGBtoNV12": _to_nv12,
    "BGRtoNV12": _to_nv12,
}
