"""The laboratory in a real browser: matrix of runs, limit and sweet spot, layers, graphs, advice."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lab import LONG_MS, RUN_S, Lab, panel

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


class TestMatrix:
    def test_chosen_cells_are_measured_and_marked(self, page: Page, lab: Lab) -> None:
        page.goto(f"/projects/{lab.small}")
        page.get_by_role("button", name="Run a benchmark").click()
        grid = page.get_by_role("grid")
        before = grid.get_by_role("gridcell", name=re.compile(r"^1 stream, batch 1;"))
        expect(before).to_have_text(re.compile(r"\d"), timeout=LONG_MS)  # measured already, with its result
        page.get_by_role("button", name="none", exact=True).click()
        for cell in ("1 stream, batch 2", "2 streams, batch 2"):
            fresh = grid.get_by_role("gridcell", name=cell, exact=True)
            expect(fresh).to_have_text("")
            fresh.click()
            expect(fresh).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("list", name="Chosen runs").get_by_role("listitem")).to_have_count(2)
        page.get_by_label("Seconds of each run").fill(str(RUN_S))
        page.get_by_label("layer times").uncheck()
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.get_by_role("grid")).to_be_hidden(timeout=LONG_MS)
        rows = page.get_by_role("row")
        expect(rows.filter(has_text=re.compile(r"^\W*1 × 2")).first).to_be_visible(timeout=LONG_MS)
        expect(rows.filter(has_text=re.compile(r"^\W*2 × 2")).first).to_be_visible(timeout=LONG_MS)
        lab.ended(lab.small)
        page.get_by_role("button", name="Run a benchmark").click()
        for cell in ("1 stream, batch 2", "2 streams, batch 2"):
            marked = page.get_by_role("gridcell", name=re.compile(rf"^{cell}; measured: .* FPS"))
            expect(marked).to_have_attribute("data-verdict", re.compile("stable"), timeout=LONG_MS)
            expect(marked).to_have_text(re.compile(r"\d"))
        measured = [run for run in lab.runs(lab.small) if run["batch"] == 2]
        assert sorted(run["streams"] for run in measured) == [1, 2]

    def test_cells_are_chosen_by_keyboard(self, page: Page, lab: Lab) -> None:
        page.goto(f"/projects/{lab.small}?configure=true")
        first = page.get_by_role("gridcell", name=re.compile(r"^1 stream, batch 1\b"))
        first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press(" ")
        neighbour = page.get_by_role("gridcell", name=re.compile(r"^1 stream, batch 2\b"))
        expect(neighbour).to_be_focused()
        expect(neighbour).to_have_attribute("aria-selected", "true")
        page.keyboard.press(" ")
        expect(neighbour).to_have_attribute("aria-selected", "false")


class TestLimit:
    def test_dragging_the_limit_moves_the_star(self, page: Page, lab: Lab) -> None:
        page.goto(f"/projects/{lab.wide}")
        chart = panel(page, "Latency and throughput")
        slider = chart.get_by_role("slider", name="Limit of median latency")
        expect(slider).to_be_visible(timeout=LONG_MS)
        runs = lab.runs(lab.wide)
        self.starred(chart, max(runs, key=lambda run: run["throughput_fps"])["label"])
        # Between the two latencies: only one of the runs stays within.
        latencies = sorted(run["latency_ms"]["median"] for run in runs)
        assert latencies[0] < latencies[-1]
        wanted = (latencies[0] + latencies[-1]) / 2
        self.drag(page, slider, wanted)
        expect(page).to_have_url(re.compile(r"limit=[\d.]+"))
        found = re.search(r"limit=([\d.]+)", page.url)
        assert found is not None
        limit = float(found[1])
        assert limit == pytest.approx(wanted, rel=0.15)
        within = [run for run in runs if run["latency_ms"]["median"] <= limit]
        self.starred(chart, max(within, key=lambda run: run["throughput_fps"])["label"])
        page.reload()  # the address keeps it
        self.starred(chart, max(within, key=lambda run: run["throughput_fps"])["label"])
        slider.focus()
        page.keyboard.press("End")
        expect(page).not_to_have_url(re.compile("limit="))
        page.keyboard.press("Home")
        expect(chart).to_contain_text("no run stays within")

    @staticmethod
    def starred(chart: Locator, label: str) -> None:
        expect(chart.get_by_text(re.compile("★ best"))).to_contain_text(label, timeout=LONG_MS)

    @staticmethod
    def drag(page: Page, slider: Locator, wanted: float) -> None:
        """The axis ends where the slider stands without a limit; it begins at 0 or where the slider says."""
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        canvas = slider.locator("xpath=..").bounding_box()
        assert box is not None
        assert canvas is not None
        right = float(slider.get_attribute("aria-valuemax") or 0)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        # What the slider says while it moves leads the hand, as it leads a person's.
        low, high = canvas["x"], x
        for _ in range(12):
            at = (low + high) / 2
            page.mouse.move(at, y)
            page.wait_for_timeout(50)
            value = float(slider.get_attribute("aria-valuenow") or right)
            if abs(value - wanted) <= wanted * 0.05:
                break
            low, high = (at, high) if value < wanted else (low, at)
        page.mouse.up()


class TestLayers:
    def conditioned(self, page: Page, kind: str, *numbers: float) -> None:
        page.get_by_role("button", name=re.compile(r"^\+ condition")).click()
        page.get_by_label("Number", exact=True).select_option(label="Share")
        page.get_by_label("Comparison", exact=True).select_option(label=kind)
        fields = ("From", "To") if kind == "between" else ("Value",)
        for field, number in zip(fields, numbers, strict=True):
            page.get_by_label(field, exact=True).fill(str(number))
        page.get_by_role("button", name="Add", exact=True).click()

    def counted(self, page: Page, shown: int, of: int) -> None:
        layers = panel(page, "Where the time goes")
        expect(layers.get_by_role("status").filter(has_text=f"{shown} of {of} layers")).to_be_visible(timeout=LONG_MS)

    def test_conditions_and_sets_hold_together(self, page: Page, lab: Lab) -> None:
        run = lab.project(lab.wide)["best"]["run_id"]
        layers = lab.stack.get(f"/runs/{run}/layers")["layers"]
        shares = {layer["order"]: layer["share"] * 100 for layer in layers}
        page.goto(f"/projects/{lab.wide}?run={run}")
        expect(panel(page, "Where the time goes").get_by_role("row").nth(1)).to_be_visible(timeout=LONG_MS)
        # Conditions with values in the middle of a gap, so that rounding decides nothing.
        low, high = 0.001, sorted(shares.values())[-1] - 0.001
        self.conditioned(page, "more than", low)
        above = [order for order, share in shares.items() if share > low]
        self.counted(page, len(above), len(layers))
        self.conditioned(page, "less than", high)
        between = [order for order in above if shares[order] < high]
        assert 0 < len(between) < len(above)
        self.counted(page, len(between), len(layers))
        page.get_by_role("button", name=re.compile("^Take the condition share >")).click()
        page.get_by_role("button", name=re.compile("^Take the condition share <")).click()
        self.conditioned(page, "between", low, high)
        self.counted(page, len(between), len(layers))
        expect(page).to_have_url(re.compile("where="))
        kind = next(layer["type"] for layer in layers if layer["order"] in between)
        page.get_by_role("button", name=re.compile(r"^type")).click()
        page.get_by_role("checkbox", name=re.compile(rf"^{kind}\b")).check()
        both = [layer for layer in layers if layer["order"] in between and layer["type"] == kind]
        self.counted(page, len(both), len(layers))
        page.keyboard.press("Escape")
        page.reload()  # the address keeps all of it
        self.counted(page, len(both), len(layers))
        page.get_by_role("button", name=re.compile("^all filters")).click()
        expect(page).not_to_have_url(re.compile("where="))

    def test_a_row_is_selected_in_the_graphs_and_back(self, page: Page, lab: Lab) -> None:
        run = lab.project(lab.small)["best"]["run_id"]
        page.goto(f"/projects/{lab.small}?run={run}")
        row = page.get_by_role("row").filter(has_text=re.compile("conv1")).first
        expect(row).to_be_visible(timeout=LONG_MS)
        page.get_by_role("button", name="Graphs", exact=True).click()
        executed = page.get_by_role("region", name="Executed graph", exact=True)
        model = page.get_by_role("region", name="Model", exact=True)
        for pane in (executed, model):
            expect(pane.locator("canvas").first).to_be_visible(timeout=LONG_MS)
        row.get_by_role("button").first.click()
        node = page.get_by_role("region", name="Node conv1", exact=True)
        expect(node).to_be_visible(timeout=LONG_MS)
        original = node.get_by_role("button", name="relu1", exact=True)  # fused into it
        expect(original).to_be_visible()
        original.click()  # over to the graph of the model, and the row stays selected
        expect(page.get_by_role("region", name="Node relu1", exact=True)).to_be_visible()
        expect(page.get_by_role("region", name="Layer conv1", exact=True)).to_be_visible()
        # A pick in the graph selects the row.
        field = page.get_by_role("searchbox", name="Name, type or original")
        field.fill("conv2")
        expect(page.get_by_role("status").filter(has_text=re.compile(r"\d hits?$"))).to_be_visible(timeout=LONG_MS)
        field.press("Enter")
        expect(page.get_by_role("region", name="Layer conv2", exact=True)).to_be_visible(timeout=LONG_MS)
        table = page.get_by_role("table", name="Executed layers")
        expect(table.locator("tr[aria-current=true]")).to_contain_text("conv2")

    def test_advice_tells_what_the_rules_found(self, page: Page, lab: Lab) -> None:
        run = lab.project(lab.small)["best"]["run_id"]
        told = lab.stack.get(f"/runs/{run}/findings")
        page.goto(f"/projects/{lab.small}?run={run}")
        advice = panel(page, "Advice")
        expect(advice).to_contain_text(f"{len(told['rules'])} rules", timeout=LONG_MS)
        assert told["findings"], "an FP16 model without calibration has something to be advised on"
        for finding in told["findings"]:
            article = advice.get_by_role("article", name=finding["title"], exact=True)
            line = article.locator("summary")  # smaller ones are a line that opens
            if line.count():
                line.click()
            expect(article.get_by_text(finding["advice"][:40])).to_be_visible()
            for evidence in finding["evidence"]:
                expect(article.get_by_text(evidence["label"], exact=True).first).to_be_visible()
        named = next(finding for finding in told["findings"] if finding["layers"])
        article = advice.get_by_role("article", name=named["title"], exact=True)
        article.get_by_role("button", name=re.compile(r"^show \d+ layers?$")).click()
        every = len(lab.stack.get(f"/runs/{run}/layers")["layers"])
        self.counted(page, len(named["layers"]), every)
