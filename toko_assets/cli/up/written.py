"""The status of all parts: the file in Dagster's home that another terminal reads, and its texts."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from toko_assets.cli.dev.status import Status

FILE = "toko-up.json"


def write_status(home: Path, statuses: Sequence[Status]) -> None:
    """Replace the file. Another terminal never reads a part of it."""
    temporary = home / f"{FILE}.part"
    temporary.write_text(json.dumps([asdict(status) for status in statuses]))
    temporary.replace(home / FILE)


def remove_status(home: Path) -> None:
    """Remove the file, when all parts have ended."""
    (home / FILE).unlink(missing_ok=True)


def read_status(home: Path) -> list[Status]:
    """Return the status of each part, as the running `toko up` wrote it last. Nothing if there is no file."""
    try:
        return [Status(**fields) for fields in json.loads((home / FILE).read_text())]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def describe(status: Status, before: Status | None) -> str:
    """Return a line on a part's new state. It is empty if the state is not new, or if the supervisor has said it."""
    if before is not None and status.state == before.state and status.restarts == before.restarts:
        return ""
    name = status.name[:1].upper() + status.name[1:]
    if status.state == "ready":
        seconds = f" after {status.since - before.since:.0f} s" if before and before.state == "starting" else ""
        return f"{name} is ready{seconds}{f': {status.address}' if status.address else ''}."
    if status.state == "off":
        return f"{name} is off: {status.problem}"
    if status.state == "not ready":
        return f"{name} is not ready: {status.problem or 'it does not respond.'}"
    return ""


def summarise(statuses: Sequence[Status]) -> str:
    """Return one line on all parts."""
    return ", ".join(f"{status.name}: {status.state}" for status in statuses)


def list_lines(statuses: Sequence[Status], zone: ZoneInfo) -> list[str]:
    """Return a line for each part, in columns: its name, state, since when, restarts, and its address or problem."""
    lines = []
    for status in statuses:
        since = datetime.fromtimestamp(status.since, UTC).astimezone(zone)
        when = f"since {since:%H:%M}" if time.time() - status.since < 24 * 3600 else f"since {since:%Y-%m-%d}"
        lines.append(
            f"{status.name:<12} {status.state:<9} {when:<17} restarts {status.restarts:<3} "
            f"{status.problem or status.address}".rstrip()
        )
    return lines
