"""Versions of a model, in a real browser: made, ranked, measured in turn and held against each other."""

import csv
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lab import LONG_MS, panel
from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TAB = "tab=optimize"


@pytest.fixture(scope="module")
def project(stack: Stack) -> str:
    """A small classifier in f32 with 16 annotated pictures, measured once."""
    model = stack.import_model(small_onnx(stack.folder / "net.onnx", channels=32), precision="FP32")
    dataset = stack.import_dataset(picture_zip(stack.folder / "some.zip", 16))
    wanted = {"model": model["id"], "dataset": dataset["id"], "baseline": False, "precision": "f32"}
    made: str = stack.post("/projects", wanted)["project"]["id"]
    body = {"configurations": [{"streams": 1, "batch": 1}], "duration_s": 0.5, "layers": True}
    assert stack.finished(stack.post(f"/projects/{made}/benchmarks", body)["job"]["id"])["state"] == "succeeded"
    return made


def operations(stack: Stack, project: str) -> list[str]:
    model = stack.get(f"/projects/{project}")["model"]["id"]
    return [row["name"] for row in stack.get(f"/models/{model}/layers")["items"] if row["type"] == "Convolution"]


def newest(stack: Stack, project: str, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.get("/jobs", project=project, kind=kind, limit=1)["items"][0]
    return found


def row_of(page: Page, name: str) -> Locator:
    """Of the list of versions."""
    rows = page.get_by_role("region", name="Versions as a list").get_by_role("row")
    return rows.filter(has=page.get_by_role("button", name=name, exact=True))


class TestForm:
    def test_it_says_what_is_wrong_while_it_is_typed(self, page: Page, project: str) -> None:
        page.goto(f"/projects/{project}?{TAB}")
        expect(page.get_by_role("heading", name="One version so far")).to_be_visible(timeout=LONG_MS)
        page.get_by_role("button", name="Quantise to INT8").first.click()
        form = page.get_by_role("form", name="New version")
        start = form.get_by_role("button", name="Quantise", exact=True)
        expect(form.get_by_text("8 samples of 16")).to_be_visible()
        form.get_by_text("a number", exact=True).click()
        form.get_by_label("Number of samples").fill("17")
        expect(form.get_by_text("The dataset has 16 samples.").first).to_be_visible()
        expect(start).to_have_attribute("aria-disabled", "true")
        form.get_by_label("Number of samples").fill("16")
        expect(form.get_by_text("None would be left to judge the result by").first).to_be_visible()
        form.get_by_label("Number of samples").fill("6")
        form.get_by_label("By expression").fill("(open")
        expect(form.get_by_text("'(open' is no regular expression.").first).to_be_visible()
        form.get_by_label("By expression").fill("")
        expect(start).not_to_have_attribute("aria-disabled", "true")
        # What was typed is there again after looking something up.
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Quantise to INT8").first.click()
        expect(form.get_by_label("Number of samples")).to_have_value("6")

    def test_an_operation_is_left_out_from_the_table_of_layers(self, page: Page, stack: Stack, project: str) -> None:
        page.goto(f"/projects/{project}")
        page.get_by_role("row").filter(has_text="Convolution").get_by_role("button").first.click(timeout=LONG_MS)
        page.get_by_role("link", name=re.compile("^Do not quantise")).click()
        chosen = page.get_by_role("form", name="New version").get_by_label("Operations that are not quantised")
        expect(chosen).to_be_visible(timeout=LONG_MS)
        names = chosen.get_by_role("listitem").all_inner_texts()
        assert any(name.removesuffix("✕").strip() in operations(stack, project) for name in names)


class TestVersion:
    def test_it_is_made_measured_and_stands_beside_its_parent(self, page: Page, stack: Stack, project: str) -> None:
        first = operations(stack, project)[0]
        page.goto(f"/projects/{project}?{TAB}&make=int8")
        form = page.get_by_role("form", name="New version")
        form.get_by_label("Name of the new model").fill("net small")
        form.get_by_text("a number", exact=True).click()
        form.get_by_label("Number of samples").fill("6")
        form.get_by_role("button", name="Choose operations…").click()
        form.get_by_label("Search operations").fill(first)
        form.get_by_role("region", name="Operations of the model").get_by_label(first, exact=True).check()
        form.get_by_label("Measuring takes").fill("2")
        form.get_by_label("layer times, too").uncheck()
        form.get_by_role("button", name="Quantise", exact=True).click()
        result = panel(page, "What was made")
        expect(result.get_by_role("link", name="Report", exact=True)).to_be_visible(timeout=LONG_MS)

        job = newest(stack, project, "quantize")
        assert stack.finished(job["id"])["state"] == "succeeded"
        told = stack.get(f"/quantizations/{job['id']}")["result"]
        conversion = stack.get(f"/models/{told['model_id']}")["conversion"]
        assert conversion["options"]["ignored"]["names"] == [first]
        assert told["calibration_samples"] == 6
        page.reload()
        figures = result.get_by_label("Before and after")
        expect(figures).to_contain_text(f"{told['throughput_ratio']:.3g}"[:3], timeout=LONG_MS)
        expect(figures).to_contain_text("Top-1")
        expect(result).to_contain_text("Calibrated with 6 samples")

        row = row_of(page, "net small").first
        expect(row).to_contain_text("int8")
        row.get_by_role("button", name="net small").click()
        expect(page).to_have_url(re.compile("version="))
        pane = panel(page, "net small")
        expect(pane.get_by_role("row").filter(has_text="Size")).to_contain_text("×")
        expect(pane.get_by_role("link", name="Compare with its parent")).to_be_visible()
        pane.get_by_role("link", name="Its project").click()
        expect(page.get_by_role("link", name=re.compile("^child of"))).to_be_visible()

    def test_axes_and_limits_stand_in_the_address(self, page: Page, project: str) -> None:
        page.goto(f"/projects/{project}?{TAB}&vx=size_bytes&vy=throughput_fps")
        chart = panel(page, "Versions")
        limit = chart.get_by_role("slider", name="Limit of size of the model")
        expect(limit).to_have_attribute("aria-valuetext", "no limit", timeout=LONG_MS)
        limit.press("ArrowLeft")
        expect(page).to_have_url(re.compile("vxLimit="))
        lower = chart.get_by_role("slider", name="Limit of throughput")
        lower.press("PageUp")
        expect(page).to_have_url(re.compile("vyLimit="))
        expect(chart.get_by_text(re.compile("within the limits"))).to_be_visible()
        chart.get_by_label("Across").select_option("latency_ms")
        expect(page).not_to_have_url(re.compile("vxLimit="))
        with page.expect_download() as download:
            chart.get_by_role("button", name="CSV").click()
        rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
        assert {row["version"] for row in rows} >= {"net small"}
        assert all(float(row["size_bytes"]) > 0 for row in rows)

    def test_versions_are_measured_in_turn(self, page: Page, stack: Stack, project: str) -> None:
        page.goto(f"/projects/{project}?{TAB}")
        for name in ("net", "net small"):
            row_of(page, name).first.get_by_role("checkbox").check(timeout=LONG_MS)
        page.get_by_label("Seconds of measuring in turn").fill("2")
        page.get_by_role("button", name="Measure 2 versions in turn").click()
        raced = panel(page, "Measured in turn")
        expect(raced.get_by_role("row")).to_have_count(3, timeout=LONG_MS)
        race = stack.get(f"/races/{newest(stack, project, 'race')['id']}")["result"]
        expect(raced.get_by_role("row").nth(1)).to_contain_text("1.00 ×")
        expect(raced).to_contain_text(race["label"])
        page.get_by_label("Figures of").select_option("race")
        expect(page).to_have_url(re.compile("pick=race"))

    def test_operations_are_ranked_and_the_worst_left_out(self, page: Page, stack: Stack, project: str) -> None:
        page.goto(f"/projects/{project}?{TAB}&make=sensitivity")
        form = page.get_by_role("form", name="Rank the operations")
        form.get_by_label("Samples for each measurement").fill("4")
        form.get_by_role("button", name="Start").click()
        ranked = panel(page, "Sensitivity")
        expect(ranked.get_by_role("region", name="Ranked operations")).to_be_visible(timeout=LONG_MS)
        assert stack.finished(newest(stack, project, "sensitivity")["id"])["state"] == "succeeded"
        page.reload()
        told = stack.get(f"/projects/{project}/sensitivity")["result"]["operations"]
        ranked.get_by_label("How many of the worst").fill("1")
        ranked.get_by_role("button", name="Tick the worst 1").click()
        ranked.get_by_role("button", name=re.compile("^Quantise without")).click()
        chosen = page.get_by_role("form", name="New version").get_by_label("Operations that are not quantised")
        expect(chosen).to_contain_text(told[0]["operations"][0])


class TestBest:
    def test_it_is_found_with_reasons(self, page: Page, stack: Stack, project: str) -> None:
        page.goto(f"/projects/{project}?{TAB}&make=best")
        form = page.get_by_role("form", name="Find the best version")
        form.get_by_label("Accuracy may drop by at most").fill("100")
        form.get_by_label("Budget").fill("30")
        form.get_by_label("A configuration takes").fill("0.5")
        form.get_by_label("Streams").fill("1")
        form.get_by_label("Batches").fill("1")
        form.get_by_label("inference precisions of the model as it is").check()
        form.get_by_role("button", name="Start").click()
        found = panel(page, "The best version")
        expect(found.get_by_text(re.compile("It ended because"))).to_be_visible(timeout=LONG_MS)
        told = stack.get(f"/optimizations/{newest(stack, project, 'optimize')['id']}")["result"]
        rows = found.get_by_role("region", name="Candidates").get_by_role("row")
        for candidate in told["candidates"]:
            expect(rows.filter(has_text=candidate["reason"]).first).to_be_visible()
        if told["winner"] is not None:
            expect(found.get_by_label("Outcome of the search")).to_contain_text(told["winner"]["name"])
