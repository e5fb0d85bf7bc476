"""The names that accuracy control may go by are those that the engine's judges give."""

from typing import Any

import pytest

from tests.unit.engine.tasks import (
    test_classification,
    test_coco_metrics,
    test_faces,
    test_images_out,
    test_landmarks,
    test_semantic,
)
from tests.unit.engine.tasks.scenes import scene
from workbench.accuracy.reading_schemas import Reading
from workbench.engine.tasks.task import Summary
from workbench.optimization.metric_names import MetricUnknown, known, require_known


def boxes(masks: bool) -> Summary:
    return test_coco_metrics.judged(scene(0, masks=masks), masks)


def classes() -> Summary:
    found: Summary = test_classification.TestFinish().judged([1, 3])[0]
    return found


def points() -> Summary:
    found: Summary = test_landmarks.TestFinish().judged()[0]
    return found


def faces() -> Summary:
    found: Summary = test_faces.judged(*test_faces.people())
    return found


def restored() -> Summary:
    found: Summary = test_images_out.judged("inpainting", test_images_out.PAIRS)[0]
    return found


CASES: list[tuple[str, Any, dict[str, Any]]] = [
    ("classification", classes, {"top_k": [1, 3]}),
    ("object_detection", lambda: boxes(False), {}),
    ("instance_segmentation", lambda: boxes(True), {}),
    ("semantic_segmentation", lambda: test_semantic.judged(test_semantic.masks(0, 6), 6), {}),
    ("facial_landmark_detection", points, {}),
    ("face_recognition", faces, {}),
    ("inpainting", restored, {}),
]


def reading(task: str, **metrics: Any) -> dict[str, Any]:
    return Reading.model_validate({"task": task, "metrics": metrics}).model_dump(mode="json")


@pytest.mark.parametrize(("task", "judged", "metrics"), CASES, ids=[case[0] for case in CASES])
def test_all_that_judges_tell(task: str, judged: Any, metrics: dict[str, Any]) -> None:
    told = {name for name, one in judged().metrics.items() if one["better"] is not None}
    # COCO leaves out what nothing is annotated for.
    assert told <= set(known(reading(task, **metrics)))
    assert {name for name in known(reading(task, **metrics)) if not name.startswith("coco_a")} <= told


def test_without_cocos_family() -> None:
    names = known(reading("object_detection", coco=False))
    assert names == ["map", "precision", "recall", "f1"]


@pytest.mark.parametrize("task", ["generic", "text_classification"])
def test_tasks_without_figures(task: str) -> None:
    with pytest.raises(MetricUnknown):
        require_known("map", reading(task))
