"""Whether outputs of a package are those that the workbench got from the model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.packages.sandbox import Failed

if TYPE_CHECKING:
    from numpy.typing import NDArray

_F32 = 1e-4
# Kernels of lower precision round differently with another batch or number of streams: a few units of bfloat16, which
# has 8 bits, or of the steps of int8.
_LOWER = 0.02
# A value that falls on the other side of a step of int8, or a pixel that bicubic interpolation rounds otherwise.
_FEW = 1e-3


@dataclass(frozen=True)
class Tolerance:
    """`absolute`, and `relative` to the largest value of an output; a share `few` of the values may be further off."""

    absolute: float
    relative: float
    few: float
    told: str

    @classmethod
    def of(cls, precision: str, interpolation: str) -> "Tolerance":
        few = _FEW if interpolation == "cubic" else 0.0
        told = " of all but 0.1 %" if few else ""
        if precision == "f32":
            return cls(_F32, _F32 / 10, few, f"within 1e-4, or 1e-5 of an output's largest value{told}")
        return cls(_F32, _LOWER, _FEW, f"within {_LOWER:.0%} of an output's largest value, all but 0.1 %")


def compare(expected: Path, outputs: Path, samples: int, count: int, tolerance: Tolerance) -> float:
    """The largest difference. Raises Failed where an output is missing, of another shape, or too far off."""
    largest = 0.0
    for sample in range(samples):
        for number in range(count):
            name = f"{sample:03}-{number}.npy"
            wanted, given = _read(expected / name), _read(outputs / name)
            if wanted.shape != given.shape:
                raise Failed(f"Output {number} of picture {sample} has the shape {given.shape}, not {wanted.shape}.")
            largest = max(largest, _difference(wanted, given, f"Output {number} of picture {sample}", tolerance))
    return largest


def _read(path: Path) -> "NDArray[Any]":
    import numpy as np

    try:
        # What a program wrote that ran a model of strangers.
        values: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise Failed(f"There is no output {path.name} that can be read.") from error
    return values.astype(np.float64)


def _difference(wanted: "NDArray[Any]", given: "NDArray[Any]", what: str, tolerance: Tolerance) -> float:
    import numpy as np

    if not wanted.size:
        return 0.0
    same = (wanted == given) | (np.isnan(wanted) & np.isnan(given))
    with np.errstate(invalid="ignore"):
        off = np.where(same, 0.0, np.abs(wanted - given))
    if not np.isfinite(off).all():
        raise Failed(f"{what} has values that are no numbers where the workbench got numbers, or the other way round.")
    finite = np.abs(wanted[np.isfinite(wanted)])
    allowed = max(tolerance.absolute, tolerance.relative * float(finite.max(initial=0.0)))
    share, largest = float((off > allowed).mean()), float(off.max())
    if share > tolerance.few:
        raise Failed(
            f"{what} differs from what the workbench got by up to {largest:.6g}, in {share:.2%} of its values by more "
            f"than the {allowed:.3g} allowed."
        )
    return largest
