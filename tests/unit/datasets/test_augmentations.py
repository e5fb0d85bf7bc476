"""The plan: as many steps as were asked for, each with a name of its own."""

from typing import Any

import pytest

from workbench.datasets.augmentations import plan
from workbench.datasets.schemas import Augmentations


def asked(**wanted: Any) -> dict[str, Any]:
    return Augmentations.model_validate(wanted).model_dump()


class TestPlan:
    def test_nothing(self) -> None:
        assert plan(asked()) == []

    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            ({"flip_horizontal": True}, 1),
            ({"flip_horizontal": True, "flip_vertical": True}, 2),
            ({"erase": {}}, 10),
            ({"erase": {"images": 3}, "noise": {"images": 20}}, 23),
            ({"light": [{"brightness": 1.2, "contrast": 0.8}, {"brightness": 0.8, "contrast": 1.2}]}, 2),
            ({"rotations_deg": [-10, 10, 180], "blur_sigmas": [1.0], "jpeg_qualities": [10, 90]}, 6),
        ],
    )
    def test_count(self, wanted: dict[str, Any], count: int) -> None:
        assert len(plan(asked(**wanted))) == count

    def test_the_sum_of_the_original(self) -> None:
        """n · (1 + flips + erased + noisy + presets), as the original's page said."""
        presets = [{"brightness": b, "contrast": c} for b, c in ((1.2, 1.2), (1.2, 0.8), (1.0, 1.2))]
        wanted = asked(
            flip_horizontal=True, flip_vertical=True, erase={"images": 4}, noise={"images": 5}, light=presets
        )
        assert len(plan(wanted)) == 2 + 4 + 5 + 3

    def test_keys_are_file_names_and_all_different(self) -> None:
        wanted = asked(
            flip_horizontal=True,
            flip_vertical=True,
            erase={"images": 20},
            noise={"images": 20},
            light=[{"brightness": 1.25, "contrast": 0.8}],
            rotations_deg=[-10.5, 10.5],
            blur_sigmas=[0.5],
            jpeg_qualities=[10],
        )
        keys = [step.key for step in plan(wanted)]
        assert len(set(keys)) == len(keys)
        assert all("/" not in key and " " not in key for key in keys)

    def test_only_repeats_by_chance_are_marked(self) -> None:
        steps = plan(asked(erase={"images": 2}, noise={"images": 1}, rotations_deg=[1, 2]))
        assert [step.again for step in steps] == [False, True, False, False, False]

    @pytest.mark.parametrize(
        "wanted",
        [
            {"rotations_deg": [181]},
            {"rotations_deg": [float("nan")]},
            {"blur_sigmas": [0]},
            {"jpeg_qualities": [0]},
            {"jpeg_qualities": [101]},
            {"erase": {"share": 0.5}},
            {"noise": {"images": 21}},
            {"light": [{"brightness": 0, "contrast": 1}]},
        ],
    )
    def test_limits(self, wanted: dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            asked(**wanted)
