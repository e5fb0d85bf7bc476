"""Reports need nothing from anywhere, run nothing, and write every name as text."""

from html.parser import HTMLParser

import pytest

from tests.unit.comparisons.reports import EVIL, comparison_page, project_page, summary
from workbench.comparisons.html import project_report

# What a browser would fetch, follow or run.
FETCHING = {"src", "href", "xlink:href", "srcset", "data", "action", "formaction", "poster", "background", "ping"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "div", "h1", "h2", "h3",
    "p", "span", "small", "b", "i", "ul", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td",
    "details", "summary", "code", "svg", "g", "line", "circle", "rect", "polyline", "text",
}  # fmt: skip


class Page(HTMLParser):
    """What a parser makes of a report: its elements, their attributes, and the text in each."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text.setdefault(self._open[-1], []).append(data)

    def all_of(self, tag: str) -> str:
        return "\n".join(self.text.get(tag, []))


REPORTS = {
    "project": project_page(),
    "project without anything": project_page(runs=[], layers=None, findings=None, model=None),
    "comparison": comparison_page(),
    "comparison of eight": comparison_page(8),
}


@pytest.mark.parametrize("name", REPORTS)
class TestSelfContained:
    def test_nothing_is_fetched_or_run(self, name: str) -> None:
        page = Page(REPORTS[name])
        assert set(page.tags) <= TAGS
        assert not [item for item in page.attributes if item[1] in FETCHING or item[1].startswith("on")]
        style = page.all_of("style")
        assert "url(" not in style
        assert "@import" not in style
        assert "expression(" not in style
        assert not [value for _, attribute, value in page.attributes if attribute == "style" and "url" in value]

    def test_it_forbids_itself_to(self, name: str) -> None:
        page = Page(REPORTS[name])
        assert (
            "meta", "content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        ) in page.attributes  # fmt: skip

    def test_names_run_nothing(self, name: str) -> None:
        """They are neither elements nor templates."""
        page = Page(REPORTS[name])
        assert "alert(1)" not in page.all_of("style")
        assert not {"script", "img"} & set(page.tags)
        assert "49" not in page.all_of("h1")


class TestProjectReport:
    def test_the_hostile_name_stands_there_as_it_is(self) -> None:
        page = Page(project_page())
        assert "net" + EVIL in page.all_of("h1")
        assert "fc" + EVIL in page.all_of("td")
        assert any("to_nhwc" + EVIL in text for text in page.text["td"])

    def test_charts_have_axes_with_units_and_tooltips(self) -> None:
        page = Page(project_page())
        written = page.text["text"]
        assert {"median latency, ms", "throughput, FPS", "FLOP for each byte", "achieved, GFLOP/s"} <= set(written)
        assert any(text.startswith("1 × 1: 100 FPS, 10 ms median") for text in page.text["title"])
        assert any("of the time, memory" in text for text in page.text["title"])

    def test_figures_with_intervals(self) -> None:
        page = Page(project_page())
        assert "FPS ± 10" in " ".join(page.all_of("small").split())
        assert "not enough samples" in page.all_of("div")

    def test_findings_with_what_to_do(self) -> None:
        page = Page(project_page())
        assert "INT8 would make this model faster" in page.all_of("h3")
        assert "workbench benchmark" in page.all_of("code")
        assert "Rules that found nothing" in page.all_of("summary")

    def test_a_project_without_runs(self) -> None:
        page = Page(project_report(summary(runs=[], best=None, front=[], layers=None, findings=None)))
        assert "Nothing was measured yet" in page.all_of("h2")
        assert "svg" not in page.tags

    def test_an_archived_project(self) -> None:
        gone = summary().project.model_copy(
            update={"model": None, "dataset": None, "target": None, "missing": ["model", "dataset", "target"]}
        )
        page = Page(project_report(summary(project=gone, model=None)))
        assert "model deleted" in page.all_of("span")


class TestComparisonReport:
    def test_ratios_intervals_and_rows(self) -> None:
        page = Page(comparison_page())
        assert "against A, × (bars: 95 % interval)" in page.text["text"]
        assert "1.20 ×" in page.all_of("td")
        assert "only in A" in page.all_of("span")
        assert "fc" + EVIL not in page.all_of("style")

    def test_every_side_has_its_letter(self) -> None:
        heads = " ".join(Page(comparison_page(8)).all_of("th").split())
        assert all(f"{letter} / A" in heads for letter in "BCDEFGH")
