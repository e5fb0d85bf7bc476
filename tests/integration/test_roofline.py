"""From the command line to the page's data: ceilings of the machine, layers under them, and both graphs."""

from typing import Any

import pytest

from tests.integration.stack import Stack

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ceilings(stack: Stack) -> dict[str, Any]:
    """The CPU's, measured by the command line."""
    code, told = stack.command("target", "ceilings", "this machine")
    assert code == 0, told
    assert (told["job"]["kind"], told["job"]["state"]) == ("ceilings", "succeeded")
    (found,) = told["target"]["ceilings"]
    return dict(found)


@pytest.fixture(scope="module")
def run(stack: Stack, model: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    create = ("project", "create", "--model", str(model["id"]), "--dataset", str(dataset["id"]), "--no-baseline")
    code, made = stack.command(*create)
    assert code == 0, made
    code, told = stack.command(
        "benchmark", made["project"]["id"], "--streams", "1", "--iterations", "20", "--precision", "f32"
    )
    assert code == 0, told
    return dict(told["runs"][0])


def test_ceilings_are_kept(stack: Stack, ceilings: dict[str, Any]) -> None:
    assert ceilings["device"] == "CPU"
    assert ceilings["memory_gbps"] > 0.1
    assert ceilings["compute_gflops"]["f32"] > 0.1
    code, pinged = stack.command("target", "ping", "this machine")
    assert code == 0
    assert pinged["target"]["ceilings"] == [ceilings]


def test_layers_stand_under_the_roof(
    stack: Stack, ceilings: dict[str, Any], run: dict[str, Any], model: dict[str, Any]
) -> None:
    table = stack.get(f"/runs/{run['id']}/layers")
    assert table["ceilings"] == ceilings
    heavy = [layer for layer in table["layers"] if layer["type"] in ("Convolution", "FullyConnected")]
    assert heavy
    for layer in heavy:
        assert layer["flop"] > 0
        assert layer["bytes"] > layer["weight_bytes"] > 0
        assert layer["intensity"] == pytest.approx(layer["flop"] / layer["bytes"])
        if layer["status"] == "executed":
            assert layer["bound"] in ("compute", "memory", "overhead")
            assert layer["gflops"] == pytest.approx(layer["flop"] / layer["time_us"] / 1e3, rel=0.01, abs=0.001)
    # The file's own batch: the layers together compute what the analysis says.
    counted = sum(item["gflop"] for item in stack.get(f"/models/{model['id']}/layers")["items"])
    assert sum(layer["flop"] or 0 for layer in table["layers"]) == pytest.approx(counted * 1e9 * run["batch"], rel=0.01)
    assert sum(group["count"] for group in table["by_precision"]) == sum(
        layer["status"] != "not_executed" for layer in table["layers"]
    )


def test_both_graphs_are_linked(stack: Stack, run: dict[str, Any], model: dict[str, Any]) -> None:
    ir, executed = stack.get(f"/models/{model['id']}/graph"), stack.get(f"/runs/{run['id']}/graph")
    assert (ir["kind"], executed["kind"]) == ("ir", "runtime")
    for graph in (ir, executed):
        for place, node in enumerate(graph["nodes"]):
            assert all(source < place for source, _ in node["inputs"])
    names = {node["name"] for node in ir["nodes"] if node["type"] not in ("Parameter", "Result")}
    linked = {name for node in executed["nodes"] for name in node["originals"]}
    assert names <= linked
    table = stack.get(f"/runs/{run['id']}/layers")["layers"]
    times = {layer["order"]: layer["time_us"] for layer in table}
    assert all(times[node["order"]] == node["time_us"] for node in executed["nodes"])
