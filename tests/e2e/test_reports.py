"""Reports opened from disk in a real browser with the network off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.unit.comparisons.reports import EVIL, comparison_page, project_page

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
REPORTS: dict[str, Callable[[], str]] = {"project": project_page, "comparison": comparison_page}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", REPORTS)
def test_opens_offline(browser: Browser, tmp_path: Path, name: str, scheme: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(REPORTS[name](), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="dark" if scheme == "dark" else "light", offline=True
    )
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert wrong == []
    assert page.evaluate("document.scripts.length + document.images.length") == 0

    # The hostile name is there, as text; charts are drawn where they are seen, and have tooltips.
    expect(page.get_by_text(("net" if name == "project" else "to_nhwc") + EVIL).first).to_be_visible()
    chart = page.get_by_role("img", name="Median latency in ms")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    assert box["width"] > 300
    assert box["height"] > 150
    assert chart.locator("circle").count() >= 2
    assert chart.locator("title").first.text_content()
    # Nothing is wider than the page, and the ground follows the scheme.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(17, 20, 24)" if scheme == "dark" else "rgb(247, 248, 250)")
    context.close()


@pytest.mark.parametrize("name", REPORTS)
def test_prints_on_paper(browser: Browser, tmp_path: Path, name: str) -> None:
    """Also what is folded on the screen, in dark ink also where the screen is dark."""
    file = tmp_path / "report.html"
    file.write_text(REPORTS[name](), encoding="utf-8")
    context = browser.new_context(color_scheme="dark", offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(17, 17, 17)"
    if name == "project":
        expect(page.get_by_text("Did the device keep up with the arrivals?")).to_be_visible()
    assert len(page.pdf(format="A4")) > 10_000
    context.close()
