"""The search page as people and scanners use it, in a real browser."""

import time

from playwright.sync_api import Locator, Page

SCANNER, HAND = 0.005, 0.12  # seconds between two keys
PAUSE = 60  # milliseconds between two keys where their speed does not matter: a scanner's are 35 on average at most


def goods(page: Page) -> Locator:
    return page.locator(".good-name")


def field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Cari barang")


def wait_for_script(page: Page) -> None:
    """Wait until the page's script runs: earlier keys are lost. `goto` waits for it too, a click doesn't."""
    page.locator("html.scripted").wait_for()


def type_keys(page: Page, code: str, pause: float, end: tuple[str, ...] = ("Enter",)) -> None:
    """Press keys, and then those of `end`. The browser gets the time of each: a busy machine slows nothing down."""
    wait_for_script(page)
    keyboard = page.context.new_cdp_session(page)
    moment = time.time()
    for number, key in enumerate([*code, *end]):
        text = "\r" if key == "Enter" else key if len(key) == 1 else ""
        event = {"key": key, "text": text, "timestamp": moment + number * pause}
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
