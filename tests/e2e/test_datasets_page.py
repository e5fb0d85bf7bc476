"""Datasets on the page: refused and imported, looked at, searched, generated, divided."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lab import panel
from tests.integration.material import pictures
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LONG_MS = 90_000
CATEGORIES = ("person", "bicycle", "car")
COUNT = 9
WIDTH, HEIGHT = 200, 150


def annotations(wrong: bool) -> dict[str, Any]:
    """One box and one polygon in every picture; of the first picture as many as there are categories."""
    boxes: list[dict[str, Any]] = []
    for number in range(COUNT):
        labels = range(len(CATEGORIES)) if number == 0 else [number % 2]
        for label in labels:
            x, y = 10 + 40 * label, 12 + number
            boxes.append(
                {
                    "id": len(boxes) + 1,
                    "image_id": number + 1,
                    "category_id": 99 if wrong and number in (2, 5) else label + 1,
                    "bbox": [x, y, 60, 50],
                    "area": 3000,
                    "iscrowd": 0,
                    "segmentation": [[x, y, x + 60, y, x + 60, y + 50, x, y + 50]],
                }
            )
    return {
        "info": {},
        "licenses": [],
        "images": [
            {"id": number + 1, "file_name": f"street {number}.jpg", "width": WIDTH, "height": HEIGHT}
            for number in range(COUNT)
        ],
        "annotations": boxes,
        "categories": [{"id": number + 1, "name": name} for number, name in enumerate(CATEGORIES)],
    }


def coco_zip(path: Path, *, wrong: bool = False) -> Path:
    """A small dataset in COCO's layout; two of its boxes name a category that there is not when `wrong`."""
    rng = np.random.default_rng(3)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("annotations/instances_val.json", json.dumps(annotations(wrong), indent=1))
        for number in range(COUNT):
            small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
            picture = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
            archive.writestr(f"val/street {number}.jpg", cv2.imencode(".jpg", picture)[1].tobytes())
    return path


def dataset_id(stack: Stack, name: str) -> str:
    found: dict[str, Any] = stack.get(f"/datasets/{name}")
    return str(found["id"])


def test_a_wrong_archive_is_refused_with_every_place_and_then_the_right_one_is_taken(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    page.goto("/datasets/import")
    expect(page.get_by_text("labels/val/0001.txt")).to_be_hidden()
    page.get_by_text("· object detection, instance segmentation", exact=True).first.click()
    page.get_by_label("Format").select_option("coco")
    expect(page.get_by_text("instances_val.json")).to_be_visible()
    page.get_by_label("Format").select_option("auto")

    page.locator("input[type=file]").first.set_input_files(coco_zip(tmp_path / "streets.zip", wrong=True))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="dataset_invalid")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("heading", name="2 problems")).to_be_visible()
    problems = page.get_by_role("table", name="Problems of the refused import")
    first = problems.get_by_role("row").nth(1)
    expect(first.get_by_role("rowheader")).to_have_text(re.compile(r"instances_val\.json:\d+$"))
    expect(first).to_contain_text("there is no category 99")
    expect(first).to_contain_text("add it to 'categories'")
    assert stack.get("/datasets")["total"] == 0

    page.get_by_role("button", name="Leave out streets.zip").click()
    page.locator("input[type=file]").first.set_input_files(coco_zip(tmp_path / "streets.zip"))
    expect(problems).to_be_hidden()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="streets", level=1)).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("COCO", exact=True).first).to_be_visible()
    expect(page.get_by_text("object detection", exact=True).first).to_be_visible()
    expect(panel(page, "Checks")).to_contain_text("passed")


