"""The caps on what a hostile model may ask for. Real models stay far below each of them."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.engine.protocol import EngineError

MAX_DIMENSION = 2**31 - 1
MAX_ELEMENTS = 2**34  # one tensor: 64 GiB as f32
MAX_FILLED_ELEMENTS = 2**28  # a constant that is one repeated value: 1 GiB as f32, allocated without a byte in the file
MAX_RANK = 64
MAX_LAYERS = 500_000
MAX_XML_BYTES = 1 << 28
MAX_XML_DEPTH = 64
MAX_TEXT_BYTES = 1 << 28
MAX_NESTING = 32  # graphs within graphs
MAX_FIELDS = 50_000_000  # protobuf fields read in one file
MAX_FILES = 10_000

REBUILD = "Export the model again from the framework that trained it, then import the new file."


def corrupt(name: str, why: str) -> EngineError:
    """`model_corrupt`: the file is of the right kind and cannot be read to its end."""
    return EngineError(
        "model_corrupt",
        f"{name} cannot be read: {why}.",
        "Check that the file was copied or uploaded whole, or export the model again.",
        {"file": name},
    )


def too_large(name: str, why: str) -> EngineError:
    """`model_too_large`: a size in the file is beyond what any machine could run."""
    return EngineError(
        "model_too_large", f"{name} asks for more than a machine can give: {why}.", REBUILD, {"file": name}
    )


def check_shape(name: str, dims: Iterable[int], what: str) -> int:
    """Number of elements of a shape (negative dimensions mean unknown and count as 1); refuses what is beyond the
    caps."""
    count = 1
    for rank, dim in enumerate(dims, start=1):
        if rank > MAX_RANK:
            raise too_large(name, f"{what} has more than {MAX_RANK} dimensions")
        if dim > MAX_DIMENSION:
            raise too_large(name, f"{what} has a dimension of {dim}")
        count *= dim if dim >= 0 else 1
        if count > MAX_ELEMENTS:
            raise too_large(name, f"{what} has more than {MAX_ELEMENTS} elements")
    return count
