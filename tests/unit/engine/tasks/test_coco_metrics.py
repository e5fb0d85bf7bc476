"""COCO's figures are pycocotools' own, to the last digits: crowds, equal scores, empty pictures, boxes and masks."""

from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.detectors import reading
from tests.unit.engine.tasks.scenes import LABELS, reference, scene
from workbench.engine.tasks import detection, instance
from workbench.engine.tasks.task import Facts, Summary

NAMES = [
    "ap",
    "ap50",
    "ap75",
    "ap_small",
    "ap_medium",
    "ap_large",
    "ar1",
    "ar10",
    "ar100",
    "ar_small",
    "ar_medium",
    "ar_large",
]


def judged(scenes: list[Any], masks: bool = False) -> Summary:
    make = instance.judge if masks else detection.judge
    judge = make(reading("instance_segmentation" if masks else "object_detection"), Facts(LABELS))
    # In another order than that of the numbers, as inferences end.
    for truth, answer in reversed(scenes):
        judge.add(truth, answer)
    return judge.finish()


def compare(summary: Summary, expected: np.ndarray, prefix: str = "coco_") -> None:
    for name, value in zip(NAMES, expected.tolist(), strict=True):
        if value < 0:
            assert prefix + name not in summary.metrics
        else:
            assert summary.metrics[prefix + name]["value"] == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("seed", range(8))
def test_boxes(seed: int) -> None:
    scenes = scene(seed)
    summary, expected = judged(scenes), reference(scenes, "bbox")
    compare(summary, expected.stats)
    assert summary.primary == "coco_ap"
    assert 0.05 < expected.stats[0] < 0.9
    for row in summary.tables["classes"]:
        table = expected.eval["precision"][:, :, row["label"], 0, 2]
        if (table < 0).all():
            assert row["metrics"]["coco_ap"] is None
        else:
            assert row["metrics"]["coco_ap"] == pytest.approx(table.mean(), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_masks(seed: int) -> None:
    scenes = scene(seed, 12, masks=True)
    summary, expected = judged(scenes, masks=True), reference(scenes, "segm")
    compare(summary, expected.stats)
    boxes = reference(scenes, "bbox")
    for name, value in zip(NAMES[:3], boxes.stats.tolist(), strict=False):
        assert summary.metrics[f"box_{name}"]["value"] == pytest.approx(value, abs=1e-9)
    assert abs(boxes.stats[0] - expected.stats[0]) > 1e-4


def test_more_boxes_than_count() -> None:
    """Of a label at most 100 of a picture count: the strongest."""
    scenes = scene(1, 6, most=400)
    for _, answer in scenes:
        assert answer.labels is not None
        answer.labels[:] = 0
    assert max(len(answer.labels) for _, answer in scenes if answer.labels is not None) > 150
    compare(judged(scenes), reference(scenes, "bbox").stats)


def test_nothing_at_all() -> None:
    scenes = scene(0, 1)
    assert not scenes[0][0].record["boxes"]
    summary = judged(scenes)
    assert not [name for name in summary.metrics if name.startswith("coco_")]
    assert summary.primary is None
