"""What a new user does: first visit, bring a model and pictures, measure, look inside, reload, cancel."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LONG_MS = 90_000


def test_the_first_visit_says_what_to_do(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="What a model does on this machine")).to_be_visible()
    for name in ("Import a model", "Import a dataset", "Create a project"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_role("button", name="Try the sample project")).to_be_enabled()


def test_rubbish_is_refused_with_its_reason(page: Page, stack: Stack, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.onnx"
    rubbish.write_bytes(b"\x00\x01rubbish" * 500)
    page.goto("/models/import")
    page.locator("input[type=file]").first.set_input_files(rubbish)
    page.get_by_role("button", name="Import", exact=True).click()
    alert = page.get_by_role("alert").filter(has_text="failed").first
    expect(alert).to_be_visible(timeout=LONG_MS)
    expect(alert.locator("code")).to_have_text(re.compile("model_(corrupt|not_recognised)"))
    assert stack.get("/models")["total"] == 0


def test_a_model_is_uploaded(page: Page, stack: Stack, tmp_path: Path) -> None:
    page.goto("/models/import")
    page.locator("input[type=file]").first.set_input_files(small_onnx(tmp_path / "walker.onnx"))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="walker", level=1)).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("Convolution").first).to_be_visible()
    assert [model["name"] for model in stack.get("/models")["items"]] == ["walker"]


def test_a_dataset_is_uploaded(page: Page, tmp_path: Path) -> None:
    page.goto("/datasets/import")
    page.locator("input[type=file]").first.set_input_files(picture_zip(tmp_path / "photos.zip"))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="photos", level=1)).to_be_visible(timeout=LONG_MS)
    pictures = page.locator("img")
    expect(pictures).to_have_count(6)
    assert pictures.first.evaluate(
        "image => image.complete && image.naturalWidth > 0 || image.decode().then(() => true)"
    )


def test_the_wizard_measures_a_baseline(page: Page, stack: Stack) -> None:
    page.goto("/projects/new")
    expect(page.get_by_role("button", name="Create and measure")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("radiogroup", name="Model").get_by_role("radio").first.check()
    gpu = page.get_by_role("radiogroup", name="Machine and device").get_by_role("radio", name=re.compile("GPU"))
    expect(gpu).to_be_disabled()
    page.get_by_role("radiogroup", name="Dataset").get_by_role("radio").first.check()
    page.get_by_label("Each run").fill("3")
    page.get_by_role("button", name="Create and measure").click()
    expect(page.get_by_role("heading", name="walker on photos", level=1)).to_be_visible()
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=LONG_MS)
    page.reload()  # in the middle of the job
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("row").filter(has_text="latency hint").first).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("row").filter(has_text="1 × 1").first).to_be_visible(timeout=LONG_MS)
    (project,) = stack.get("/projects")["items"]
    stack.finished(project["last_job_id"])
    assert stack.get(f"/projects/{project['id']}")["run_count"] == 3


def project_address(stack: Stack) -> str:
    return f"/projects/{stack.get('/projects')['items'][0]['id']}"


def test_chart_runs_and_layers(page: Page, stack: Stack) -> None:
    page.goto(project_address(stack))
    expect(page.get_by_role("heading", name="Latency and throughput")).to_be_visible()
    expect(page.locator("canvas, svg").first).to_be_visible()
    page.get_by_role("row").filter(has_text="latency hint").get_by_role("button").first.click()
    expect(page).to_have_url(re.compile("run="))
    expect(page.get_by_role("heading", name="Where the time goes")).to_be_visible()
    page.get_by_placeholder("Name or original layer").fill("conv1")
    row = page.get_by_role("row").filter(has_text="conv1").first
    expect(row).to_contain_text("Convolution")
    row.get_by_role("button").first.click()
    detail = page.get_by_role("region", name=re.compile("^Layer "))
    expect(detail).to_contain_text("relu1")  # fused into it


def test_a_running_job_is_cancelled_on_the_page(page: Page, stack: Stack) -> None:
    project = stack.get("/projects")["items"][0]
    wanted = {"configurations": [{"streams": 1}], "duration_s": 60, "layers": False}
    job_id = stack.post(f"/projects/{project['id']}/benchmarks", wanted)["job"]["id"]
    page.goto("/jobs")
    page.get_by_role("button", name=re.compile("^Cancel ")).first.click(timeout=LONG_MS)
    assert stack.finished(job_id, 10)["state"] == "cancelled"
    expect(page.get_by_role("row").filter(has_text="cancelled").first).to_be_visible()


def test_the_palette_finds_a_model(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("link", name="walker on photos")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=re.compile("^Find a project"))).to_be_focused()
    page.keyboard.type("walker")
    expect(page.get_by_role("option", name=re.compile("walker")).first).to_be_visible()


def test_names_of_layers_are_text(page: Page, stack: Stack, tmp_path: Path) -> None:
    """A model whose graph is called like an attack; nothing of it runs, or the page fixture fails this test."""
    evil = '<img src=x onerror="console.error(1)">'
    model = stack.import_model(small_onnx(tmp_path / "evil.onnx", name=evil))
    page.goto(f"/models/{model['id']}")
    expect(page.get_by_role("heading", name="evil", level=1)).to_be_visible()


def test_the_theme_stays(page: Page) -> None:
    page.goto("/settings")
    page.get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
