"""How a model is read, its reports, and the way from a figure to the picture of a mistake, in a real browser."""

import csv
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lab import panel
from tests.e2e.test_try_picture import BOXES, SCORES, SIDE, constant_detector
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LONG_MS = 120_000


@dataclass(frozen=True)
class Material:
    """The sample project, and a detector that answers the same boxes for every picture."""

    stack: Stack
    digits: str
    finder: str

    def report(self, project: str, **wanted: Any) -> dict[str, Any]:
        job = self.stack.post(f"/projects/{project}/reports", wanted)["job"]
        assert self.stack.finished(job["id"])["state"] == "succeeded"
        return self.newest(project)

    def newest(self, project: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.get("/reports", project=project)["items"][0]
        return found

    def rows(self, report: str, *where: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.get(f"/reports/{report}/samples", where=list(where), **more)
        return found


def annotated_zip(path: Path, count: int = 5) -> Path:
    """COCO: the first picture has both boxes that the detector is surest of, the others have one cat elsewhere."""
    left, top, right, bottom = (share * SIDE for share in BOXES[0])
    cat = [left, top, right - left, bottom - top]
    left, top, right, bottom = (share * SIDE for share in BOXES[1])
    dog = [left, top, right - left, bottom - top]
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            name = f"{number:03}.png"
            pixels = np.random.default_rng(number).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
            archive.writestr(f"images/{name}", cv2.imencode(".png", pixels)[1].tobytes())
            images.append({"id": number + 1, "file_name": name, "width": SIDE, "height": SIDE})
            objects = [(1, cat), (2, dog)] if number == 0 else [(1, [2.0, 40.0, 10.0, 10.0])]
            annotations += [
                {
                    "id": len(annotations) + place + 1,
                    "image_id": number + 1,
                    "category_id": label,
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
                for place, (label, box) in enumerate(objects)
            ]
        categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
        content = {"info": {}, "licenses": [], "images": images, "annotations": annotations, "categories": categories}
        archive.writestr("annotations/instances_val.json", json.dumps(content))
    return path


@pytest.fixture(scope="module")
def material(stack: Stack) -> Material:
    sample = stack.post("/system/sample", {"duration_s": 0.5})["job"]
    assert stack.finished(sample["id"], 240)["state"] == "succeeded"
    digits = stack.get("/projects")["items"][0]["id"]
    folder = stack.folder / "accuracy"
    folder.mkdir()
    dataset = stack.import_dataset(annotated_zip(folder / "pets.zip"))
    model = stack.import_model(constant_detector(folder / "finder.onnx"))
    wanted = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    finder = stack.post("/projects", wanted)["project"]["id"]
    reading = {
        "task": "object_detection",
        "decoding": {"family": "boxes_and_scores", "boxes_output": "boxes", "scores_output": "scores", "nms_iou": None},
    }
    answer = stack.client.put(f"/projects/{finder}/reading", json={"reading": reading})
    assert answer.status_code == 200, answer.text
    return Material(stack, str(digits), str(finder))


@pytest.fixture(scope="module")
def report(material: Material) -> dict[str, Any]:
    """Of the detector."""
    return material.report(material.finder)


def opened(page: Page) -> Locator:
    """The drawer that is open."""
    return page.get_by_role("dialog")


def counted(page: Page, text: str) -> None:
    expect(panel(page, "Samples").get_by_role("status").first).to_have_text(text, timeout=LONG_MS)


class TestReading:
    def test_a_mistake_in_the_yaml_is_shown_where_it_is(self, page: Page, material: Material) -> None:
        page.goto(f"/projects/{material.digits}?tab=accuracy")
        told = panel(page, "How the model is read")
        expect(told.get_by_text("guessed").first).to_be_visible(timeout=LONG_MS)
        told.get_by_role("button", name="Change").click()
        drawer = opened(page)
        drawer.get_by_text("YAML", exact=True).click()
        text = drawer.get_by_role("textbox", name="Reading as YAML")
        good = text.input_value()
        text.fill(good.replace("resize: stretch", "resize: sideways"))
        mistakes = drawer.get_by_role("list", name="Mistakes")
        line = next(n for n, one in enumerate(good.split("\n"), 1) if "resize:" in one)
        expect(mistakes.get_by_role("listitem")).to_have_count(1, timeout=LONG_MS)
        expect(mistakes).to_contain_text(f"{line}:")
        expect(drawer.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
        mistakes.get_by_role("button").click()
        begin = text.evaluate("element => element.selectionStart")
        assert good[:begin].count("\n") + 1 == line
        # What was typed is there again after a look at something else.
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Details", exact=True).click()
        page.get_by_role("link", name="Accuracy", exact=True).click()
        expect(told.get_by_text("unsaved edits")).to_be_visible(timeout=LONG_MS)
        told.get_by_role("button", name="Change").click()
        expect(text).to_have_value(re.compile("sideways"))
        drawer.get_by_role("button", name="Throw the edits away").click()
        expect(text).to_have_value(good)

    def test_the_form_is_saved_and_given_back(self, page: Page, material: Material) -> None:
        page.goto(f"/projects/{material.digits}?tab=accuracy&open=reading")
        drawer = opened(page)
        drawer.get_by_label("Resize").select_option("letterbox")
        drawer.get_by_label("Mean, subtracted").fill("1, 2")
        expect(drawer.get_by_label("Value of the padding")).to_have_value("114")
        drawer.get_by_label("Mean, subtracted").fill("0, x")
        expect(drawer.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
        drawer.get_by_label("Mean, subtracted").fill("")
        expect(drawer.get_by_text("no mistakes")).to_be_visible(timeout=LONG_MS)
        drawer.get_by_role("button", name="Save").click()
        told = panel(page, "How the model is read")
        expect(told.get_by_text("set by you").first).to_be_visible(timeout=LONG_MS)
        expect(told).to_contain_text("fitted and padded")
        kept = material.stack.get(f"/projects/{material.digits}/reading")
        assert kept["source"] == "user"
        assert kept["reading"]["preprocessing"]["resize"] == "letterbox"
        told.get_by_role("button", name="Change").click()
        opened(page).get_by_role("button", name="Back to what is guessed").click()
        expect(told).to_contain_text("stretched to the input", timeout=LONG_MS)
        assert material.stack.get(f"/projects/{material.digits}/reading")["source"] == "guessed"

    def test_another_family_brings_its_fields_and_defaults(self, page: Page, material: Material) -> None:
        page.goto(f"/projects/{material.finder}?tab=accuracy&open=reading")
        drawer = opened(page)
        expect(drawer.get_by_label("Boxes", exact=True)).to_have_value("boxes", timeout=LONG_MS)
        drawer.get_by_label("Outputs are read as").select_option("yolo_rows")
        expect(drawer.get_by_label("Strides, pixels")).to_have_value("8, 16, 32", timeout=LONG_MS)
        expect(drawer.get_by_label("NMS overlap")).to_have_value("0.65")
        drawer.get_by_role("button", name="Throw the edits away").click()
        expect(drawer.get_by_label("Boxes", exact=True)).to_have_value("boxes")


class TestReport:
    def test_a_report_is_made_and_its_figures_are_those_of_the_server(self, page: Page, material: Material) -> None:
        page.goto(f"/projects/{material.digits}?tab=accuracy")
        form = page.get_by_role("form", name="New report")
        expect(form.get_by_role("radio", name=re.compile("^Distance of tensors"))).to_be_disabled(timeout=LONG_MS)
        expect(form.get_by_text("was not made from another model").first).to_be_visible()
        expect(form.get_by_role("link", name=re.compile("^Install"))).to_have_attribute(
            "href", re.compile("toolchains")
        )
        form.get_by_role("button", name="Make the report").click()
        figures = page.get_by_label("Figures of the report")
        expect(figures).to_be_visible(timeout=LONG_MS)
        report = material.newest(material.digits)
        top1 = report["metrics"]["accuracy@top1"]
        expect(figures).to_contain_text(f"{top1['value'] * 100:.2f}")
        expect(figures).to_contain_text(f"{(top1['ci95'][1] - top1['ci95'][0]) * 50:.2f}")
        expect(page.get_by_label("The report shown")).to_contain_text(f"ran in {report['effective_precision']}")
        counted(page, f"{report['samples']} rows")

    def test_samples_are_filtered_sorted_and_exported(self, page: Page, material: Material) -> None:
        report = material.report(material.digits)["id"]
        page.goto(f"/projects/{material.digits}?tab=accuracy")
        samples = panel(page, "Samples")
        every = material.rows(report)["total"]
        samples.get_by_role("button", name="only errors").click()
        wrong = material.rows(report, "error = true")["total"]
        assert 0 < wrong < every
        counted(page, f"{wrong} of {every} samples")
        samples.get_by_role("button", name="only errors").click()
        samples.get_by_role("button", name=re.compile(r"^\+ filter")).click()
        adding = page.get_by_role("dialog", name=re.compile("filter"))
        adding.get_by_label("Column").select_option(label="Confidence")
        adding.get_by_label("Comparison").select_option("<")
        adding.get_by_label("Value").fill("x")
        adding.get_by_role("button", name="Add").click()
        expect(adding).to_contain_text("A number.")
        adding.get_by_label("Value").fill("0.95")
        adding.get_by_role("button", name="Add").click()
        unsure = material.rows(report, "confidence < 0.95", sort="-loss")
        assert 0 < unsure["total"] < every
        counted(page, f"{unsure['total']} of {every} samples")
        samples.get_by_role("button", name="worst first").click()
        table = page.get_by_role("table", name="Samples of the report")
        expect(table.get_by_role("row").nth(1)).to_contain_text(unsure["items"][0]["name"])
        page.reload()  # the address keeps all of it
        counted(page, f"{unsure['total']} of {every} samples")
        expect(table.get_by_role("row").nth(1)).to_contain_text(unsure["items"][0]["name"])
        with page.expect_download() as download:
            samples.get_by_role("link", name="CSV").click()
        rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
        assert [row["name"] for row in rows] == [row["name"] for row in unsure["items"]]

    def test_the_end_of_the_table_is_fetched_when_it_is_looked_at(self, page: Page, material: Material) -> None:
        report = material.newest(material.digits)["id"]
        page.goto(f"/projects/{material.digits}?tab=accuracy")
        last = material.rows(report, offset=396)["items"][0]["name"]
        scrolled = page.get_by_role("region", name="Samples of the report")
        expect(scrolled.get_by_role("row").nth(1)).to_be_visible(timeout=LONG_MS)
        scrolled.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        expect(scrolled.get_by_role("button", name=last)).to_be_visible(timeout=LONG_MS)

    def test_a_cell_of_the_matrix_leads_to_its_samples(self, page: Page, material: Material) -> None:
        report = material.newest(material.digits)["id"]
        confusion = material.stack.get(f"/reports/{report}/tables")["confusion"]
        page.goto(f"/projects/{material.digits}?tab=accuracy")
        matrix = page.get_by_role("application", name=re.compile("^Confusion matrix of 10"))
        expect(matrix).to_be_visible(timeout=LONG_MS)
        matrix.focus()
        for key in ("ArrowRight", "ArrowDown", "ArrowRight"):  # the first only enters it
            page.keyboard.press(key)
        names = confusion["labels"]
        told = panel(page, "Confusion matrix")
        expect(told).to_contain_text(f"annotated {names[1]}, predicted {names[1]}")
        right = next(count for row, column, count in confusion["cells"] if row == column == 1)
        expect(told).to_contain_text(f"{right} times")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("rows="))
        counted(page, f"{right} of 397 samples")
        told.get_by_role("button", name="Top confusions").click()
        most = max((cell for cell in confusion["cells"] if cell[0] != cell[1]), key=lambda cell: cell[2])
        first = page.get_by_role("region", name="Top confusions").get_by_role("row").nth(1)
        expect(first).to_contain_text(str(most[2]))
        first.get_by_role("button").click()
        counted(page, f"{most[2]} of 397 samples")
        chips = panel(page, "Samples").get_by_role("button", name=re.compile("^Take the condition"))
        expect(chips).to_have_count(2)

    def test_two_reports_are_compared_sample_by_sample(self, page: Page, material: Material) -> None:
        whole = material.newest(material.digits)
        part = material.report(material.digits, subset={"count": 100, "seed": 3})
        page.goto(f"/projects/{material.digits}?tab=accuracy&report={part['id']}")
        chooser = page.get_by_label("Compared with")
        expect(chooser).to_be_enabled(timeout=LONG_MS)
        chooser.select_option(whole["id"])
        expect(page).to_have_url(re.compile("against="))
        told = material.stack.get(f"/reports/{part['id']}/comparison", before=whole["id"])["counts"]
        expect(page.get_by_role("button", name=f"{told['both_right']} right in both")).to_be_visible(timeout=LONG_MS)
        expect(page.get_by_role("button", name=f"{told['broken']} right before, wrong now")).to_be_visible()
        expect(page.get_by_role("table", name="Differences of the figures")).to_contain_text("Top-1 accuracy")


class TestSample:
    def test_boxes_of_both_sides_follow_toggles_and_threshold(
        self, page: Page, material: Material, report: dict[str, Any]
    ) -> None:
        page.goto(f"/projects/{material.finder}?tab=accuracy")
        page.get_by_role("table", name="Samples of the report").get_by_role("button", name=re.compile("000")).click()
        drawer = opened(page)
        boxes = drawer.locator("figure svg g > rect:first-of-type")
        sure = [max(scores) for scores in SCORES]
        expect(boxes).to_have_count(2 + sum(score >= 0.5 for score in sure), timeout=LONG_MS)
        objects = drawer.get_by_role("region", name="Objects")
        expect(objects).to_contain_text("2 annotated objects, 3 predicted ones")
        expect(objects.get_by_text("right", exact=True)).to_have_count(2)
        expect(objects.get_by_text("false", exact=True)).to_have_count(1)
        drawer.get_by_label("Threshold").fill("0.1")
        expect(boxes).to_have_count(2 + sum(score >= 0.1 for score in sure))
        drawer.get_by_label("Threshold").fill("0.85")
        expect(boxes).to_have_count(3)
        expect(page).to_have_url(re.compile("threshold=0.85"))
        drawer.get_by_role("button", name="Annotation", exact=True).click()
        expect(boxes).to_have_count(1)
        objects.get_by_role("button").last.click()
        expect(objects.get_by_role("button").last).to_have_attribute("aria-pressed", "true")
        image = drawer.locator("figure img").first
        assert image.evaluate("element => element.naturalWidth") == SIDE

    def test_keys_lead_from_sample_to_sample(self, page: Page, material: Material, report: dict[str, Any]) -> None:
        names = [row["name"] for row in material.rows(report["id"])["items"]]
        page.goto(f"/projects/{material.finder}?tab=accuracy")
        page.get_by_role("table", name="Samples of the report").get_by_role("button").nth(0).wait_for()
        panel(page, "Samples").get_by_role("button", name=re.compile("000")).click()
        drawer = opened(page)
        expect(drawer.get_by_text(f"1 of {len(names)}")).to_be_visible(timeout=LONG_MS)
        page.keyboard.press("ArrowRight")
        expect(drawer.get_by_role("heading")).to_have_text(names[1])
        page.keyboard.press("ArrowRight")
        expect(drawer.get_by_role("heading")).to_have_text(names[2])
        page.keyboard.press("ArrowLeft")
        expect(drawer.get_by_role("heading")).to_have_text(names[1])
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()

    def test_the_worst_stand_first_as_pictures(self, page: Page, material: Material, report: dict[str, Any]) -> None:
        worst = material.rows(report["id"], sort="-loss")["items"][0]
        page.goto(f"/projects/{material.finder}?tab=accuracy")
        first = panel(page, "Worst samples").get_by_role("button").first
        expect(first).to_contain_text(f"{worst['missed']} missed", timeout=LONG_MS)
        first.click()
        expect(opened(page).get_by_role("heading")).to_have_text(worst["name"])

    def test_a_class_leads_to_its_samples(self, page: Page, material: Material, report: dict[str, Any]) -> None:
        page.goto(f"/projects/{material.finder}?tab=accuracy")
        expect(panel(page, "Precision and recall").locator("canvas")).to_be_visible(timeout=LONG_MS)
        panel(page, "Classes").get_by_role("button", name="dog", exact=True).click()
        found = material.rows(report["id"], "classes contains dog")["total"]
        counted(page, f"{found} of {report['samples']} samples")

    def test_a_point_of_a_curve_sets_the_threshold(
        self, page: Page, material: Material, report: dict[str, Any]
    ) -> None:
        curves = material.stack.get(f"/reports/{report['id']}/tables")["curves"][0]["curves"]
        page.goto(f"/projects/{material.finder}?tab=accuracy")
        chart = page.get_by_role("application", name=re.compile("^Precision and recall"))
        expect(chart.locator("canvas")).to_be_visible(timeout=LONG_MS)
        chart.focus()
        page.keyboard.press("ArrowRight")
        said = page.get_by_text(re.compile(r"^(cat|dog): recall .* threshold"))
        expect(said).to_be_attached()
        name = (said.text_content() or "").split(":")[0]
        page.keyboard.press("Enter")
        found = re.compile(r"threshold=([\d.]+)")
        expect(page).to_have_url(found)
        at = found.search(page.url)
        assert at is not None
        assert float(at[1]) in [
            pytest.approx(score) for curve in curves if curve["name"] == name for score in curve["threshold"]
        ]
        counted(
            page, f"{material.rows(report['id'], f'classes contains {name}')['total']} of {report['samples']} samples"
        )

    def test_the_table_has_a_row_for_each_class_too(
        self, page: Page, material: Material, report: dict[str, Any]
    ) -> None:
        rows = material.rows(report["id"], table="classes")
        page.goto(f"/projects/{material.finder}?tab=accuracy")
        panel(page, "Samples").get_by_role("button", name="by class").click()
        counted(page, f"{rows['total']} rows")
        last = rows["items"][-1]
        line = page.get_by_role("table", name="Samples of the report").get_by_role("row").nth(rows["total"])
        expect(line).to_contain_text(last["label_name"])
        line.get_by_role("button").click()
        expect(opened(page).get_by_role("heading", level=2)).to_have_text(last["name"])
