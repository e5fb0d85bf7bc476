"""What the engine is told of a version that is to be made, and what it will be called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.server import migrated, runtime_of
from tests.unit.optimization.test_starting import furnished
from workbench.db.tables import Device, Model, Project
from workbench.names import checked_name
from workbench.optimization.planning import Plan, plan_version
from workbench.optimization.ranking import RankingPlan, plan_ranking
from workbench.optimization.schemas import CompressWanted, QuantizeWanted, SensitivityWanted
from workbench.runtime import Runtime


class Desk:
    """A classifier of three classes, its project on the CPU, and eight annotated pictures."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime, self.ids = runtime, furnished(runtime)

    def plan(self, wanted: QuantizeWanted | CompressWanted, project: str = "project") -> Plan:
        with self.runtime.db.read() as session:
            return plan_version(session, self.runtime, self.ids[project], wanted)

    def ranking(self, project: str = "project", **wanted: Any) -> RankingPlan:
        with self.runtime.db.read() as session:
            given = SensitivityWanted.model_validate(wanted)
            return plan_ranking(session, self.runtime, self.ids[project], given)

    def change(self, table: Any, which: str, **values: Any) -> None:
        with self.runtime.db.write() as session:
            row = session.get_one(table, self.ids[which])
            for field, value in values.items():
                setattr(row, field, value)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with runtime_of(migrated(tmp_path)) as runtime:
        yield Desk(runtime)


def test_what_a_quantisation_is_told(desk: Desk) -> None:
    wanted = QuantizeWanted.model_validate(
        {
            "preset": "mixed", "calibration": {"samples": 3, "seed": 5}, "smooth_quant": False,
            "accuracy": {"max_drop": 0.02, "drop_type": "relative"}, "ignored": {"types": ["MatMul"]},
        }
    )  # fmt: skip
    plan = desk.plan(wanted)
    told = plan.parameters
    assert (plan.kind, plan.method) == ("quantize", "int8")
    assert (told["dataset"], told["calibration"]) == ("inputs/calibration", {"count": 3, "seed": 5})
    assert (told["preset"], told["target_device"], told["model_type"]) == ("mixed", "CPU", "auto")
    assert (told["fast_bias_correction"], told["smooth_quant"], told["smooth_quant_alpha"]) == (True, False, None)
    assert told["ignored"] == {"names": [], "patterns": [], "types": ["MatMul"]}
    assert told["control"] == {
        "metric": None, "max_drop": 0.02, "drop_type": "relative", "ranking_samples": None, "dataset": "inputs/dataset",
        "subset": None, "without": {"count": 3, "seed": 5}, "precision": None,
    }  # fmt: skip
    assert (told["device"], told["precision"], told["layouts"]) == ("CPU", None, {"image": "NCHW"})
    assert told["reading"]["task"] == "classification"
    assert plan.without is not None
    assert plan.without.model_dump() == {"count": 3, "seed": 5}


def test_by_default_half_of_a_small_dataset(desk: Desk) -> None:
    assert desk.plan(QuantizeWanted()).parameters["calibration"] == {"count": 4, "seed": 0}


def test_a_model_that_takes_no_picture_is_fed_as_a_benchmark_feeds_it(desk: Desk) -> None:
    port = {"name": "ids", "names": ["ids"], "shape": [1, 7], "type": "i64", "layout": None}
    desk.change(Model, "model", inputs=[port], task="generic")
    told = desk.plan(QuantizeWanted()).parameters
    assert (told["reading"], told["shapes"], told["layouts"]) == (None, None, {})


def test_inputs_of_open_size_are_fed_as_a_report_feeds_them(desk: Desk) -> None:
    """Each picture as it is; only where nothing says how the model is read the usual sizes of a benchmark."""
    image = {"name": "image", "names": ["image"], "shape": [1, 3, "?", "?"], "type": "f32", "layout": "NCHW"}
    desk.change(Model, "model", inputs=[image])
    told = desk.plan(QuantizeWanted()).parameters
    assert (told["reading"]["task"], told["shapes"]) == ("classification", None)
    ids = {"name": "ids", "names": ["ids"], "shape": [1, "?"], "type": "i64", "layout": None}
    desk.change(Model, "model", inputs=[ids], task="generic")
    told = desk.plan(QuantizeWanted()).parameters
    assert (told["reading"], told["shapes"]) == (None, {"ids": [1, 128]})


def test_weights_without_data(desk: Desk) -> None:
    plan = desk.plan(CompressWanted(mode="int4_sym", group_size=64, ratio=0.8))
    told = plan.parameters
    assert (plan.kind, plan.method, plan.without) == ("compress_weights", "int4 weights", None)
    assert (told["mode"], told["group_size"], told["ratio"]) == ("int4_sym", 64, 0.8)
    assert (told["dataset"], told["calibration"]) == (None, None)


