"""A picture is tried: classes, boxes under a threshold, a drawn hole, and the map of what mattered."""

import re
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from playwright.sync_api import Locator, Page, expect

from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LONG_MS = 90_000
SIDE = 64
# Corners as shares of the picture, and the scores of (cat, dog) of each box: what `constant_detector` answers.
BOXES = [[0.1, 0.1, 0.4, 0.4], [0.5, 0.1, 0.9, 0.4], [0.1, 0.5, 0.4, 0.9], [0.5, 0.5, 0.9, 0.9]]
SCORES = [[0.9, 0.0], [0.0, 0.8], [0.6, 0.0], [0.0, 0.2]]


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    weights: Sequence[onnx.TensorProto],
    inputs: dict[str, list[int]],
    outputs: dict[str, list[int]],
) -> Path:
    def infos(shapes: dict[str, list[int]]) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]

    graph = helper.make_graph(list(nodes), path.stem, infos(inputs), infos(outputs), list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def constant_detector(path: Path) -> Path:
    """Answers BOXES and SCORES whatever it sees."""
    weights = [
        numpy_helper.from_array(np.array([BOXES], np.float32), "fixed_boxes"),
        numpy_helper.from_array(np.array([SCORES], np.float32), "fixed_scores"),
        numpy_helper.from_array(np.zeros(1, np.float32), "zero"),
        numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes"),
    ]
    nodes = [
        helper.make_node("Mul", ["input", "zero"], ["nothing"], "nothing"),
        helper.make_node("ReduceSum", ["nothing", "axes"], ["sum"], "sum", keepdims=0),
        helper.make_node("Add", ["fixed_boxes", "sum"], ["boxes"], "boxes_out"),
        helper.make_node("Add", ["fixed_scores", "sum"], ["scores"], "scores_out"),
    ]
    return save(
        path, nodes, weights, {"input": [1, 3, SIDE, SIDE]}, {"boxes": [1, len(BOXES), 4], "scores": [1, len(BOXES), 2]}
    )


def white_filler(path: Path) -> Path:
    """An inpainting model that makes the hole white and leaves everything else."""
    weights = [
        numpy_helper.from_array(np.array([255], np.float32), "white"),
        numpy_helper.from_array(np.array([1], np.float32), "one"),
    ]
    nodes = [
        helper.make_node("Sub", ["one", "mask"], ["rest"], "rest"),
        helper.make_node("Mul", ["image", "rest"], ["kept"], "keep"),
        helper.make_node("Mul", ["mask", "white"], ["made"], "make"),
        helper.make_node("Add", ["kept", "made"], ["output"], "join"),
    ]
    inputs = {"image": [1, 3, SIDE, SIDE], "mask": [1, 1, SIDE, SIDE]}
    return save(path, nodes, weights, inputs, {"output": [1, 3, SIDE, SIDE]})


@dataclass(frozen=True)
class Material:
    classifier: str
    project: str
    detector: str
    filler: str
    dataset: str
    picture: Path


@pytest.fixture(scope="module")
def material(stack: Stack) -> Material:
    """Three models, a dataset, a project of each."""
    folder = stack.folder / "try"
    folder.mkdir()
    dataset = stack.import_dataset(picture_zip(folder / "photos.zip"))["id"]

    def project(model: dict[str, Any], reading: dict[str, Any] | None = None) -> str:
        wanted = {"model": model["id"], "dataset": dataset, "baseline": False}
        made = str(stack.post("/projects", wanted)["project"]["id"])
        if reading is not None:
            answer = stack.client.put(f"/projects/{made}/reading", json={"reading": reading})
            assert answer.status_code == 200, answer.text
        return made

    classifier = stack.import_model(small_onnx(folder / "sorter.onnx"))
    detector = stack.import_model(constant_detector(folder / "finder.onnx"))
    filler = stack.import_model(white_filler(folder / "filler.onnx"))
    picture = folder / "grey.png"
    cv2.imwrite(str(picture), np.full((SIDE, SIDE, 3), 90, np.uint8))
    return Material(
        classifier=classifier["id"],
        project=project(
            classifier, {"task": "classification", "decoding": {"family": "classification"}, "preprocessing": {}}
        ),
        detector=project(
            detector,
            {
                "task": "object_detection",
                "decoding": {
                    "family": "boxes_and_scores",
                    "boxes_output": "boxes",
                    "scores_output": "scores",
                    "boxes": "corners",
                },
                "classes": {"label_set": ["cat", "dog"]},
            },
        ),
        filler=project(
            filler,
            {
                "task": "inpainting",
                "image_input": "image",
                "decoding": {"family": "inpainting", "output": "output", "mask_input": "mask"},
            },
        ),
        dataset=dataset,
        picture=picture,
    )


def tried(page: Page) -> Locator:
    """The panel with the answer."""
    page.get_by_role("button", name="Try it").click()
    answer = page.get_by_role("region", name="Answer", exact=True)
    expect(answer).to_be_visible(timeout=LONG_MS)
    expect(page).to_have_url(re.compile("prediction="))
    return answer


def result_of(page: Page, stack: Stack) -> dict[str, Any]:
    """What the server answers for the prediction that the address names."""
    found = re.search(r"prediction=%22?([0-9a-f-]{36})|prediction=([0-9a-f-]{36})", page.url)
    assert found, page.url
    prediction: dict[str, Any] = stack.get(f"/predictions/{found[1] or found[2]}")
    result: dict[str, Any] = prediction["result"]
    return result


def test_a_dropped_picture_is_tried_with_a_model_alone(page: Page, stack: Stack, material: Material) -> None:
    page.goto(f"/models/{material.classifier}")
    page.get_by_role("link", name="Try a picture").click()
    expect(page.get_by_role("heading", name="Try sorter", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Try it")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_label("Device")).to_have_value("CPU")
    page.locator("input[type=file]").set_input_files(material.picture)
    answer = tried(page)
    entries = answer.get_by_role("list", name="Classes with the highest scores").get_by_role("listitem")
    result = result_of(page, stack)
    best = result["prediction"]["classes"][:10]
    expect(entries).to_have_count(len(best))
    for place, scored in enumerate(best):
        expect(entries.nth(place)).to_contain_text(scored["name"])
    page.reload()
    expect(entries.first).to_contain_text(result["prediction"]["classes"][0]["name"])


def test_a_sample_leads_to_its_projects(page: Page, stack: Stack, material: Material) -> None:
    page.goto(f"/datasets/{material.dataset}?sample=2")
    page.get_by_role("dialog").get_by_role("link", name=re.compile("^sorter")).click()
    expect(page.get_by_role("heading", name="Try sorter", level=1)).to_be_visible()
    expect(page.get_by_text("002.png")).to_be_visible()
    answer = tried(page)
    expect(answer.get_by_role("list", name="Classes with the highest scores")).to_be_visible()
    page.get_by_role("button", name="Choose another").click()
    grid = page.get_by_role("region", name="Thumbnails")
    grid.get_by_role("button").nth(4).click()
    expect(page.get_by_text("004.png")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=4"))


def test_boxes_follow_threshold_and_classes(page: Page, material: Material) -> None:
    page.goto(f"/projects/{material.detector}/try?dataset={material.dataset}&sample=0")
    answer = tried(page)
    boxes = answer.locator("figure svg g > rect:first-of-type")
    expect(boxes).to_have_count(3)
    expect(answer.get_by_role("button", name="cat 2")).to_be_visible()
    threshold = answer.get_by_label("Threshold")
    threshold.fill("0.1")
    expect(boxes).to_have_count(4)
    threshold.fill("0.85")
    expect(boxes).to_have_count(1)
    expect(answer).to_contain_text("1 object with a score of 0.85 and above")
    threshold.fill("0.5")
    answer.get_by_role("button", name="cat 2").click()
    expect(boxes).to_have_count(1)
    answer.get_by_role("button", name="Show all").click()
    expect(boxes).to_have_count(3)


def test_the_hole_that_is_drawn_is_filled(page: Page, stack: Stack, material: Material) -> None:
    page.goto(f"/projects/{material.filler}/try")
    page.locator("input[type=file]").set_input_files(material.picture)
    canvas = page.get_by_role("img", name=re.compile("^Hole"))
    expect(canvas).to_have_attribute("width", str(SIDE))
    expect(page.get_by_role("button", name="Try it")).to_have_attribute("aria-disabled", "true")
    box = canvas.bounding_box()
    assert box is not None
    unit = box["width"] / SIDE

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * unit, box["y"] + y * unit

    for corners in (((8, 8), (24, 24)), ((40, 40), (60, 60))):
        page.mouse.move(*at(*corners[0]))
        page.mouse.down()
        page.mouse.move(*at(*corners[1]), steps=4)
        page.mouse.up()
    expect(page.get_by_role("img", name="Hole: 2 shapes")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("img", name="Hole: 1 shape")).to_be_visible()
    answer = tried(page)
    slider = answer.get_by_role("slider", name=re.compile("before"))
    slider.fill("20")
    expect(answer.locator("img[alt=before]")).to_have_attribute("style", re.compile("80%"))
    address = f"http://127.0.0.1:{stack.port}{result_of(page, stack)['prediction']['picture']}"
    with urllib.request.urlopen(address) as file:
        made = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert made is not None
    assert made.shape == (SIDE, SIDE)
    assert made[16, 16] == 255
    assert made[50, 50] == 90
    assert made[4, 4] == 90


def test_the_importance_map_is_made_and_can_be_cancelled(page: Page, material: Material) -> None:
    page.goto(f"/projects/{material.project}/try?dataset={material.dataset}&sample=1")
    masks = page.get_by_label("Masks")
    expect(masks).to_have_value("2,000")
    expect(page.get_by_label("Grid", exact=True)).to_have_value("8")
    expect(page.get_by_label("Probability p")).to_have_value("0.5")
    masks.fill("20000")
    page.get_by_role("button", name="Make the map").click()
    page.get_by_role("button", name=re.compile("^Cancel Try a picture")).click(timeout=LONG_MS)
    expect(page.get_by_text("It was cancelled; nothing is shown of it.")).to_be_visible(timeout=LONG_MS)

    masks.fill("200")
    page.get_by_role("button", name="Make the map").click()
    panel = page.get_by_role("region", name="Importance map", exact=True)
    expect(panel).to_be_visible(timeout=LONG_MS)
    expect(panel.get_by_label("Class", exact=True).get_by_role("option")).to_have_count(5)
    painted = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    canvas = panel.locator("canvas")
    expect(canvas).to_be_visible()
    page.wait_for_function(f"canvas => ({painted})(canvas)", arg=canvas.element_handle())
    panel.get_by_label("Class", exact=True).select_option("1")
    panel.get_by_label("Opacity").fill("0.9")
    expect(canvas).to_be_visible()
