"""Measures how long the search page takes from a keystroke to the painted list, in Chromium on a slower processor.

    TOKO_DATA_DIR=/tmp/shop toko demo --products 20000
    python -m benchmarks.web.keystrokes /tmp/shop

A keystroke is done when the browser has painted the results of a query that is as long as what had been typed by then.
A keystroke that changes nothing, such as a blank, is not counted.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
from playwright.sync_api import CDPSession, Page, ViewportSize, sync_playwright

from benchmarks.latency import MILLI, quantile
from benchmarks.process import MeasurementError, running
from benchmarks.web.run import free_port, wait_for
from tests.browser.chromium import find_chromium

QUERIES = (
    "indomie goreng", "gula pasir 1kg", "minyak goreng 2 liter", "sabun lifebuoy", "kopi kapal api", "susu bendera",
    "pampers m 34", "rokok surya 12", "teh pucuk", "beras 5kg", "indomi grg 3 dus", "shampo pantene", "sarden abc",
    "telor ayam", "aqua 600", "detergen rinso",
)  # fmt: skip
PAUSE = 110
"""Milliseconds between two keys: 65 words a minute."""
PHONE: ViewportSize = {"width": 412, "height": 823}
OBSERVER = """
(() => {
  window.strokes = [];  // [what the field said, milliseconds of the keystroke, milliseconds of the painted list]
  const field = document.querySelector("#q"), results = document.querySelector("#hasil");
  let shown = "";
  addEventListener("keydown", (event) => {
    const before = field.value.trim(), at = event.timeStamp;
    setTimeout(() => { if (field.value.trim() !== before) strokes.push([field.value.trim(), at, null]); });
  }, { capture: true });
  new MutationObserver(() => {
    const query = results.querySelector(".found-query")?.textContent ?? "";
    if (query === shown) return;
    shown = query;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();  // its message comes after the frame was painted
      channel.port1.onmessage = () => {
        const now = performance.now();
        for (const stroke of strokes) if (stroke[2] === null && query.startsWith(stroke[0])) stroke[2] = now;
      };
      channel.port2.postMessage(null);
    });
  }).observe(results, { childList: true, subtree: true, characterData: true, attributes: true });
})()
"""


@dataclass(frozen=True)
class Strokes:
    """The times of all keystrokes that changed the query, in seconds."""

    seconds: Sequence[float]
    lost: int
    """Keystrokes whose results were never painted."""

    def __str__(self) -> str:
        shares = ((f"p{share:.0%}".rstrip("%").replace("%", ""), share) for share in (0.5, 0.95, 0.99))
        times = ", ".join(f"{name} {quantile(self.seconds, share) * MILLI:.0f} ms" for name, share in shares)
        return f"{len(self.seconds)} keystrokes: {times}, longest {max(self.seconds) * MILLI:.0f} ms; {self.lost} lost"


def measure(url: str, slower: float, rounds: int) -> Strokes:
    """Type all queries `rounds` times, with the processor slowed down. Raises MeasurementError without Chromium."""
    program = find_chromium()
    if program is None:
        raise MeasurementError("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=PHONE)
        page.goto(url)
        keyboard = page.context.new_cdp_session(page)
        keyboard.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.evaluate(OBSERVER)
        page.focus("#q")
        for query in QUERIES[:2]:  # the first ones warm everything up
            _type(page, keyboard, query)
        page.evaluate("strokes.length = 0")
        for query in QUERIES * rounds:
            _type(page, keyboard, query)
        page.wait_for_timeout(1000)
        strokes = page.evaluate("strokes")
        browser.close()
    painted = [(end - start) / MILLI for _, start, end in strokes if end is not None]
    return Strokes(painted, len(strokes) - len(painted))


def _type(page: Page, keyboard: CDPSession, query: str) -> None:
    page.keyboard.press("Escape")  # which clears the field
    page.wait_for_timeout(3 * PAUSE)
    for key in query:
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": key})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
        page.wait_for_timeout(PAUSE)


@contextmanager
def _serving(data: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").symlink_to(data.resolve())
        place = f"127.0.0.1:{free_port()}"
        settings = {"CATALOG_LISTEN": place, "STATE_URL": f"sqlite:///{folder}/state.db", "OWNER_USERS": ""}
        with running("toko_web", folder=Path(folder), settings=settings) as server:
            wait_for(f"http://{place}")
            try:
                yield f"http://{place}"
            finally:
                server.terminate()


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--slower", default=4.0, show_default=True, help="How many times slower the browser's processor is.")
@click.option("--rounds", default=2, show_default=True, help="How often each query is typed.")
def main(data: Path, slower: float, rounds: int) -> None:
    """Measure the keystrokes of the search page of a data folder."""
    try:
        with _serving(data) as url:
            products = httpx.get(url).text.partition("Cari di ")[2].partition(" ")[0]
            click.echo(f"{products} products, processor {slower:g} times slower")
            click.echo(str(measure(url, slower, rounds)))
    except MeasurementError as error:
        click.echo(f"keystrokes: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
