"""A quantised model with some of its operations put back to floating point, by NNCF's own parts.

NNCF (`nncf.quantization.algorithms.accuracy_control`) finds which quantisers must go together, and takes them out with
the operations between them; their weights become those of the original model again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openvino as ov

# What stored weights are turned into numbers with: Constant → Convert → Subtract → Multiply.
_WHOLE = ("i8", "u8", "i4", "u4")


@dataclass(frozen=True)
class Group:
    """Operations that share quantisers, in the order of the graph. `_raw` is NNCF's."""

    operations: tuple[str, ...]
    types: tuple[str, ...]
    quantizers: int
    raw: Any


class Reverter:
    """`quantized` and the `original` it was made from; both stay as they are."""

    def __init__(self, original: ov.Model, quantized: ov.Model) -> None:
        from nncf.common.factory import build_graph
        from nncf.common.utils.backend import BackendType
        from nncf.data.dataset import Dataset
        from nncf.quantization.algorithms.accuracy_control.algorithm import get_algo_backend
        from nncf.quantization.algorithms.accuracy_control.ranker import Ranker

        self.quantized = with_plain_weights(quantized)
        self._backend = get_algo_backend(BackendType.OPENVINO)
        self._graph = build_graph(self.quantized)
        self._remember(build_graph(original), original)
        # Of the ranker only what finds the groups is used: no data, nothing to evaluate with.
        ranker = Ranker(1, Dataset([]), self._backend, None)
        found = ranker.find_groups_of_quantizers_to_rank(self._graph)
        groups = [_group(one) for one in found if one.operations]
        # NNCF goes from the outputs to the inputs.
        self.groups = list(reversed(groups))

    def _remember(self, original_graph: Any, original: ov.Model) -> None:
        """Biases and weights of the original, where NNCF looks for them when it puts an operation back."""
        backend = self._backend
        known = {node.node_name: node for node in self._graph.get_all_nodes()}
        for node in original_graph.get_all_nodes():
            mine = known.get(node.node_name)
            if mine is None:
                continue
            if backend.is_node_with_bias(node, original_graph):
                mine.attributes["original_bias"] = backend.get_bias_value(node, original_graph, original)
            if backend.is_node_with_weight(node) and mine.layer_attributes is not None:
                for port in backend.get_weight_tensor_port_ids(mine):
                    mine.attributes[f"original_weight.{port}"] = backend.get_weight_value(node, original, port)

    def reverted(self, groups: Iterable[Group]) -> ov.Model:
        """The quantised model with the operations of these groups as they were."""
        from nncf.common.quantization.quantizer_removal import revert_operations_to_floating_point_precision
        from nncf.quantization.advanced_parameters import RestoreMode

        chosen = list(groups)
        if not chosen:
            return self.quantized
        backend = self._backend
        return revert_operations_to_floating_point_precision(
            [node for group in chosen for node in group.raw.operations],
            [node for group in chosen for node in group.raw.quantizers],
            self.quantized,
            self._graph,
            RestoreMode.ACTIVATIONS_AND_WEIGHTS,
            backend.get_op_with_weights_metatypes(),
            backend.is_node_with_weight,
            backend.get_weight_tensor_port_ids,
        )


def _group(raw: Any) -> Group:
    return Group(
        tuple(node.node_name for node in raw.operations),
        tuple(node.node_type for node in raw.operations),
        len(raw.quantizers),
        raw,
    )


def compress_quantized(model: ov.Model) -> None:
    """Weights behind quantisers become integers, as `nncf.quantize` leaves them."""
    from openvino._offline_transformations import compress_quantize_weights_transformation

    compress_quantize_weights_transformation(model)


def with_plain_weights(model: ov.Model) -> ov.Model:
    """A copy whose stored whole-number weights are the floating-point numbers that they stand for.

    A quantised IR has Constant → Convert → (Subtract →) Multiply in place of weights; NNCF puts operations back only
    where it sees a constant, or a quantiser, at the operation itself.
    """
    import numpy as np
    import openvino as ov
    from openvino import opset13 as op

    copy = model.clone()
    for node in copy.get_ordered_ops():
        if node.get_type_name() != "Multiply":
            continue
        values = _stored(node)
        if values is None:
            continue
        made = op.constant(np.ascontiguousarray(values.astype(np.float32)))
        made.set_friendly_name(node.get_friendly_name())
        result: Any = made
        if node.output(0).get_element_type() != ov.Type.f32:
            result = op.convert(made, node.output(0).get_element_type().to_string())
        for target in list(node.output(0).get_target_inputs()):
            target.replace_source_output(result.output(0))
    copy.validate_nodes_and_infer_types()
    return copy


def _stored(multiply: Any) -> Any:
    """The values of a chain that turns whole numbers into floating point; None for what is no such chain."""
    parts = _numbers(multiply.input_value(0).get_node())
    scale = _constant(multiply.input_value(1).get_node())
    if parts is None or scale is None:
        return None
    return parts * scale


def _numbers(node: Any) -> Any:
    """Convert of whole numbers, less a zero point where there is one."""
    if node.get_type_name() == "Subtract":
        values, zero = _numbers(node.input_value(0).get_node()), _constant(node.input_value(1).get_node())
        return None if values is None or zero is None else values - zero
    if node.get_type_name() != "Convert":
        return None
    source = node.input_value(0).get_node()
    if source.get_type_name() != "Constant" or source.get_element_type().to_string() not in _WHOLE:
        return None
    return _constant(source)


def _constant(node: Any) -> Any:
    """Values of a constant, also behind a conversion, as float32; None for anything else."""
    import numpy as np

    while node.get_type_name() in ("Convert", "Reshape"):
        inner = node.input_value(0).get_node()
        if node.get_type_name() == "Reshape":
            values = _constant(inner)
            return None if values is None else values.reshape(list(node.get_output_shape(0)))
        node = inner
    if node.get_type_name() != "Constant":
        return None
    return np.asarray(node.get_data(dtype=np.float32) if hasattr(node, "get_data") else node.data, dtype=np.float32)


def names_of(groups: Iterable[Group]) -> list[str]:
    return [name for group in groups for name in group.operations]


def described(group: Group) -> Mapping[str, Any]:
    return {"operations": list(group.operations), "types": list(group.types)}
