"""Which Chromium the tests drive. Imports nothing heavy: `tests.provide` asks this before the first test."""

import shutil
import subprocess
import sys
from pathlib import Path


def find_chromium() -> Path | None:
    """The system's Chromium, otherwise the one of `playwright install chromium`; None if no usable one is there."""
    if (program := shutil.which("chromium")) and Path(program).resolve().name != "snap":
        return Path(program)  # a snap sees no folder of ours
    if not playwright_starts():
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() and _starts(own) else None


def playwright_starts() -> bool:
    """Whether the libraries that its driver needs are there."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _starts(program: Path) -> bool:
    """Whether the libraries that it needs are there: Playwright downloads the browser alone."""
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
