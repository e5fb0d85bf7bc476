"""What the readers of TensorFlow's graphs and checkpoints share (types.proto, tensor_shape.proto)."""

from __future__ import annotations

from workbench.engine.formats.protobuf import VARINT, Budget, fields, messages, signed
from workbench.engine.protocol import EngineError

DTYPE_BYTES = {1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 8: 8, 9: 8, 10: 1, 14: 2, 17: 2, 18: 16, 19: 2, 22: 4, 23: 8}
"""DataType -> bytes of one element, for those of a fixed size."""


def missing(main: str, what: str) -> EngineError:
    """`model_file_missing`: the weights of a graph were not uploaded."""
    return EngineError(
        "model_file_missing",
        f"The weights of {main} are missing: {what}.",
        f"Upload {what} together with {main}.",
        {"file": main},
    )


def shape_dims(shape: memoryview, budget: Budget) -> list[int]:
    """Sizes of a TensorShapeProto; -1 where one is open."""
    sizes = []
    for dim in messages(shape, 2, budget):
        size = 0
        for number, wire, value in fields(dim, budget):
            if number == 1 and wire == VARINT:
                assert isinstance(value, int)
                size = signed(value)
        sizes.append(size)
    return sizes
