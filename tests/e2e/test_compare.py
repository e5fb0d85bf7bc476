"""Comparisons, checks, reports and ceilings in a real browser."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.lab import LONG_MS, Lab, panel

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def compared(page: Page, lab: Lab) -> None:
    """Two projects ticked in the list, the small one first, and compared."""
    page.goto("/")
    compare = page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_have_attribute("aria-disabled", "true", timeout=LONG_MS)
    for ref in (lab.small, lab.wide):
        name = lab.project(ref)["name"]
        page.get_by_role("checkbox", name=f"Compare {name}", exact=True).check()
    page.get_by_role("link", name="Compare 2").click()
    expect(page).to_have_url(re.compile(f"side={lab.small}&side={lab.wide}"))


class TestComparison:
    def test_two_ticked_projects(self, page: Page, lab: Lab) -> None:
        compared(page, lab)
        told = lab.stack.get("/comparisons", side=[lab.small, lab.wide])
        figures = page.get_by_role("table", name=re.compile("^Figures of every side"))
        throughput = figures.get_by_role("row").filter(has_text=told["metrics"][0]["label"])
        # It does four times the work: on any machine that is a certain difference, and in words.
        expect(throughput).to_contain_text("worse", timeout=LONG_MS)
        expect(figures.get_by_role("row")).to_have_count(len(told["metrics"]) + 1)
        for warning in told["warnings"]:
            expect(page.get_by_label("Warnings")).to_contain_text(warning["message"])
        for title in ("Throughput", "Latency", "All runs of these projects", "Time by layer type"):
            expect(panel(page, title).locator("canvas").first).to_be_visible(timeout=LONG_MS)
        panel(page, "Throughput").get_by_role("button", name="Table").click()
        expect(panel(page, "Throughput").get_by_role("row")).to_have_count(3)

    def test_layers_that_changed(self, page: Page, lab: Lab) -> None:
        told = lab.stack.get("/comparisons", side=[lab.small, lab.wide])
        page.goto(f"/compare?side={lab.small}&side={lab.wide}")
        layers = panel(page, "Layer differences")
        rows = layers.get_by_role("table").get_by_role("row")
        expect(rows.nth(1)).to_contain_text(told["layers"][0]["label"], timeout=LONG_MS)  # what changed most
        assert min(told["accounted"]) > 0.99
        expect(layers).to_contain_text("matched rows account for")
        layers.get_by_label("Layer, original or executed name").fill("conv1")
        matching = [row for row in told["layers"] if any("conv1" in name for name in row_names(row))]
        expect(layers.get_by_role("status")).to_contain_text(f"{len(matching)} of {len(told['layers'])} rows")
        row = rows.filter(has_text=re.compile("^conv1")).first
        row.get_by_role("button").first.click()
        detail = page.get_by_role("region", name="Layer conv1", exact=True)
        expect(detail).to_contain_text("relu1")  # an original of it
        # Both executed layers, each with a link to it in its project.
        expect(detail.get_by_role("link", name="conv1", exact=True)).to_have_count(2, timeout=LONG_MS)
        expect(page).to_have_url(re.compile("row=conv1"))

    def test_sides_are_turned_taken_away_and_added(self, page: Page, lab: Lab) -> None:
        page.goto(f"/compare?side={lab.small}&side={lab.wide}")
        wide = lab.project(lab.wide)["name"]
        page.get_by_role("button", name=f"Move {wide} to the front").click(timeout=LONG_MS)
        expect(page).to_have_url(re.compile(f"side={lab.wide}&side={lab.small}"))
        sides = page.get_by_role("list", name="Sides of the comparison").get_by_role("listitem")
        expect(sides.first).to_contain_text(wide)
        page.get_by_role("button", name=f"Take {wide} out of the comparison").click()
        expect(page.get_by_text("Compared with what?")).to_be_visible()
        page.get_by_role("button", name="Choose the other side").click()
        picker = page.get_by_role("dialog")
        picker.get_by_label("Find a project by name").fill("wide")
        found = picker.get_by_role("region", name=wide, exact=True)
        found.get_by_role("button", name=re.compile(r"\d runs?")).click()
        runs = lab.runs(lab.wide)
        found.get_by_role("button", name=f"Add run {runs[0]['label']} of {wide}", exact=True).first.click()
        picker.get_by_role("button", name="Done").click()
        expect(page).to_have_url(re.compile(f"side={lab.small}&side={runs[0]['id']}"))
        expect(page.get_by_role("table", name=re.compile("^Figures of every side"))).to_be_visible(timeout=LONG_MS)

    def test_the_palette_and_the_rail_lead_there(self, page: Page, lab: Lab) -> None:
        page.goto("/")
        expect(page.get_by_role("checkbox").first).to_be_visible(timeout=LONG_MS)
        page.keyboard.press("Control+k")
        page.keyboard.type("compare")
        page.get_by_role("option", name=re.compile("Compare projects")).first.click()
        expect(page.get_by_role("heading", name="Nothing is compared yet")).to_be_visible()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Jobs").click()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Compare").click()
        expect(page).to_have_url(re.compile("/compare$"))


def row_names(row: dict[str, Any]) -> list[str]:
    executed = [name for side in row["sides"] if side for name in side["names"]]
    return [row["label"], *row["originals"], *executed]


SAID = {"passed": "Passed", "regression": "Regression", "noisy": "Too noisy", "contended": "Contended"}
EXIT_CODES = {"passed": 0, "regression": 1, "noisy": 4, "contended": 4}


class TestCheck:
    def test_a_check_is_started_and_its_result_is_shown(self, page: Page, lab: Lab) -> None:
        small = next(run for run in lab.runs(lab.small) if run["batch"] == 1)["id"]
        page.goto(f"/compare?side={small}&side={lab.wide}")
        page.get_by_role("button", name="Check B against A").click(timeout=LONG_MS)
        form = page.get_by_role("dialog")
        form.get_by_label("Measure for at most").fill("4")
        form.get_by_role("button", name="Start the check").click()
        expect(page).to_have_url(re.compile("/checks/"), timeout=LONG_MS)
        job = page.url.rsplit("/", 1)[1]
        verdict = page.get_by_role("region", name="Verdict")
        expect(verdict).to_be_visible(timeout=LONG_MS)
        assert lab.stack.finished(job)["state"] == "succeeded"
        result = lab.stack.get(f"/checks/{job}")["result"]
        expect(verdict).to_contain_text(SAID[result["verdict"]])
        expect(verdict).to_contain_text(result["reason"][:60])
        assert result["verdict"] != "passed"  # it does four times the work of its baseline
        expect(panel(page, "Slowdown and its interval").locator("canvas").first).to_be_visible(timeout=LONG_MS)
        again = panel(page, "Do it again")
        expect(again).to_contain_text(f"--baseline {small}")
        expect(again).to_contain_text("--max-slowdown 5%")
        words = shlex.split(again.locator("pre").inner_text())
        code, told = lab.stack.command(*words[1:], "--budget-s", "3")  # what it says works
        assert EXIT_CODES[told["result"]["verdict"]] == code
        page.goto("/jobs?kind=check")
        links = page.get_by_role("link", name=re.compile("^Result of "))
        expect(links).to_have_count(2)  # the page's, and the command line's
        links.and_(page.locator(f"[href$='/checks/{job}']")).click()
        expect(page).to_have_url(re.compile(f"/checks/{job}"))
        expect(verdict).to_be_visible(timeout=LONG_MS)


class TestReport:
    """A report is one file: it opens from disk with the network off, and its charts are there."""

    def opened(self, browser: Browser, path: Path) -> list[str]:
        """What went wrong; checks what every report has."""
        context = browser.new_context()
        context.set_offline(True)
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
        page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:", "blob:")) else wrong.append(f"asks {request.url}")
            ),
        )
        page.goto(path.as_uri())
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        charts = page.locator("svg:visible, canvas:visible")
        expect(charts.first).to_be_visible()
        sizes = charts.evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(({width, height}) => [width, height])"
        )
        assert sum(1 for width, height in sizes if width > 150 and height > 80) >= 1, sizes
        drawn = page.locator("svg :is(circle, rect, path, line)").count() + page.locator("canvas").count()
        assert drawn > 10
        expect(page.get_by_role("table").first).to_be_visible()
        context.close()
        return wrong

    def test_of_a_comparison(self, page: Page, browser: Browser, lab: Lab, tmp_path: Path) -> None:
        page.goto(f"/compare?side={lab.small}&side={lab.wide}")
        with page.expect_download(timeout=LONG_MS) as download:
            page.get_by_role("link", name=re.compile("^Report")).click(timeout=LONG_MS)
        file = tmp_path / "comparison.html"
        download.value.save_as(file)
        assert self.opened(browser, file) == []

    def test_of_a_project(self, page: Page, browser: Browser, lab: Lab, tmp_path: Path) -> None:
        page.goto(f"/projects/{lab.small}")
        with page.expect_download(timeout=LONG_MS) as download:
            page.get_by_role("link", name="Report", exact=True).click(timeout=LONG_MS)
        file = tmp_path / "project.html"
        download.value.save_as(file)
        assert self.opened(browser, file) == []

    def test_tables_of_a_comparison(self, page: Page, lab: Lab) -> None:
        page.goto(f"/compare?side={lab.small}&side={lab.wide}")
        for name, start in (("CSV", ""), ("JSON", "{")):
            with page.expect_download(timeout=LONG_MS) as download:
                page.get_by_role("link", name=re.compile(f"^{name}")).click(timeout=LONG_MS)
            text = Path(download.value.path()).read_text()
            assert text.startswith(start)
            assert "conv1" in text


class TestCeilings:
    def test_are_measured_from_the_page_of_the_target(self, page: Page, lab: Lab) -> None:
        target = lab.stack.get("/targets")["items"][0]["id"]
        page.goto(f"/targets/{target}")
        ceilings = panel(page, "Ceilings")
        ceilings.get_by_role("button", name="Measure ceilings of CPU").click(timeout=LONG_MS)
        expect(ceilings.get_by_role("button", name="Measure again: ceilings of CPU")).to_be_visible(timeout=LONG_MS)
        (measured,) = lab.stack.get(f"/targets/{target}")["ceilings"]
        assert measured["memory_gbps"] > 0
        for precision in measured["compute_gflops"]:
            header = ceilings.locator("th").filter(has_text=re.compile(f"^{precision}, G"))
            expect(header).to_be_visible()
        page.goto(f"/projects/{lab.small}?lens=roofline")
        expect(page.get_by_role("application", name=re.compile("^Roofline"))).to_be_visible(timeout=LONG_MS)
