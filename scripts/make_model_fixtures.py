"""Make the small source models under tests/fixtures/models.

The tests read the files; they need none of the frameworks. The files were made with TensorFlow 2.21.0 and PaddlePaddle
2.6.2, which cannot share an environment, so each part runs in its own throw-away one:

    python3.11 -m venv /tmp/tf && /tmp/tf/bin/pip install tensorflow-cpu==2.21.0
    /tmp/tf/bin/python scripts/make_model_fixtures.py tensorflow tests/fixtures/models
    python3.11 -m venv /tmp/pd && /tmp/pd/bin/pip install paddlepaddle==2.6.2 'numpy<2' setuptools
    /tmp/pd/bin/python scripts/make_model_fixtures.py paddle tests/fixtures/models

Every file holds the same network, so that the tests can compute its output by hand with numpy:

    x [1, 8, 8, 3] (NHWC; Paddle: [1, 3, 8, 8])  ->  3x3 convolution, 4 filters, no padding  ->  + bias  ->  ReLU
    ->  mean over height and width  ->  matrix product with [4, 5]  ->  softmax  ->  [1, 5]

Its weights are those of `weights()`, which depend on nothing but their index.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np


def weights() -> dict[str, np.ndarray]:
    """Kernel [3, 3, 3, 4] (height, width, in, out), bias [4] and head [4, 5], float32, from sines of the index."""
    return {
        "kernel": np.sin(np.arange(108, dtype=np.float32)).reshape(3, 3, 3, 4),
        "bias": np.array([0.1, -0.2, 0.3, 0.0], np.float32),
        "head": np.cos(np.arange(20, dtype=np.float32)).reshape(4, 5),
    }


def make_tensorflow(folder: Path) -> None:
    """SavedModel, frozen graph (binary and text), checkpoint with MetaGraph, and TFLite (float and int8)."""
    import tensorflow as tf

    w = weights()

    def network(x, kernel, bias, head):
        y = tf.nn.conv2d(x, kernel, strides=1, padding="VALID") + bias
        y = tf.reduce_mean(tf.nn.relu(y), axis=[1, 2])
        return tf.nn.softmax(tf.matmul(y, head), name="probabilities")

    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.kernel, self.bias, self.head = (tf.Variable(w[name], name=name) for name in ("kernel", "bias", "head"))

        @tf.function(input_signature=[tf.TensorSpec([1, 8, 8, 3], tf.float32, name="x")])
        def __call__(self, x):
            return {"probabilities": network(x, self.kernel, self.bias, self.head)}

    net = Net()
    options = tf.saved_model.SaveOptions(save_debug_info=False, experimental_custom_gradients=False)
    tf.saved_model.save(net, str(folder / "tf_saved_model"), signatures=net.__call__, options=options)
    (folder / "tf_saved_model" / "fingerprint.pb").unlink(missing_ok=True)
    (folder / "tf_saved_model" / "assets").rmdir()

    def converter_of_net():
        return tf.lite.TFLiteConverter.from_concrete_functions([net.__call__.get_concrete_function()], net)

    (folder / "tiny.tflite").write_bytes(converter_of_net().convert())
    converter = converter_of_net()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([np.full([1, 8, 8, 3], i / 8, np.float32)] for i in range(9))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    (folder / "tiny_int8.tflite").write_bytes(converter.convert())

    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [1, 8, 8, 3], name="x")
        network(x, tf.constant(w["kernel"]), tf.constant(w["bias"]), tf.constant(w["head"]))
        definition = graph.as_graph_def()
        (folder / "tiny_frozen.pb").write_bytes(definition.SerializeToString(deterministic=True))
        (folder / "tiny_frozen.pbtxt").write_text(str(definition))
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [1, 8, 8, 3], name="x")
        network(
            x, *(v1.get_variable(name, initializer=w[name], use_resource=False) for name in ("kernel", "bias", "head"))
        )
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            prefix = folder / "tf_checkpoint" / "tiny"
            v1.train.Saver().save(session, str(prefix), latest_filename="unused", write_state=False)


def make_paddle(folder: Path) -> None:
    """A .pdmodel program with its combined .pdiparams."""
    import paddle

    w = weights()

    class Net(paddle.nn.Layer):
        def __init__(self):
            super().__init__()
            self.conv = paddle.nn.Conv2D(3, 4, 3)
            self.head = paddle.nn.Linear(4, 5, bias_attr=False)
            self.conv.weight.set_value(np.ascontiguousarray(w["kernel"].transpose(3, 2, 0, 1)))
            self.conv.bias.set_value(w["bias"])
            self.head.weight.set_value(w["head"])

        def forward(self, x):
            y = paddle.nn.functional.relu(self.conv(x))
            return paddle.nn.functional.softmax(self.head(paddle.mean(y, axis=[2, 3])))

    net = Net()
    net.eval()
    spec = [paddle.static.InputSpec([1, 3, 8, 8], "float32", name="x")]
    paddle.jit.save(net, str(folder / "paddle" / "tiny"), input_spec=spec)
    (folder / "paddle" / "tiny.pdiparams.info").unlink(missing_ok=True)

    # Each operator carries the stack of its maker, with the paths of this machine: not for a repository.
    from paddle.base.proto import framework_pb2

    path = folder / "paddle" / "tiny.pdmodel"
    program = framework_pb2.ProgramDesc.FromString(path.read_bytes())
    for block in program.blocks:
        for op in block.ops:
            kept = [attribute for attribute in op.attrs if attribute.name != "op_callstack"]
            del op.attrs[:]
            op.attrs.extend(kept)
    path.write_bytes(program.SerializeToString(deterministic=True))


if __name__ == "__main__":
    parts = {"tensorflow": make_tensorflow, "paddle": make_paddle}
    if len(sys.argv) != 3 or sys.argv[1] not in parts:
        sys.exit(__doc__)
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    parts[sys.argv[1]](target)
