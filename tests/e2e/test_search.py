"""A guided search in a real browser, from the form to its result."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lab import LONG_MS, Lab, panel

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


class TestSearch:
    def test_the_form_leads_to_the_result(self, page: Page, lab: Lab) -> None:
        page.goto(f"/projects/{lab.small}")
        page.get_by_role("button", name="Find the best settings").click()
        page.get_by_text("the whole front", exact=True).click()
        page.get_by_label("The latency that counts").select_option("median")
        page.get_by_label("Streams", exact=True).fill("1-2")
        page.get_by_label("Batches", exact=True).fill("1, 2, 4")
        page.get_by_label("Budget").fill("6")
        page.get_by_label("A cell of the full grid").fill("2")
        page.get_by_role("button", name="Search", exact=True).click()
        expect(page).to_have_url(re.compile("search="), timeout=LONG_MS)
        found = panel(page, "Search for the best settings")
        expect(found.get_by_text("It ended because")).to_be_visible(timeout=LONG_MS)
        address = re.search(r"search=([^&]+)", page.url)
        assert address is not None
        result = lab.stack.get(f"/searches/{address[1]}")["result"]
        assert result["grid"] == 6
        figures = found.get_by_label("Outcome of the search")
        expect(figures).to_contain_text(f"of {result['grid']}")
        front = found.get_by_role("table", name="The front")
        expect(front.get_by_role("row")).to_have_count(len(result["front"]) + 1)
        for point in result["front"]:
            expect(front.get_by_role("row").filter(has_text=point["label"]).first).to_be_visible()
        page.goto("/jobs")  # and the list of jobs leads there as well
        page.get_by_role("link", name=re.compile("^Result of ")).first.click()
        expect(page).to_have_url(re.compile(f"search={address[1]}"))
        expect(found.get_by_text("It ended because")).to_be_visible(timeout=LONG_MS)
