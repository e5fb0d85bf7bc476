"""The graph view alone in a real browser, built as the page is and under its headers (the page itself: test_graphs)."""

import json
import re
import xml.etree.ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.benchmarks.graph_view import FRONTEND, built

AXE = FRONTEND / "node_modules/axe-core/axe.min.js"
# 12 blocks: 4 nodes before them, 1 after.
NODES = 4 + 12 * 39 + 1
# What a view whose groups are closed may draw.
FEW = re.compile(r"^[1-5]?\d$")

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    with built() as address:
        yield address


@pytest.fixture
def view(browser: Browser, home: str) -> Iterator[Open]:
    """Opens the view with what the address asks for; any complaint of the browser fails the test."""
    wrong: list[str] = []
    contexts = []

    def make(query: str = f"nodes={NODES}", bypass_csp: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, accept_downloads=True, bypass_csp=bypass_csp
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text) if said.type == "error" and "favicon" not in said.location["url"] else None
            ),
        )
        page.goto(f"{home}?{query}")
        expect(canvas(page, "Model")).to_have_attribute("data-drawn", re.compile(r"\d"), timeout=30_000)
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


def canvas(page: Page, title: str) -> Locator:
    return page.get_by_role("application", name=f"{title} as a graph")


def said(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True).locator("[aria-live]")


class TestKeyboard:
    def test_arrows_go_along_edges_and_enter_picks_in_both_graphs(self, view: Open) -> None:
        page = view()
        canvas(page, "Model").focus()
        page.keyboard.press("ArrowDown")
        expect(said(page, "Model")).to_contain_text("Parameter input_ids")
        page.keyboard.press("ArrowDown")
        expect(said(page, "Model")).to_contain_text("embeddings/")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        detail = page.get_by_role("region", name="Node embeddings/")
        expect(detail).to_contain_text("Runs in")
        assert isinstance(page.evaluate("window.picked"), int)
        page.keyboard.press("Escape")
        expect(detail).to_have_count(0)
        assert page.evaluate("window.picked") is None

    def test_slash_searches_and_enter_goes_from_hit_to_hit(self, view: Open) -> None:
        page = view()
        canvas(page, "Executed graph").focus()
        page.keyboard.press("/")
        page.keyboard.type("softmax")
        expect(page.get_by_role("status").filter(has_text="12 hits")).to_be_visible()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="2 of 12 hits")).to_be_visible()
        expect(page.get_by_role("region", name="Node encoder/layer.1/attn/softmax")).to_be_visible()
        page.keyboard.press("Shift+Enter")
        expect(page.get_by_role("region", name="Node encoder/layer.0/attn/softmax")).to_be_visible()

    def test_enter_opens_a_group_and_backspace_closes_it(self, view: Open) -> None:
        page = view(f"nodes={NODES}&collapse=scopes&only=ir")
        page.get_by_role("button", name="Close all").click()
        shown = canvas(page, "Model")
        expect(shown).to_have_attribute("data-drawn", "5")
        shown.focus()
        for _ in range(4):
            page.keyboard.press("ArrowDown")
            if "encoder" in said(page, "Model").inner_text():
                break
        expect(said(page, "Model")).to_contain_text("Group encoder, 12 times the same block")
        page.keyboard.press("Enter")
        # The container and twelve blocks; the keyboard is at the first of them.
        expect(shown).to_have_attribute("data-drawn", "17")
        expect(said(page, "Model")).to_contain_text("Group layer.0")
        page.keyboard.press("Backspace")
        expect(shown).to_have_attribute("data-drawn", "5")


class TestSelection:
    def test_a_layer_of_the_table_is_shown_in_both(self, view: Open) -> None:
        page = view()
        page.evaluate("window.select(63)")
        detail = page.get_by_role("region", name="Node encoder/")
        expect(detail).to_contain_text("Order63")
        name = detail.locator("p").first.inner_text()
        detail.get_by_role("button", name=name, exact=True).click()
        # The same node, now of the model.
        expect(detail).to_contain_text("Runs in")
        expect(detail).not_to_contain_text("Primitive")
        assert page.evaluate("window.picked") == 63

    def test_what_is_selected_comes_out_of_its_closed_groups(self, view: Open) -> None:
        page = view(f"nodes={NODES}&collapse=scopes")
        before = canvas(page, "Model").get_attribute("data-drawn")
        page.evaluate("window.select(300)")
        for title in ("Model", "Executed graph"):
            expect(canvas(page, title)).not_to_have_attribute("data-drawn", before or "")


class TestCollapse:
    def test_scopes_and_repeats_close_and_open(self, view: Open) -> None:
        page = view(f"nodes={NODES}&only=ir")
        shown = canvas(page, "Model")
        expect(shown).to_have_attribute("data-drawn", str(NODES))
        page.get_by_text("Repeats", exact=True).click()
        expect(shown).to_have_attribute("data-drawn", FEW)
        page.get_by_text("Scopes", exact=True).click()
        page.get_by_role("button", name="Close all").click()
        expect(shown).to_have_attribute("data-drawn", FEW)
        page.get_by_role("button", name="Open all").click()
        # All nodes, and the containers around them: the layout comes from a worker, so the number is waited for.
        page.wait_for_function(
            "least => Number(document.querySelector('[data-drawn]').dataset.drawn) > least", arg=NODES
        )

    def test_says_when_there_is_nothing_to_collapse(self, view: Open) -> None:
        page = view("nodes=5&only=ir&collapse=repeats")
        expect(page.get_by_role("heading", name="no block repeats")).to_be_visible()


class TestFiles:
    def test_svg_png_and_model_explorer(self, view: Open, tmp_path: Path) -> None:
        page = view()
        with page.expect_download() as svg:
            page.get_by_role("button", name="SVG").first.click()
        tree = xml.etree.ElementTree.parse(svg.value.path()).getroot()  # noqa: S314 - written by ourselves
        assert len(tree.findall(".//{http://www.w3.org/2000/svg}title")) == NODES
        with page.expect_download() as png:
            page.get_by_role("button", name="PNG").last.click()
        assert Path(png.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        with page.expect_download() as explorer:
            page.get_by_role("button", name="Model Explorer JSON").click()
        collection = json.loads(Path(explorer.value.path()).read_text())
        assert [len(graph["nodes"]) for graph in collection["graphs"]] == [NODES, NODES]
        names = [svg.value.suggested_filename, png.value.suggested_filename, explorer.value.suggested_filename]
        assert names == ["graph-ir-graph.svg", "graph-runtime-graph.png", "graph-model-explorer.json"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(view: Open, scheme: str) -> None:
    page = view(f"nodes={NODES}&collapse=scopes&scheme={scheme}", bypass_csp=True)
    page.evaluate("window.select(300)")
    expect(page.get_by_role("region", name="Node encoder/")).to_be_visible()
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })"
        ".then((result) => result.violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))"
    )
    # The harness has no heading and no title of a page.
    assert found == []
