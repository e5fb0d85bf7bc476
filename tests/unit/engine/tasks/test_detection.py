"""Whatever a model says, a decoder gives boxes or a sentence, and never anything else."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.tasks.detectors import class_map, letterbox, ports, reading, stretched
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection, instance
from workbench.engine.tasks.task import Answer

GEOMETRIES = [letterbox(200, 120, 64), stretched(31, 57, 64, 64)]
LAYER = {"height": 2, "width": 2, "sizes": [[20, 20]]}
SHAPES: list[tuple[str, dict[str, Any], dict[str, tuple[int, ...]]]] = [
    ("ssd", {}, {"out": (1, 1, 20, 7)}),
    ("ssd", {}, {"out": (1, 1, 0, 7)}),
    ("boxes_and_scores", {}, {"boxes": (1, 20, 4), "scores": (1, 20, 3)}),
    ("boxes_and_scores", {"boxes": "center", "normalized": False}, {"boxes": (1, 20, 4), "scores": (1, 20, 3)}),
    ("boxes_and_scores", {"activation": "softmax"}, {"boxes": (1, 0, 4), "scores": (1, 0, 3)}),
    (
        "boxes_and_scores",
        {"boxes": "prior_offsets", "priors": [LAYER], "activation": "softmax"},
        {"boxes": (1, 4, 4), "scores": (1, 4, 3)},
    ),
    (
        "boxes_and_scores",
        {"boxes": "prior_offsets", "priors_output": "priors", "activation": "sigmoid"},
        {"boxes": (1, 4, 4), "scores": (1, 4, 3), "priors": (1, 2, 16)},
    ),
    (
        "tf_detection",
        {"count_output": "num"},
        {"boxes": (1, 20, 4), "classes": (1, 20), "scores": (1, 20), "num": (1,)},
    ),
    ("faster_rcnn", {}, {"boxes": (20, 4), "labels": (20,), "scores": (20,)}),
    ("faster_rcnn", {}, {"boxes": (0, 5), "labels": (0,)}),
    ("yolo_anchors", {"version": "v2"}, {"out": (1, 40, 2, 2)}),
    ("yolo_anchors", {"version": "v3"}, {"a": (1, 24, 2, 2), "b": (1, 24, 4, 4), "c": (1, 24, 8, 8)}),
    ("yolo_anchors", {"version": "v4", "activated": True}, {"a": (1, 2, 2, 24), "b": (1, 4, 4, 24)}),
    ("yolo_rows", {"version": "v5"}, {"out": (1, 84, 8)}),
    ("yolo_rows", {"version": "v8"}, {"out": (1, 7, 84)}),
    ("yolo_rows", {"version": "v8"}, {"out": (1, 30, 6)}),
    ("yolo_rows", {"version": "x"}, {"out": (1, 84, 8)}),
    ("detr", {}, {"logits": (1, 20, 4), "boxes": (1, 20, 4)}),
    ("detr", {"activation": "sigmoid"}, {"logits": (1, 20, 3), "boxes": (1, 20, 4)}),
    ("detr", {}, {"logits": (1, 0, 3), "boxes": (1, 0, 4)}),
    ("centernet", {}, {"hm": (1, 3, 8, 8), "wh": (1, 2, 8, 8), "reg": (1, 2, 8, 8)}),
    ("mask_rcnn", {}, {"boxes": (5, 4), "labels": (5,), "scores": (5,), "masks": (5, 1, 6, 6)}),
    ("mask_rcnn", {"mask_activation": "sigmoid"}, {"rows": (5, 7), "masks": (5, 3, 6, 6)}),
    ("mask_rcnn", {}, {"boxes": (0, 5), "labels": (0,), "masks": (0, 4, 6, 6)}),
    ("yolo_seg", {}, {"output0": (1, 15, 84), "output1": (1, 8, 16, 16)}),
    ("yolo_seg", {"version": "v5"}, {"output0": (1, 84, 16), "output1": (1, 8, 16, 16)}),
]
# Usual ones, and those that trouble arithmetic.
VALUES = np.array(
    [0, 1, -1, 0.5, 2, 30, 90, -90, 1e-30, 1e30, -1e30, 3.4e38, np.nan, np.inf, -np.inf], dtype=np.float32
)


@pytest.mark.parametrize("number", range(len(SHAPES)))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_values(number: int, data: st.DataObject) -> None:
    family, options, shapes = SHAPES[number]
    task, module = (
        ("instance_segmentation", instance) if family in instance.FAMILIES else ("object_detection", detection)
    )
    background = data.draw(st.booleans())
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    odd = data.draw(st.sampled_from([0.0, 0.05, 0.5, 1.0]))
    wanted = reading(
        task, background, family=family, score_threshold=data.draw(st.sampled_from([0.0, 0.3])), nms_iou=0.5, **options
    )
    decode = module.decoder(wanted, ports(shapes), class_map(3))
    outputs = {}
    for name, shape in shapes.items():
        usual = random.normal(0, 2, shape).astype(np.float32) if random.random() < 0.5 else random.random(shape)
        outputs[name] = np.where(random.random(shape) < odd, random.choice(VALUES, shape), usual).astype(np.float32)
    read(partial(decode, outputs, data.draw(st.sampled_from(GEOMETRIES))), task)


def read(decode: Callable[[], Answer], task: str) -> str | None:
    """The code of the error where the outputs were refused; else what makes an answer holds."""
    try:
        answer = decode()
    except EngineError as error:
        code, action = error.code, error.action
    else:
        check(answer, task)
        return None
    assert code in ("decoding_mismatch", "reading_invalid")
    assert action
    return code


def check(answer: Answer, task: str) -> None:
    assert answer.boxes is not None
    assert answer.box_scores is not None
    assert answer.labels is not None
    count = len(answer.boxes)
    assert answer.boxes.shape == (count, 4)
    assert len(answer.box_scores) == len(answer.labels) == count <= 100
    assert np.isfinite(answer.boxes).all()
    assert np.isfinite(answer.box_scores).all()
    assert (np.diff(answer.box_scores) <= 0).all()
    assert (answer.boxes[:, 2:] > answer.boxes[:, :2]).all()
    if task == "instance_segmentation":
        assert answer.masks is not None
        assert len(answer.masks) == count


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_any_shape(number: int) -> None:
    """Outputs of other shapes than the model told of: a sentence, or boxes where they can be read all the same."""
    family, options, shapes = SHAPES[number]
    task, module = (
        ("instance_segmentation", instance) if family in instance.FAMILIES else ("object_detection", detection)
    )
    random = np.random.default_rng(number)
    decode = module.decoder(reading(task, family=family, **options), ports(shapes), class_map(3))
    refused = 0
    for shape in (
        (),
        (1,),
        (0,),
        (1, 5),
        (1, 0, 4),
        (2, 5, 4),
        (1, 3, 5),
        (1, 1, 1, 1),
        (1, 0, 0, 0),
        (3, 8, 2, 2),
        (1, 1, 3, 4, 9),
    ):
        for name in shapes:
            outputs = {other: random.random(size).astype(np.float32) for other, size in shapes.items()}
            outputs[name] = random.random(shape).astype(np.float32)
            refused += read(partial(decode, outputs, GEOMETRIES[0]), task) is not None
    assert refused > 3


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_another_family_is_refused(number: int) -> None:
    """A classifier's output is none of these, and the sentence says what it is."""
    family, options, _ = SHAPES[number]
    task, module = (
        ("instance_segmentation", instance) if family in instance.FAMILIES else ("object_detection", detection)
    )
    options = {name: value for name, value in options.items() if not name.endswith("_output")}

    def run() -> None:
        decode = module.decoder(reading(task, family=family, **options), ports({"prob": (1, 999)}), class_map(3))
        decode({"prob": np.zeros((1, 999), dtype=np.float32)}, GEOMETRIES[0])

    with pytest.raises(EngineError) as caught:
        run()
    assert caught.value.code in ("decoding_mismatch", "reading_invalid")
    if caught.value.code == "decoding_mismatch":
        assert "999" in caught.value.message


def test_a_family_of_another_task() -> None:
    for module, family in ((detection, "yolo_seg"), (instance, "ssd"), (detection, "classification")):
        with pytest.raises(EngineError) as caught:
            module.decoder(reading(family=family), ports({"prob": (1, 1000)}), class_map(3))
        assert caught.value.code == "reading_invalid"
        assert "decoding.family" in caught.value.message


def test_a_missing_output_is_named() -> None:
    with pytest.raises(EngineError) as caught:
        detection.decoder(reading(family="ssd", output="boxes"), ports({"prob": (1, 1000)}), class_map(3))
    assert caught.value.code == "output_not_found"
    assert "'boxes'" in caught.value.message
    assert "prob" in caught.value.action
