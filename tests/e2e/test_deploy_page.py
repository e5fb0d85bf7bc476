"""Taking a project away, in a real browser: a package that was tried, its recipe, an export that comes back."""

import hashlib
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lab import LONG_MS, Lab, panel

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SNIPPET = "Python, with the tuned configuration"


def megabytes(text: str) -> float:
    """The first size of a text, in MB."""
    found = re.search(r"([\d.]+)\s*(kB|MB)", text)
    assert found is not None, text
    return float(found[1]) / (1000 if found[2] == "kB" else 1)


def planned(plan: Locator) -> float:
    return megabytes(plan.get_by_label("Size of the package").inner_text())


def build(page: Page) -> None:
    page.get_by_role("button", name="Build the package").click()


class TestPackage:
    def test_it_is_planned_built_tried_and_taken(self, page: Page, lab: Lab, tmp_path: Path) -> None:
        page.goto(f"/projects/{lab.wide}?tab=deploy")
        form, plan = page.get_by_role("form", name="Build a package"), panel(page, "What it will be")
        expect(page.get_by_role("heading", name="No package yet")).to_be_visible()
        expect(plan.get_by_role("row").filter(has_text="device plugins")).to_be_visible(timeout=LONG_MS)
        whole = planned(plan)
        # The plan follows the form: without headers there is less of it.
        form.get_by_label("C++").uncheck()
        expect(plan.get_by_role("row").filter(has_text="headers")).to_have_count(0)
        assert planned(plan) < whole
        form.get_by_label("Name", exact=True).fill("box")
        form.get_by_label("Samples that it is tried with").fill("2")
        expect(plan.get_by_text("will be run", exact=True)).to_be_visible()
        build(page)
        card = panel(page, "box")
        trial = card.get_by_label("Trial of box")
        expect(trial.get_by_text("passed", exact=True)).to_be_visible(timeout=LONG_MS)
        expect(trial).to_contain_text("Python sample")
        made = lab.stack.get("/packages", project=lab.wide)["items"][0]
        expect(card.get_by_text(made["sha256"], exact=True)).to_be_visible()
        # Close to what was foretold.
        assert abs(made["size_bytes"] / 1e6 - planned(plan)) < 0.1 * planned(plan)

        log = self._log(card, lab, made["id"])
        log.get_by_label("Search the log").fill("FPS")
        expect(log.get_by_text("1 of ")).to_be_visible()
        card.get_by_role("button", name="What is in it").click()
        expect(card.get_by_role("row").filter(has_text="runtime")).to_be_visible()

        with page.expect_download() as download:
            card.get_by_role("link", name=re.compile("^Download")).click()
        assert download.value.suggested_filename == made["filename"]
        archive = tmp_path / "box.tar.gz"
        download.value.save_as(archive)
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == made["sha256"]
        self._snippet_runs(page, archive, tmp_path)

    def _log(self, card: Locator, lab: Lab, package: str) -> Locator:
        button = card.get_by_role("button", name="Log of the trial")
        expect(button).to_have_attribute("aria-expanded", "false")
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        first = lab.stack.client.get(f"/packages/{package}/log").text.splitlines()[0]
        expect(card.get_by_text(first, exact=True)).to_be_visible()
        return card

    def _snippet_runs(self, page: Page, archive: Path, folder: Path) -> None:
        """What the page tells to paste does what it says with the package's own model."""
        text = page.get_by_label(SNIPPET, exact=True).inner_text()
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        (top,) = (entry for entry in folder.iterdir() if entry.is_dir())
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=top, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        numbers = sorted(int(line.split()[0]) for line in done.stdout.splitlines())
        assert numbers == list(range(8))

    def test_a_device_that_is_not_here_is_told_before(self, page: Page, lab: Lab) -> None:
        page.goto(f"/projects/{lab.small}?tab=deploy")
        form, plan = page.get_by_role("form", name="Build a package"), panel(page, "What it will be")
        expect(form.get_by_text("this machine lacks it: it will not be run").first).to_be_visible()
        form.get_by_label("NPU", exact=True).check()
        form.get_by_label("CPU", exact=True).uncheck()
        expect(plan.get_by_text("will not be run", exact=True)).to_be_visible(timeout=LONG_MS)
        # All by keyboard: nothing is chosen any more, and the button says so.
        form.get_by_label("NPU", exact=True).press("Space")
        expect(form.get_by_text("Choose a device at least.")).to_be_visible()
        expect(form.get_by_role("button", name="Build the package")).to_have_attribute("aria-disabled", "true")

    def test_the_snippets_have_what_was_chosen(self, page: Page, lab: Lab) -> None:
        best = lab.project(lab.wide)["best"]["run_id"]
        (other,) = (run for run in lab.runs(lab.wide) if run["id"] != best)
        page.goto(f"/projects/{lab.wide}?tab=deploy")
        own = panel(page, "In a program of your own")
        python = own.get_by_label(SNIPPET, exact=True)
        expect(python).to_contain_text('"NUM_STREAMS":', timeout=LONG_MS)
        page.get_by_label("Configuration", exact=True).select_option(other["id"])
        expect(python).to_contain_text(f'"NUM_STREAMS": {other["streams"]},')
        own.get_by_text("C++", exact=True).click()
        expect(own.get_by_label("C++, with the tuned configuration", exact=True)).to_contain_text(
            f"ov::num_streams({other['streams']})"
        )
        own.get_by_text("Model Server", exact=True).click()
        expect(own).to_contain_text("curl http://localhost:8000/v2/models/wide/ready")