@pytest.mark.parametrize(
    ("device", "target"),
    [
        ("CPU", "CPU"), ("GPU.1", "GPU"), ("NPU", "NPU"), ("AUTO", "ANY"), ("AUTO:CPU", "CPU"), ("AUTO:-CPU", "CPU"),
        ("HETERO:GPU.0,GPU.1", "GPU"), ("MULTI:CPU,GPU", "ANY"), ("BATCH:GPU(4)", "GPU"), ("X", "ANY"),
    ],
)  # fmt: skip
def test_what_it_is_quantised_for(desk: Desk, device: str, target: str) -> None:
    desk.change(Project, "project", device=device)
    assert desk.plan(QuantizeWanted()).resolved["target_device"] == target
    assert desk.plan(QuantizeWanted(target_device="NPU")).resolved["target_device"] == "NPU"


def test_a_device_that_does_not_compute_on_int8_is_noted(desk: Desk) -> None:
    assert desk.plan(QuantizeWanted()).notes == []
    with desk.runtime.db.write() as session:
        device = session.scalars(select(Device)).one()
        device.properties = device.properties | {"precisions": ["f32"]}
    (note,) = desk.plan(QuantizeWanted()).notes
    assert "does not compute on INT8" in note


@pytest.mark.parametrize("name", ["n" * 100, "n" * 59 + " " + "m" * 40, "net"])
def test_whatever_the_parent_is_called_the_name_is_one(desk: Desk, name: str) -> None:
    desk.change(Model, "model", name=name)
    body = {"preset": "mixed", "accuracy": {"max_drop": 1.23456789e-05}, "calibration": {"samples": 2}}
    names = [
        desk.plan(QuantizeWanted.model_validate(body)).usual,
        desk.plan(CompressWanted(mode="int8_sym")).usual,
    ]
    for one in names:
        assert checked_name(f"{one} (1000)") == f"{one} (1000)"
        assert "  " not in one


class TestRanking:
    def test_of_a_model_in_floating_point(self, desk: Desk) -> None:
        plan = desk.ranking(samples=4, quantize={"preset": "mixed", "calibration": {"samples": 3}, "accuracy": {}})
        told = plan.parameters
        assert (plan.quantized, told["reference"]) == (None, None)
        assert told["quantize"]["preset"] == "mixed"
        assert (told["quantize"]["dataset"], told["quantize"]["calibration"]["count"]) == ("inputs/calibration", 3)
        assert (told["subset"], told["without"]) == ({"count": 4, "seed": 0}, {"count": 3, "seed": 0})
        assert (told["measure"], told["metric"], told["dataset"]) == ("metric", None, "inputs/dataset")

    def test_by_default_all_that_are_left_of_a_small_dataset(self, desk: Desk) -> None:
        told = desk.ranking().parameters
        assert (told["subset"]["count"], told["without"]["count"]) == (4, 4)

    def test_of_a_quantised_one(self, desk: Desk) -> None:
        calibration = {"dataset_id": desk.ids["dataset"], "samples": 5, "seed": 1}
        options = QuantizeWanted.model_validate({"preset": "mixed"}).model_dump(mode="json")
        conversion = {"method": "int8", "calibration": calibration, "options": options}
        desk.change(Model, "child", precision="INT8", conversion=conversion)
        plan = desk.ranking("child_project", samples=8, measure="distance")
        told = plan.parameters
        assert (plan.original.id, plan.calibration) == (desk.ids["model"], None)
        assert plan.quantized is not None
        assert plan.quantized.id == desk.ids["child"]
        assert (told["reference"], told["quantize"], told["measure"]) == ("inputs/reference.xml", None, "distance")
        # Eight, of which five calibrated it.
        assert (told["subset"]["count"], told["without"]) == (3, {"count": 5, "seed": 1})
        assert plan.options is not None
        assert plan.options.preset == "mixed"

    @pytest.mark.parametrize("calibration", [None, 7, [], {"samples": "x"}, {"samples": -1, "seed": 2**40}])
    def test_a_model_that_was_quantised_elsewhere(self, desk: Desk, calibration: Any) -> None:
        if isinstance(calibration, dict):
            calibration["dataset_id"] = desk.ids["dataset"]
        conversion = {"method": "int8", "options": [calibration], "calibration": calibration}
        desk.change(Model, "child", precision="INT8", conversion=conversion)
        plan = desk.ranking("child_project", samples=4)
        assert (plan.options, plan.parameters["without"]) == (None, None)
