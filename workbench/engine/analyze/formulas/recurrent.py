"""Recurrent cells, and sequences of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from workbench.engine.analyze.formulas.elementwise import SIGMOID, SOFTPLUS, TANH
from workbench.engine.analyze.formulas.layer import Formula, Layer

Step: TypeAlias = Callable[[Layer, int, int], int]

_ACTIVATIONS = {
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "relu": 1,
    "hardsigmoid": 4,
    "softsign": 3,
    "softplus": SOFTPLUS,
    "elu": 4,
}


def _activations(layer: Layer, default: tuple[str, ...]) -> list[int]:
    names = [str(name).lower() for name in layer.attribute("activations") or []]
    names += list(default[len(names) :])
    return [_ACTIVATIONS.get(name, 1) for name in names]


def _gates(gates: int, inputs: int, hidden: int) -> int:
    """W x + R h + b for all gates: the products as multiply-adds, and the bias."""
    return 2 * gates * hidden * (inputs + hidden) + gates * hidden


def _clip(layer: Layer, values: int) -> int:
    return 2 * values if float(layer.attribute("clip", 0.0) or 0.0) > 0 else 0


def lstm(layer: Layer, inputs: int, hidden: int) -> int:
    """One step of one sample. i, f, o = f(.), c' = g(.), c = f * c + i * c', h = o * h(c)."""
    f, g, h = _activations(layer, ("sigmoid", "tanh", "tanh"))[:3]
    return _gates(4, inputs, hidden) + hidden * (3 * f + g + h + 4) + _clip(layer, 4 * hidden)


def gru(layer: Layer, inputs: int, hidden: int) -> int:
    """One step of one sample. z, r = f(.), h' = g(.) with r * h (or r * (R h + b)), h = (1 - z) * h' + z * h; the
    second bias of linear_before_reset adds once more."""
    f, g = _activations(layer, ("sigmoid", "tanh"))[:2]
    extra = hidden if layer.attribute("linear_before_reset") else 0
    return _gates(3, inputs, hidden) + hidden * (2 * f + g + 5) + extra + _clip(layer, 3 * hidden)


def rnn(layer: Layer, inputs: int, hidden: int) -> int:
    """One step of one sample: h = f(W x + R h + b)."""
    return _gates(1, inputs, hidden) + hidden * _activations(layer, ("tanh",))[0] + _clip(layer, hidden)


def _cell(step: Step) -> Formula:
    def count(layer: Layer) -> int:
        batch, inputs = layer.shape(0)
        return batch * step(layer, inputs, layer.shape(1)[-1])

    return count


def _sequence(step: Step, weights: int) -> Formula:
    """X is [batch, steps, inputs], the weights [directions, gates * hidden, inputs]. Sequence lengths are taken as
    full."""

    def count(layer: Layer) -> int:
        batch, steps, inputs = layer.shape(0)
        directions = layer.shape(weights)[0]
        return batch * steps * directions * step(layer, inputs, layer.shape(1)[-1])

    return count


FORMULAS: dict[str, Formula] = {
    "LSTMCell": _cell(lstm),
    "GRUCell": _cell(gru),
    "RNNCell": _cell(rnn),
    "LSTMSequence": _sequence(lstm, 4),
    "GRUSequence": _sequence(gru, 3),
    "RNNSequence": _sequence(rnn, 3),
}
