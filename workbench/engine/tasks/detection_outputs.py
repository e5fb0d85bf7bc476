"""Which output of a model is which: by the name in the reading, else by its shape, else by what it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import Outputs, Port, Ports

Shape = tuple[int, ...]


def may_be(size: int, *wanted: int) -> bool:
    """Whether an axis can have one of these sizes; an open one (-1) can."""
    return size < 0 or size in wanted


def last_axis(*sizes: int, ranks: Sequence[int] = (2, 3)) -> Callable[[Shape], bool]:
    """A test of shapes: so many axes, of which the last has one of these sizes."""
    return lambda shape: len(shape) in ranks and may_be(shape[-1], *sizes)


def named(ports: Ports, name: str) -> Port:
    """The output that has this name among its names. Raises EngineError `output_not_found`."""
    for port in ports.outputs:
        if name == port.name or name in port.names:
            return port
    there = ", ".join(port.name[:100] for port in ports.outputs[:10])
    raise EngineError(
        "output_not_found",
        f"The model has no output '{name[:100]}'.",
        f"Name one of its outputs: {there}.",
        {"output": name[:500], "outputs": [port.name for port in ports.outputs]},
    )


def find(
    ports: Ports,
    family: str,
    what: str,
    expected: str,
    fits: Callable[[Shape], bool],
    name: str | None = None,
    *,
    hints: Sequence[str] = (),
    taken: Sequence[Port] = (),
    in_order: bool = False,
) -> Port:
    """The output for `what` ("the boxes"), of the shape that `expected` tells and `fits` tests.

    Where several fit, the one whose name has one of `hints` is taken; with `in_order` the first of the rest.
    Raises EngineError `output_not_found` and `decoding_mismatch`.
    """
    if name is not None:
        port = named(ports, name)
        if not fits(port.shape):
            raise mismatch(family, f"{what}, output '{name[:100]}', must be {expected}", ports)
        return port
    free = [port for port in ports.outputs if port not in taken and fits(port.shape)]
    if len(free) > 1:
        called = [port for port in free if _called(port, hints)]
        free = called if len(called) == 1 or (in_order and called) else free
    if len(free) == 1 or (free and in_order):
        return free[0]
    if free:
        several = ", ".join(f"'{port.name[:60]}'" for port in free[:5])
        raise mismatch(family, f"{what} may be any of {several}: name it", ports)
    raise mismatch(family, f"no output is {expected}, as {what} must be", ports)


def find_optional(ports: Ports, name: str | None) -> Port | None:
    return None if name is None else named(ports, name)


def _called(port: Port, hints: Sequence[str]) -> bool:
    names = " ".join((port.name, *port.names)).lower()
    return any(hint in names for hint in hints)


def values(outputs: Outputs, port: Port) -> NDArray[np.float32]:
    """The values of an output as float32. Raises EngineError `output_not_found`."""
    if port.name not in outputs:
        raise EngineError(
            "output_not_found", f"The model gave no output '{port.name[:100]}'.", "Name another of its outputs."
        )
    return np.asarray(outputs[port.name], dtype=np.float32)


def rows(array: NDArray[np.float32], family: str, what: str, columns: Sequence[int]) -> NDArray[np.float32]:
    """[1, n, c], [n, c] or [1, 1, n, c] → [n, c]. Raises EngineError `decoding_mismatch`."""
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 2 or array.shape[1] not in columns:
        wanted = " or ".join(str(count) for count in columns)
        raise shape_mismatch(family, f"{what} must be rows of {wanted}", array.shape)
    return array


def column(array: NDArray[np.float32], family: str, what: str, count: int) -> NDArray[np.float32]:
    """[1, n], [n], [n, 1] … → [n]. Raises EngineError `decoding_mismatch`."""
    flat = array.reshape(-1)
    if flat.size != count:
        raise shape_mismatch(family, f"{what} must be {count} numbers, one for each box", array.shape)
    return flat


def whole_numbers(array: NDArray[np.float32]) -> NDArray[np.int64]:
    """Numbers of classes from floats; -1 where the value is none."""
    good = np.isfinite(array) & (np.abs(array) < 1e6)
    return np.where(good, np.rint(np.where(good, array, 0)), -1).astype(np.int64)


def shape_mismatch(family: str, problem: str, shape: Sequence[int]) -> EngineError:
    found = _text(shape)
    return EngineError(
        "decoding_mismatch",
        f"The model's outputs cannot be read as {family}: {problem}, not {found}.",
        "Choose the family of decoding that belongs to the model, or name the right outputs.",
        {"family": family, "found": list(shape)},
    )


def mismatch(family: str, problem: str, ports: Ports) -> EngineError:
    there = ", ".join(f"'{port.name[:60]}' {_text(port.shape)}" for port in ports.outputs[:8])
    detail: dict[str, Any] = {"family": family, "outputs": [[port.name, list(port.shape)] for port in ports.outputs]}
    return EngineError(
        "decoding_mismatch",
        f"The model's outputs cannot be read as {family}: {problem}. It has {there or 'none'}.",
        "Choose the family of decoding that belongs to the model, or name the right outputs.",
        detail,
    )


def invalid(field: str, problem: str) -> EngineError:
    """`reading_invalid`: a field of the reading that does not go with the model."""
    return EngineError("reading_invalid", f"{field}: {problem}.", f"Correct '{field}' in the reading of the model.")


def _text(shape: Sequence[int]) -> str:
    return "[" + ", ".join("?" if size < 0 else str(size) for size in shape) + "]"
