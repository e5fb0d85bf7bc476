"""The light models that ship with the onnx package, with weights that a compiler cannot fold away.

Their weights are constants of one value, which OpenVINO folds, so that whole layers vanish. Here every constant becomes
seeded random values after He et al. 2015 (variance 2 / fan-in); scales and variances of normalisations stay positive.
"""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from workbench.engine.quiet import silence

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def with_random_weights(name: str, folder: Path, seed: int = 1) -> Path:
    """Make an FP32 IR of `light_{name}.onnx` in `folder`; returns the path of its .xml."""
    silence()
    import openvino as ov

    model = onnx.load(LIGHT / f"light_{name}.onnx")
    rng = np.random.default_rng(seed)
    known = {item.name: item for item in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        if node.op_type != "ConstantOfShape":
            nodes.append(node)
            continue
        shape = numpy_helper.to_array(known[node.input[0]])
        values = _values(node.output[0], tuple(int(size) for size in shape), rng)
        model.graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    source = folder / f"{name}.onnx"
    onnx.save(model, source)
    path = folder / f"{name}.xml"
    ov.save_model(ov.convert_model(source), path, compress_to_fp16=False)
    source.unlink()
    return path


def _values(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    if len(shape) > 1:
        fan_in = float(np.prod(shape[1:]))
        return rng.normal(0.0, (2 / fan_in) ** 0.5, shape).astype(np.float32)
    if name.endswith(("_riv_0", "_bn_s_0")):
        return rng.uniform(0.5, 1.0, shape).astype(np.float32)
    return rng.normal(0.0, 0.02, shape).astype(np.float32)