class TestTransfer:
    def test_an_export_comes_back(self, page: Page, lab: Lab, tmp_path: Path) -> None:
        page.goto(f"/projects/{lab.small}?tab=deploy")
        export = panel(page, "Export the project")
        export.get_by_role("button", name="Export", exact=True).click()
        link = export.get_by_role("link", name=re.compile("^Download"))
        expect(link).to_be_visible(timeout=LONG_MS)
        with page.expect_download() as download:
            link.click()
        archive = tmp_path / download.value.suggested_filename
        download.value.save_as(archive)

        page.goto("/")
        page.get_by_role("link", name="Import a project").click()
        form = page.get_by_role("form", name="Import a project")
        form.get_by_label("Files", exact=True).set_input_files(archive)
        form.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("The project is here.")).to_be_visible(timeout=LONG_MS)
        page.get_by_role("link", name="Open the project").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("small (2)")
        ref = re.search(r"/projects/([^?]+)", page.url)
        assert ref is not None
        numbers = [(run["label"], run["throughput_fps"]) for run in lab.runs(lab.small)]
        assert sorted((run["label"], run["throughput_fps"]) for run in lab.runs(ref[1])) == sorted(numbers)

    def test_what_is_no_export_is_refused(self, page: Page, tmp_path: Path) -> None:
        wrong = tmp_path / "no.zip"
        wrong.write_bytes(b"PK")
        page.goto("/projects/import")
        form = page.get_by_role("form", name="Import a project")
        form.get_by_label("Files", exact=True).set_input_files(wrong)
        expect(form.get_by_text("An export is a .tar.gz")).to_be_visible()
        broken = tmp_path / "broken.tar.gz"
        broken.write_bytes(b"nothing that gzip has made")
        form.get_by_role("button", name="Leave out no.zip").click()
        form.get_by_label("Files", exact=True).set_input_files(broken)
        form.get_by_role("button", name="Import", exact=True).click()
        expect(form.get_by_role("alert")).to_contain_text("failed", timeout=LONG_MS)


class TestRecipe:
    def test_it_is_shown_and_taken(self, page: Page, lab: Lab, tmp_path: Path) -> None:
        page.goto(f"/projects/{lab.small}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Find a project").fill("recipe")
        found = page.get_by_role("listbox", name="Found").get_by_role("option")
        expect(found.first).to_contain_text("Recipe")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("tab=recipe"))
        recipe = lab.stack.get(f"/projects/{lab.small}/recipe")
        steps = panel(page, "The steps")
        expect(steps.get_by_role("listitem")).to_have_count(len(recipe["steps"]), timeout=LONG_MS)
        commands = panel(page, "By the command line of the workbench")
        for command in recipe["commands"]:
            expect(commands.get_by_text(command, exact=True)).to_be_visible()
        assert page.get_by_label("script", exact=True).inner_text().strip() == recipe["script"].strip()
        with page.expect_download() as download:
            steps.get_by_role("link", name="Script").click()
        kept = tmp_path / "recipe.py"
        download.value.save_as(kept)
        assert kept.read_text() == recipe["script"]


def test_versions_of_a_model_stand_as_a_tree(page: Page, lab: Lab) -> None:
    model = lab.project(lab.small)["model"]
    folded = lab.stack.post(
        f"/models/{model['id']}/fold", {"name": "small folded", "preprocessing": {"mean": [1, 2, 3]}}
    )
    assert lab.stack.finished(folded["job"]["id"])["state"] == "succeeded"
    page.goto(f"/models/{model['id']}")
    rows = panel(page, "Versions").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text(model["name"])
    expect(rows.nth(2)).to_contain_text(re.compile("level 2.*small folded.*folded"))
    with page.expect_download() as download:
        rows.nth(2).get_by_role("link", name="Download small folded as IR").click()
    assert download.value.suggested_filename.endswith(".zip")
