"""A real Chromium, its page, and the pictures taken of it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, ViewportSize, expect, sync_playwright

from tests.browser.chromium import find_chromium

SECONDS = 60
"""For anything to appear, on a machine that is busy with other tests."""
SIZE = ViewportSize(width=1400, height=1000)
FLAT_SIZE = ViewportSize(width=1400, height=560)
"""For a graph from left to right."""
COLOURS = 256
ARGUMENTS = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEZONE = "Asia/Jakarta"
GRAPH_SETTINGS = """
localStorage.setItem("asset-graph-direction", '"vertical"');
localStorage.setItem("asset-node-facets", '["checks", "status", "kind-tag"]');
localStorage.removeItem("lineageGraphZoomLevel");
"""
"""Set in the graph's menus: from top to bottom and few lines in a box, so that the window shows what each box says."""
LOOKS = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, metavar="FOLDER", help="where the pictures of docs are written")


@dataclass(frozen=True)
class Pictures:
    folder: Path

    def take(self, page: Page, name: str) -> None:
        """Write what the page shows as `name`.png, small enough for the documentation."""
        page.mouse.move(0, 0)  # what is under the mouse looks different
        seen = Image.open(io.BytesIO(settled(page))).convert("RGB")
        small = seen.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        small.save(self.folder / f"{name}.png", optimize=True)


@contextmanager
def flat_window(page: Page) -> Iterator[None]:
    """Make the window lower for a while."""
    page.set_viewport_size(FLAT_SIZE)
    yield
    page.set_viewport_size(SIZE)


def settled(page: Page) -> bytes:
    """The page as PNG, once two looks are the same: symbols and lines come after the text."""
    seen = page.screenshot(animations="disabled")
    for _ in range(LOOKS):
        before, seen = seen, page.screenshot(animations="disabled")
        if seen == before:
            break
    return seen


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Pictures:
    """In the folder of --screenshots, otherwise among the test's own files."""
    folder: Path | None = request.config.getoption("--screenshots", default=None)
    return Pictures(request.config.invocation_params.dir / folder if folder else tmp_path)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser. As long as it lives, asyncio runs nothing else in the thread."""
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in the shop's time zone; at its end nothing may have gone wrong in it."""
    page = browser.new_page(viewport=SIZE, timezone_id=TIMEZONE)
    page.add_init_script(GRAPH_SETTINGS)
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    errors: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    def response(answer: Response) -> None:
        if answer.status >= 400:
            errors.append(f"{answer.status} for {answer.url}")

    page.on("console", console)
    page.on("response", response)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def chromium() -> Path:
    """The system's, or Playwright's own."""
    program = find_chromium()
    if program is None:
        pytest.fail("The browser test needs Chromium: apt-get install chromium", pytrace=False)
    return program
