"""`toko report`: one text file with what a supporter needs to know. It is safe to send: people can read it before.

It works on a broken installation. A section that cannot be collected says why.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from toko_assets.cli.report.catalogue import describe_catalogue
from toko_assets.cli.report.findings import describe_findings
from toko_assets.cli.report.given import Given
from toko_assets.cli.report.logs import describe_logs
from toko_assets.cli.report.machine import describe_machine
from toko_assets.cli.report.redaction import Redaction
from toko_assets.cli.report.runs import describe_runs
from toko_assets.cli.report.settings import describe_settings
from toko_assets.cli.terminal import plain
from toko_core import TokoError

SECTIONS: dict[str, Callable[[Given], Iterator[str]]] = {
    "Versions and machine": describe_machine,
    "Settings (values of harmless ones; of others whether they are set)": describe_settings,
    "toko doctor": describe_findings,
    "Catalogue, data folder and backups": describe_catalogue,
    "Last runs and sensors": describe_runs,
    "Last log lines": describe_logs,
}
CONTAINS = (
    "It contains versions, the machine, settings without secrets, what `toko doctor` says, the last runs with their "
    "failed checks, the last log lines, and counts of the catalogue. Passwords, tokens, addresses with secrets, prices "
    "and rows of tables are left out. Read it before you send it."
)
NAME = "toko-report-%Y%m%d-%H%M%S.txt"
STDOUT = Path("-")


def write_report(file: Path | None, console: Console) -> None:
    """Write the report to a new file that only this user can read, and print its path, size and content.

    Without `file` it is written to the working folder; `-` is standard output. Raises TokoError if the file exists.
    """
    now = datetime.now(UTC)
    file = file or Path(f"{now:{NAME}}")
    if file != STDOUT and file.exists():
        raise TokoError(f"{file} exists: remove it, or name another file.")
    text = make_report(now, Console(stderr=True))
    if file == STDOUT:
        print(text, end="")
        return
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as output:
        output.write(text)
    size = file.stat().st_size / 1000
    console.print(f"[bold]Wrote[/] {plain(str(file.resolve()))} ({size:,.0f} KB).", highlight=False, soft_wrap=True)
    console.print(CONTAINS, highlight=False)


def make_report(now: datetime, console: Console) -> str:
    """Return the whole report, without secrets. Never raises."""
    given = Given.read()
    redaction = Redaction.of(given)
    parts = [f"toko report of {now:%Y-%m-%d %H:%M} UTC\n"]
    with console.status("Collecting") as status:
        for title, describe in SECTIONS.items():
            status.update(f"Collecting: {plain(title)}")
            lines = "\n".join(redaction.clean(line) for line in _lines(describe, given))
            parts.append(f"\n== {title} ==\n{lines}\n")
    return "".join(parts)


def _lines(describe: Callable[[Given], Iterator[str]], given: Given) -> Iterator[str]:
    """Yield the lines of a section, and as the last one why it ended early."""
    try:
        yield from describe(given)
    except (
        Exception
    ) as error:  # a broken installation may cause any error, and the other sections are wanted all the same
        yield f"Not collected: {type(error).__name__}: {error}"
