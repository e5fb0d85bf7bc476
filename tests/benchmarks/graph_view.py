"""The graph view in Chromium: how long a large graph takes to open, and what a frame costs while it is moved.

`python -m tests.benchmarks.graph_view [--sizes 10000,50000] [--seconds S]` builds `frontend/dev/graph.html` as the page
is built, serves it on loopback with the page's own security headers, and prints two Markdown tables. Graphs are
synthetic transformers with hub nodes. Chromium draws in software, without a graphics card.

Opening is from the moment when the data is there, parsed, to the frame after the last canvas was drawn: links, groups,
layout in the worker, colours, drawing. A frame's time is the distance of animation frames; its script time is that of
all callbacks in it; its processor time is what the page's process and the one that puts pictures together used, all
threads, which tells more than clocks where other programs load the cores. Budgets (DESIGN §10): 10,000 nodes within
1 s and 60 frames a second, 50,000 within 3 s.
"""

import argparse
import contextlib
import functools
import http.server
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.machine import describe
from tests.e2e.conftest import ARGUMENTS
from tests.services import chromium_path
from workbench.accounts.guard import SECURITY_HEADERS

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
FRAME_MS = 1000 / 60
REPEATS = 3
LONGEST_S = 60

# Notes when canvases were drawn, and how long the callbacks of each animation frame take.
WATCH = """
window.drawn = [];
new MutationObserver((changes) => {
  for (const change of changes) {
    const boxes = change.target.dataset.drawn;
    requestAnimationFrame(() => setTimeout(() => window.drawn.push({ boxes, at: performance.now() })));
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
const ask = window.requestAnimationFrame.bind(window);
window.script = new Map();
window.requestAnimationFrame = (callback) =>
  ask((now) => {
    const start = performance.now();
    callback(now);
    window.script.set(now, (window.script.get(now) ?? 0) + performance.now() - start);
  });
"""

# Moves the first canvas by its own events, once a frame; gives [distance of frames, script time] in ms.
MOVE = """
([move, seconds]) => new Promise((resolve) => {
  const canvas = document.querySelector("canvas[role=application]");
  const { left, top, width, height } = canvas.getBoundingClientRect();
  // The browser knows no pointer of that number.
  canvas.setPointerCapture = () => {};
  const pointer = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type,
    { pointerId: 7, clientX: left + x, clientY: top + y, buttons: 1, bubbles: true }));
  const wheel = (delta) => canvas.dispatchEvent(new WheelEvent("wheel",
    { deltaY: delta, ctrlKey: true, clientX: left + width / 2, clientY: top + height / 2, cancelable: true }));
  const frames = [];
  let [before, start, place] = [0, 0, 0];
  if (move === "pan") pointer("pointerdown", width / 2, height / 2);
  const frame = (now) => {
    if (!start) start = now;
    if (before) frames.push([now - before, now]);
    before = now;
    place++;
    if (move === "pan") {
      const angle = place / 40;
      pointer("pointermove", width / 2 + Math.sin(angle) * 60, height / 2 - place * 9);
    } else wheel(Math.floor(place / 45) % 2 ? 24 : -24);
    if (now - start < seconds * 1000) requestAnimationFrame(frame);
    else {
      if (move === "pan") pointer("pointerup", 0, 0);
      setTimeout(() => resolve(frames.map(([gap, at]) => [gap, window.script.get(at) ?? 0])), 50);
    }
  };
  requestAnimationFrame(frame);
})
"""

ZOOM_TO = """
(scale) => new Promise((resolve) => {
  const canvas = document.querySelector("canvas[role=application]");
  const { left, top, width, height } = canvas.getBoundingClientRect();
  let steps = Math.round(Math.abs(Math.log(scale)) * 180 / 60);
  const step = () => {
    if (steps-- <= 0) return setTimeout(resolve, 100);
    canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: scale < 1 ? 60 : -60, ctrlKey: true,
      clientX: left + width / 2, clientY: top + height / 2, cancelable: true }));
    requestAnimationFrame(step);
  };
  step();
})
"""


