"""Element-wise operations: a fixed number of operations for each element of the output."""

from __future__ import annotations

from workbench.engine.analyze.formulas.layer import Formula, Layer

SIGMOID = 3  # 1 / (1 + exp(-x)): exponential, addition, division; the sign is part of the exponential
TANH = 5  # (e - 1) / (e + 1) with e = exp(2x): multiplication, exponential, subtraction, addition, division
SOFTPLUS = 3  # log(1 + exp(x))

PER_ELEMENT: dict[str, int] = {
    # one basic operation
    **dict.fromkeys(
        """Abs Acos Asin Atan BitwiseNot Ceiling Cos Erf ErfInv Exp Floor IsFinite IsInf IsNaN Log LogicalNot Negative
        Relu Round Sign Sin Sqrt Tan""".split(),
        1,
    ),
    **dict.fromkeys(
        """Add BitwiseAnd BitwiseLeftShift BitwiseOr BitwiseRightShift BitwiseXor Divide Equal Greater GreaterEqual Less
        LessEqual LogicalAnd LogicalOr LogicalXor Maximum Minimum Multiply NotEqual Subtract Xor""".split(),
        1,
    ),
    "Acosh": 5,  # log(x + sqrt(x * x - 1))
    "Asinh": 5,  # log(x + sqrt(x * x + 1))
    "Atanh": 5,  # 0.5 * log((1 + x) / (1 - x))
    "Clamp": 2,  # max, min
    "Cosh": 4,  # 0.5 * (e + 1 / e): exponential, division, addition, multiplication
    "Sinh": 4,
    "Elu": 4,  # comparison, exponential, subtraction, multiplication by alpha
    "FakeConvert": 5,  # scale, shift, round, shift back, scale back
    "FakeQuantize": 7,  # clamp to the input range (2), - low, * scale, round, * scale, + low
    "FloorMod": 4,  # x - y * floor(x / y)
    "Mod": 4,
    "HSigmoid": 4,  # min(max(x + 3, 0), 6) / 6
    "HSwish": 5,  # x * HSigmoid(x)
    "HardSigmoid": 4,  # max(0, min(1, alpha * x + beta))
    "Mish": SOFTPLUS + TANH + 1,  # x * tanh(softplus(x))
    "PRelu": 2,  # comparison, multiplication
    "Range": 2,  # start + i * step
    "Selu": 5,  # comparison, exponential, subtraction, two multiplications
    "Sigmoid": SIGMOID,
    "SoftPlus": SOFTPLUS,
    "SoftSign": 3,  # x / (1 + |x|)
    "SquaredDifference": 2,
    "Tanh": TANH,
    "BatchNormInference": 2,  # folded into one scale and one shift for each channel
}


def per_element(operations: int) -> Formula:
    """A formula of `operations` for each element of the first output."""
    return lambda layer: operations * layer.out()


def _swish(layer: Layer) -> int:
    """x * sigmoid(beta * x); the multiplication by beta only where there is one."""
    return (SIGMOID + 1 + (1 if layer.count > 1 and layer.constant(1) != [1.0] else 0)) * layer.out()


def _gelu(layer: Layer) -> int:
    """0.5 x (1 + erf(x / sqrt 2)), or 0.5 x (1 + tanh(c (x + 0.044715 x^3)))."""
    if str(layer.attribute("approximation_mode", "ERF")).upper() == "TANH":
        # x^3 (2), * 0.044715, + x, * c, tanh, + 1, * x, * 0.5
        return (2 + 1 + 1 + 1 + TANH + 1 + 1 + 1) * layer.out()
    return 5 * layer.out()  # * 1/sqrt 2, erf, + 1, * x, * 0.5


def _power(layer: Layer) -> int:
    """A constant whole exponent p by repeated multiplication (|p| - 1, and a division where p < 0), roots by one
    operation, everything else as exp(p log x)."""
    exponent = layer.constant(1)
    each = 3
    if exponent is not None and len(exponent) == 1:
        p = float(exponent[0])
        if p.is_integer() and 1 <= abs(p) <= 4:
            each = int(abs(p)) - 1 + (p < 0)
        elif abs(p) == 0.5:
            each = 1 + (p < 0)
        elif p == 0:
            each = 0
    return each * layer.out()


FORMULAS: dict[str, Formula] = {
    **{kind: per_element(operations) for kind, operations in PER_ELEMENT.items()},
    "Swish": _swish,
    "Gelu": _gelu,
    "Power": _power,
}

BINARY = frozenset(
    {
        "Add",
        "Subtract",
        "Multiply",
        "Divide",
        "Maximum",
        "Minimum",
        "Power",
        "SquaredDifference",
        "FloorMod",
        "Mod",
        "PRelu",
    }
)
"""Element-wise operations of two tensors that broadcast."""
