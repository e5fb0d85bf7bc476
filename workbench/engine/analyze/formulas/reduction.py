"""Reductions, sums along an axis, sorting and searching."""

from __future__ import annotations

from workbench.engine.analyze.formulas.layer import Formula, Layer, log2_ceil, product


def _reduce(per_input: int, per_output: int = 0) -> Formula:
    return lambda layer: per_input * layer.size(0) + per_output * layer.out()


def _topk(layer: Layer) -> int:
    """A heap of k: each element is compared once, and log2 k more times where it moves through the heap."""
    kept, source = layer.output(), layer.shape(0)
    k = kept[int(layer.attribute("axis", -1)) % len(source)] if source else 1
    return (1 + log2_ceil(max(1, k))) * layer.size(0)


def _detectron_topk(layer: Layer) -> int:
    return (1 + log2_ceil(max(1, int(layer.attribute("max_rois", 1))))) * layer.size(1)


def _search(layer: Layer, values: int, buckets: int) -> int:
    """Binary search in sorted boundaries, for each value."""
    return max(1, log2_ceil(buckets + 1)) * values


def _bucketize(layer: Layer) -> int:
    return _search(layer, layer.size(0), layer.size(1))


def _search_sorted(layer: Layer) -> int:
    sorted_shape = layer.shape(0)
    return _search(layer, layer.size(1), sorted_shape[-1] if sorted_shape else 1)


def _scatter(layer: Layer) -> int:
    """Data movement, unless updates are combined with what is there."""
    reduction = str(layer.attribute("reduction", "none")).lower()
    return 0 if reduction == "none" else layer.size(2)


def _bag(weights_input: int, indices_input: int) -> Formula:
    """One addition for each gathered value, and a multiplication where samples are weighted."""

    def count(layer: Layer) -> int:
        row = product(layer.shape(0)[1:])
        weighted = layer.count > weights_input
        return (1 + weighted) * row * layer.size(indices_input)

    return count


FORMULAS: dict[str, Formula] = {
    "ReduceSum": _reduce(1),
    "ReduceProd": _reduce(1),
    "ReduceMax": _reduce(1),
    "ReduceMin": _reduce(1),
    "ReduceLogicalAnd": _reduce(1),
    "ReduceLogicalOr": _reduce(1),
    "ReduceMean": _reduce(1, 1),  # sum, and a division for each result
    "ReduceL1": _reduce(2),  # absolute value, sum
    "ReduceL2": _reduce(2, 1),  # square, sum, and a root for each result
    "CumSum": _reduce(1),
    "NonZero": _reduce(1),
    "SegmentMax": _reduce(1),
    "Col2Im": _reduce(1),  # overlapping patches are added
    "CTCGreedyDecoder": _reduce(1),  # the best class of each step
    "CTCGreedyDecoderSeqLen": _reduce(1),
    "TopK": _topk,
    "ExperimentalDetectronTopKROIs": _detectron_topk,
    "Bucketize": _bucketize,
    "SearchSorted": _search_sorted,
    "ScatterElementsUpdate": _scatter,
    "ScatterNDUpdate": _scatter,
    "EmbeddingBagOffsets": _bag(4, 1),
    "EmbeddingBagOffsetsSum": _bag(4, 1),
    "EmbeddingBagPacked": _bag(2, 1),
    "EmbeddingBagPackedSum": _bag(2, 1),
    "EmbeddingSegmentsSum": _bag(5, 1),
}
