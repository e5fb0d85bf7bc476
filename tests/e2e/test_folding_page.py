"""From the page of a model to its version with the preprocessing inside, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.integration.material import small_onnx
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_version_with_the_preprocessing_inside(page: Page, stack: Stack) -> None:
    model = stack.import_model(small_onnx(stack.folder / "net.onnx"), name="net")
    preprocessing = {"color": "BGR", "resize": "stretch", "mean": [104, 117, 123], "scale": [58, 57, 57]}
    assert stack.client.patch(f"/models/{model['id']}", json={"preprocessing": preprocessing}).status_code == 200
    # As the button of the advice leads there.
    page.goto(f"/models/{model['id']}#fold")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("net bytes")
    dialog.get_by_label("resize inside").check()
    dialog.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="net bytes", exact=True)).to_be_visible(timeout=60_000)
    expect(dialog).to_be_hidden()
    child = stack.get("/models/net bytes")
    assert (child["parent_id"], child["inputs"][0]["type"]) == (model["id"], "u8")
    assert child["inputs"][0]["shape"][3] == 3
    assert (child["preprocessing"]["color"], child["preprocessing"]["mean"]) == ("RGB", None)


def test_the_graph_has_one_heading(page: Page, stack: Stack) -> None:
    model = stack.import_model(small_onnx(stack.folder / "drawn.onnx"), name="drawn")
    page.goto(f"/models/{model['id']}")
    page.get_by_role("button", name="Show the graph").click()
    expect(page.get_by_role("button", name="Model Explorer JSON")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="Graph", exact=True)).to_have_count(1)
    expect(page.get_by_role("heading", name="Graphs", exact=True)).to_have_count(0)