class Files(http.server.SimpleHTTPRequestHandler):
    """The built page with the headers that the workbench sends."""

    def end_headers(self) -> None:
        for name, value in SECURITY_HEADERS.items():
            self.send_header(name.decode(), value.decode())
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def built() -> Iterator[str]:
    """The address of the graph view alone."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npx", "vite", "build", "--config", "dev/graph.vite.config.mjs", "--outDir", folder, "--logLevel", "warn"],
            cwd=FRONTEND,
            check=True,
        )
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=folder))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/graph.html"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def opened(browser: Browser, address: str, canvases: int, wrong: list[str]) -> tuple[Page, float]:
    """The page with its graphs drawn, and the milliseconds that took."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.add_init_script(WATCH)
    page.goto(address)
    # Waiting inside the page would need `eval`, which its headers forbid.
    deadline = time.monotonic() + LONGEST_S
    while page.evaluate("window.drawn.length") < canvases:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{address} drew nothing within {LONGEST_S} s")
        page.wait_for_timeout(100)
    taken: float = page.evaluate(f"window.drawn[{canvases - 1}].at - window.bench.ready")
    return page, taken


def processor_s(browser: Browser) -> float:
    """Seconds that the page and the compositor of the browser have used so far; no other page is open."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(float(process["cpuTime"]) for process in processes if process["type"] in ("renderer", "GPU"))


def described(frames: list[list[float]], used_s: float) -> str:
    """Cells of a table: mean, 95th percentile and largest frame, script time, processor time, late frames."""
    gaps = sorted(gap for gap, _ in frames)
    script = sorted(spent for _, spent in frames)
    late = sum(gap > 1.5 * FRAME_MS for gap in gaps) / len(gaps)
    return (
        f"{statistics.mean(gaps):.1f} | {gaps[int(len(gaps) * 0.95)]:.1f} | {gaps[-1]:.1f} | "
        f"{statistics.mean(script):.1f} | {script[int(len(script) * 0.95)]:.1f} | "
        f"{used_s * 1000 / len(frames):.1f} | {late:.1%}"
    )


def opening(browser: Browser, home: str, sizes: list[int], wrong: list[str]) -> None:
    """Prints the table of opening times; appends what went wrong in the page."""
    print("| nodes | shown | collapsed | boxes drawn | opened in, ms (each of the runs) |")
    print("|---|---|---|---|---|")
    for size in sizes:
        for only, collapse in (("ir", "none"), ("ir", "scopes"), ("ir", "repeats"), ("", "none"), ("", "scopes")):
            times: list[float] = []
            boxes = ""
            for _ in range(REPEATS):
                page, taken = opened(
                    browser, f"{home}?nodes={size}&only={only}&collapse={collapse}", 1 if only else 2, wrong
                )
                boxes = page.evaluate("window.drawn[0].boxes")
                times.append(taken)
                page.close()
            shown = "one graph" if only else "both graphs"
            print(f"| {size:,} | {shown} | {collapse} | {boxes} | {', '.join(f'{taken:.0f}' for taken in times)} |")
    print()


def moving(browser: Browser, home: str, sizes: list[int], seconds: float, wrong: list[str]) -> None:
    """Prints the table of frame times; appends what went wrong in the page."""
    print(
        "| nodes | movement | frame mean, ms | p95 | max | script mean, ms | p95 | processor mean, ms | late frames |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for size in sizes:
        moves: list[tuple[str, str, Any]] = [
            ("pan, all texts", "pan", None),
            ("pan, types only (scale 0.35)", "pan", 0.38),
            ("pan, frames only (scale 0.18)", "pan", 0.2),
            ("pan, far (scale 0.08)", "pan", 0.085),
            ("pan, whole graph", "pan", "0"),
            ("zoom in and out", "zoom", 0.5),
            ("zoom in and out from the whole graph", "zoom", "0"),
        ]
        for name, move, scale in moves:
            page, _ = opened(browser, f"{home}?nodes={size}&only=ir&collapse=none", 1, wrong)
            if scale == "0":
                page.focus("canvas[role=application]")
                page.keyboard.press("0")
                page.wait_for_timeout(400)
            elif scale:
                page.evaluate(ZOOM_TO, scale)
            before = processor_s(browser)
            frames = page.evaluate(MOVE, [move, seconds])
            print(f"| {size:,} | {name} | {described(frames, processor_s(browser) - before)} |")
            page.close()


def main() -> None:
    """Builds, measures, prints; ends with 1 when the page complained."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="10000,50000", help="nodes of each graph, by comma")
    parser.add_argument("--only-movement", action="store_true", help="leave out the first table")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each movement lasts")
    given = parser.parse_args()
    print(describe())
    print()
    with built() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium_path()), args=ARGUMENTS)
        sizes = [int(size) for size in given.sizes.split(",")]
        wrong: list[str] = []
        if not given.only_movement:
            opening(browser, home, sizes, wrong)
        moving(browser, home, sizes, given.seconds, wrong)
        browser.close()
    if wrong:
        raise SystemExit("\n".join(sorted(set(wrong))))


if __name__ == "__main__":
    main()
