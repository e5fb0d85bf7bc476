"""Which ways to a better version are tried."""

import pytest

from workbench.db.tables import Model, Project
from workbench.optimization import proposals
from workbench.optimization.proposals import Method
from workbench.optimization.schemas import OptimizeWanted
from workbench.targets.schemas import Device

CPU = Device(name="CPU", full_name="A processor", precisions=["f32", "bf16", "i8"], default_precision="bf16")


def names(
    wanted: OptimizeWanted, precision: str | None = None, of_model: str = "FP32", kind: str = "annotations"
) -> list[str]:
    model, project = Model(name="m", precision=of_model), Project(precision=precision)
    return [one.title for one in proposals.methods_for(wanted, model, project, CPU, kind)]  # type: ignore[arg-type]


ALL_INT8 = ["INT8", "INT8, mixed preset", "INT8, accuracy controlled"]


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        # What executes in bf16 anyway has no quicker floating point.
        ({}, {}, ALL_INT8),
        ({}, {"precision": "f32"}, ["original in bf16", *ALL_INT8]),
        # With no fall allowed, nothing could be controlled.
        ({"max_drop": 0}, {}, ALL_INT8[:2]),
        ({}, {"of_model": "INT8"}, []),
        # Without labels the parent's answers are what counts: no metric to control by, and none of its own precisions.
        ({}, {"kind": "parent_predictions", "precision": "f32"}, [*ALL_INT8[:2], "INT8 without the most sensitive"]),
        ({"methods": ["precision"]}, {}, ["original in f32"]),
        ({"methods": ["int8_sensitive", "int8"]}, {}, ["INT8", "INT8 without the most sensitive"]),
    ],
)
def test_methods(wanted: dict[str, object], given: dict[str, str], expected: list[str]) -> None:
    assert names(OptimizeWanted.model_validate(wanted), **given) == expected


def test_a_method_says_how_to_quantise() -> None:
    wanted = OptimizeWanted(max_drop=0.02, drop_type="relative", metric="accuracy@top1")
    plain, mixed, controlled = (Method(name).options(wanted) for name in ("int8", "int8_mixed", "int8_accuracy"))
    assert (plain.preset, mixed.preset, plain.accuracy) == ("performance", "mixed", None)
    assert controlled.accuracy is not None
    assert controlled.accuracy.model_dump() == {
        "metric": "accuracy@top1", "max_drop": 0.02, "drop_type": "relative", "ranking_samples": None,
    }  # fmt: skip
    left_out = Method("int8_sensitive", ignored=["a", "b"]).options(wanted)
    assert left_out.ignored.names == ["a", "b"]
    assert (plain.measure.benchmark, plain.measure.accuracy) == (False, False)
