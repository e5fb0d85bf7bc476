"""The operation `make_sample`: writes `out/digits.onnx` and `out/digits.zip`."""

import itertools
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino
from numpy.typing import NDArray

from workbench.engine.protocol import Emitter, EngineError
from workbench.sample import classifier, digits, network
from workbench.sample.digits import Pictures

MODEL = "out/digits.onnx"
DATASET = "out/digits.zip"
LEAST_TOP1 = 0.97
STAGES = ("draw the digits", "compute features", "fit the classifier", "check on held-out digits")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Make both files; it takes no parameters.

    The result has `model` and `dataset` (paths), `preprocessing`, `images` (in the dataset), `top1` (share of them
    classified right, f32), `gflop` (of one inference) and `seconds`.
    """
    began = time.monotonic()

    def stage(number: int) -> None:
        emit.stage(STAGES[number], number + 1, len(STAGES))

    stage(0)
    train, held_out = digits.load()
    digits.write_archive(work / DATASET, held_out)

    stage(1)
    backbone, _ = network.build(None)
    features = infer(backbone, train.pictures, lambda done: emit.progress(done, len(train.classes), "images"))

    stage(2)
    head = classifier.fit(features, train.classes, len(digits.LABELS))
    model, gflop = network.build(head)
    onnx.save(model, work / MODEL)

    stage(3)
    scores = infer(model, held_out.pictures, lambda done: emit.progress(done, len(held_out.classes), "images"))
    top1 = float(np.mean(scores.argmax(axis=1) == held_out.classes))
    if top1 < LEAST_TOP1:
        raise EngineError(
            "sample_inaccurate",
            f"The sample model is right on only {top1:.1%} of the held-out digits.",
            "Report this with the CPU of the machine: OpenVINO computes something wrong here.",
        )
    return {
        "model": MODEL,
        "dataset": DATASET,
        "preprocessing": {"color": "RGB", "resize": "stretch", "mean": None, "scale": None},
        "images": len(held_out.classes),
        "top1": top1,
        "gflop": gflop,
        "seconds": time.monotonic() - began,
    }


def infer(model: onnx.ModelProto, pictures: Pictures, on_progress: Callable[[int], None]) -> NDArray[np.float32]:
    """Outputs (pictures × width) of `model` for every grey picture, computed by OpenVINO in f32 on the CPU."""
    core = openvino.Core()
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT"}
    compiled = core.compile_model(core.read_model(model.SerializeToString()), "CPU", settings)
    outputs = np.empty((len(pictures), compiled.output(0).shape[1]), np.float32)
    # Callbacks come from several threads; the next number of a counter is given to one of them only.
    counter = itertools.count(1)

    def keep(request: Any, number: int) -> None:
        outputs[number] = request.get_output_tensor(0).data[0]
        on_progress(next(counter))

    queue = openvino.AsyncInferQueue(compiled)
    queue.set_callback(keep)
    for number, picture in enumerate(pictures):
        queue.start_async({0: digits.to_input(picture)}, number)
    queue.wait_all()
    return outputs
