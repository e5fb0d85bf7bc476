"""A real browser over a real installation. Any request to another host, console error or page error fails a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.lab import Lab, measured
from tests.integration.stack import Stack, running

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH, HEIGHT = 1440, 900


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`workbench up` on a free port, with an empty data folder."""
    stack = Stack(tmp_path_factory.mktemp("browser"))
    with running(stack):
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Lab:
    """Two measured projects in that installation."""
    return measured(stack)


@pytest.fixture(scope="package")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    """A fresh profile on the page, watched for whatever must not happen."""
    home = f"http://127.0.0.1:{stack.port}"
    context = browser.new_context(base_url=home, viewport={"width": WIDTH, "height": HEIGHT}, accept_downloads=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
    page.on("console", lambda message: wrong.append(f"console: {message.text}") if message.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            wrong.append(f"asks {request.url}") if not request.url.startswith((home, "data:", "blob:")) else None
        ),
    )
    yield page
    context.close()
    assert wrong == []