def test_thumbnails_carry_their_boxes_and_the_viewer_walks_by_keyboard(page: Page, stack: Stack) -> None:
    page.goto(f"/datasets/{dataset_id(stack, 'streets')}")
    grid = page.get_by_role("region", name="Thumbnails")
    expect(grid.get_by_role("button")).to_have_count(COUNT)
    cell = grid.get_by_role("button").first
    expect(cell.locator("svg rect")).to_have_count(len(CATEGORIES))
    expect(cell).to_contain_text("person")
    cell.press("ArrowRight")
    expect(grid.get_by_role("button").nth(1)).to_be_focused()
    cell.click()
    viewer = page.get_by_role("dialog")
    expect(viewer.get_by_role("heading", name="street 0.jpg")).to_be_visible()
    expect(viewer.get_by_role("table").get_by_role("row")).to_have_count(1 + len(CATEGORIES))
    expect(viewer.locator("figure svg rect").first).to_be_attached()
    expect(viewer.get_by_role("button", name="← Previous")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("heading", name="street 1.jpg")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=1"))
    viewer.get_by_role("button", name="Larger").click()
    page.reload()
    expect(page.get_by_role("dialog").get_by_role("heading", name="street 1.jpg")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("sample="))


def test_samples_are_found_by_class_and_name(page: Page, stack: Stack) -> None:
    page.goto(f"/datasets/{dataset_id(stack, 'streets')}")
    grid = page.get_by_role("region", name="Thumbnails")
    page.get_by_role("button", name="car", exact=True).click()
    expect(grid.get_by_role("button")).to_have_count(1)
    expect(page).to_have_url(re.compile("label=2"))
    page.get_by_role("button", name="class: car ✕").click()
    page.get_by_label("Find by name").fill("street 4")
    expect(grid.get_by_role("button")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=street"))
    page.get_by_label("Find by name").fill("nothing like it")
    expect(page.get_by_role("heading", name="No sample fits")).to_be_visible()
    page.get_by_role("button", name="Show all samples").click()
    expect(grid.get_by_role("button")).to_have_count(COUNT)


def test_sizes_of_boxes_and_pictures_are_drawn(page: Page, stack: Stack) -> None:
    page.goto(f"/datasets/{dataset_id(stack, 'streets')}")
    boxes = panel(page, "Boxes")
    expect(boxes.locator("canvas")).to_be_visible()
    # 60 × 50 pixels lie between 32² and 96².
    expect(boxes).to_contain_text(f"medium {COUNT + 2} · 100")
    boxes.get_by_role("button", name="Table").click()
    expect(boxes.get_by_role("columnheader", name="count")).to_be_visible()
    expect(panel(page, "Pictures").locator("canvas")).to_be_visible()


def test_an_address_says_which_setting_it_needs(page: Page) -> None:
    """The refusal is an answer of 403, which the browser writes to its console; so it is not asked for here."""
    page.goto("/datasets/import")
    page.get_by_text("An address", exact=True).click()
    expect(page.get_by_text("WORKBENCH_ALLOW_REMOTE_SOURCES=true")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_attribute("aria-disabled", "true")
    page.get_by_label("Address of an archive").fill("https://example.org/a.zip")
    expect(page.get_by_role("button", name="Import", exact=True)).not_to_have_attribute("aria-disabled", "true")


def test_pictures_are_augmented_as_previewed_and_counted(page: Page, stack: Stack, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "photos", count=3)
    page.goto("/datasets/generate")
    expect(page.get_by_role("button", name="Generate", exact=True)).to_have_attribute("aria-disabled", "true")
    page.locator("input[type=file]").first.set_input_files(sorted(folder.iterdir()))
    counted = page.get_by_role("status", name="Pictures that will be made")
    expect(counted).to_contain_text("3 pictures will be made")
    page.get_by_label("Mirrored left to right").check()
    page.get_by_label("White rectangles", exact=True).check()
    page.get_by_label("White rectangles: pictures").fill("2")
    page.get_by_label("0.8 × 1.2").check()
    page.get_by_label("Turned by, degrees").fill("15, 200")
    expect(page.get_by_text("200 is not between -180 and 180.")).to_be_visible()
    page.get_by_label("Turned by, degrees").fill("15")
    # Each with itself, its mirror, two erased ones, one of another light and one turned.
    expect(counted).to_contain_text("18 pictures will be made")
    preview = page.get_by_role("list", name="Pictures made of one")
    expect(preview.locator("img")).not_to_have_count(0, timeout=LONG_MS)
    assert preview.locator("img").nth(1).evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    page.get_by_label("Name", exact=True).fill("augmented")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_role("heading", name="augmented", level=1)).to_be_visible(timeout=LONG_MS)
    assert stack.get("/datasets/augmented")["count"] == 18
    expect(page.get_by_role("region", name="Thumbnails").get_by_role("button")).to_have_count(18)


def test_noise_is_for_benchmarks_only(page: Page, stack: Stack) -> None:
    page.goto("/datasets/generate")
    page.get_by_text("Noise", exact=True).click()
    expect(page.get_by_text("For benchmarks only")).to_be_visible()
    page.get_by_label("How many").fill("5")
    page.get_by_label("Width", exact=True).fill("48")
    expect(page.get_by_role("status", name="Pictures that will be made")).to_contain_text("5 pictures")
    page.get_by_label("Name", exact=True).fill("noise")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_role("heading", name="noise", level=1)).to_be_visible(timeout=LONG_MS)
    made = stack.get("/datasets/noise")
    assert (made["count"], made["tasks"]) == (5, [])


def test_a_dataset_is_divided_for_calibration_and_validation(page: Page, stack: Stack) -> None:
    page.goto(f"/datasets/{dataset_id(stack, 'streets')}")
    page.get_by_role("button", name="Split", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To calibrate with").fill("4")
    dialog.get_by_label("To validate with").fill("6")
    expect(dialog).to_contain_text("Together that is 10; the dataset has 9.")
    dialog.get_by_label("To validate with").fill("")
    dialog.get_by_role("button", name="Split", exact=True).click()
    expect(page.get_by_role("region", name="Thumbnails").get_by_role("button")).to_have_count(5, timeout=LONG_MS)
    made = [item for item in stack.get("/datasets")["items"] if item["parent_id"] == dataset_id(stack, "streets")]
    assert sorted(item["count"] for item in made) == [4, 5]
