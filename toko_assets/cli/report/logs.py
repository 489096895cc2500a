"""The report's section of the last log lines: of PostgreSQL, of runs and ticks, and of systemd's journal."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from toko_assets.cli.report.given import Given

LINES = 100
"""The most lines of one log."""
FILES = 8
"""The most files, the newest ones."""
BYTES = 100_000
JOURNAL_SECONDS = 10
SCOPES = ((), ("--user",))
"""The services of the system, and those of this user."""


def describe_logs(given: Given) -> Iterator[str]:
    """Yield the end of each log that is not empty. Containers keep their logs in Docker."""
    found = False
    for file in _newest_logs(given):
        lines = _end_of(file)
        found = found or bool(lines)
        yield from _under(str(file), lines)
    for scope in SCOPES:
        lines = _journal(scope)
        found = found or bool(lines)
        yield from _under(" ".join(("journalctl", *scope)), lines)
    if not found:
        yield "There are none here. In containers: docker compose logs --tail 200"


def _newest_logs(given: Given) -> list[Path]:
    """Return the newest logs in the data folder, and of runs and ticks in Dagster's home."""
    folders = chain(
        given.data.glob("*.log"), given.data.glob("logs/*"), Path("/var/lib/toko").glob("*/log"),
        *(given.dagster_home.glob(f"**/*.{ending}") for ending in ("err", "out", "log")),
    )  # fmt: skip
    files = {file for file in folders if file.is_file() and not file.is_symlink() and file.stat().st_size}
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)[:FILES]


def _end_of(file: Path) -> list[str]:
    try:
        with file.open("rb") as content:
            content.seek(max(file.stat().st_size - BYTES, 0))
            return content.read().decode(errors="replace").splitlines()[-LINES:]
    except OSError as error:
        return [f"It cannot be read: {error.strerror}"]


def _journal(scope: Iterable[str]) -> list[str]:
    """Return the last lines of our services in the journal; none without systemd, or without the right to read it."""
    program = shutil.which("journalctl")
    if program is None:
        return []
    command = [program, *scope, "--no-pager", "--quiet", "--output=short-iso", f"--lines={LINES}", "--unit=toko*"]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=JOURNAL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return ended.stdout.decode(errors="replace").splitlines() if ended.returncode == 0 else []


def _under(name: str, lines: list[str]) -> Iterator[str]:
    """Yield the lines under their name, without rows of tables, which PostgreSQL indents."""
    if lines:
        yield f"-- {name}"
        yield from ("  …" if line.startswith("\t") else line for line in lines)
