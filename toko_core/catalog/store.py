"""The folder of published catalogues: immutable files, and CURRENT, which names the file that is served.

To publish a finished file, `publish` renames it and then replaces CURRENT. Readers see either the old catalogue or the
new one, each complete.
"""

from datetime import UTC, datetime
from pathlib import Path

from toko_core.files import flush, keep_newest, whole_file

CURRENT = "CURRENT"
PATTERN = "catalog-*.duckdb"


def current_file(folder: Path) -> Path | None:
    """Return the published file that CURRENT names, or None before the first publication."""
    try:
        return folder / (folder / CURRENT).read_text().strip()
    except FileNotFoundError:
        return None


def catalog_name(published_at: datetime, backup_id: str) -> str:
    """Return `catalog-<UTC time>-<backup id>.duckdb`. The time has milliseconds, so that each name is unique."""
    time = published_at.astimezone(UTC)
    return f"catalog-{time:%Y%m%dT%H%M%S}.{time.microsecond // 1000:03d}Z-{backup_id}.duckdb"


def publish(finished: Path, name: str, keep: int) -> Path:
    """Publish a closed, verified file of the catalogue folder under `name`, and keep the `keep` newest catalogues."""
    folder = finished.parent
    file = folder / name
    flush(finished)
    finished.rename(file)
    flush(folder)
    point_to(file)
    prune(folder, keep)
    return file


def point_to(file: Path) -> None:
    """Make CURRENT name this file of its folder."""
    with whole_file(file.with_name(CURRENT)) as pointer:
        pointer.write_text(file.name + "\n")


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove old catalogues, but never the one that CURRENT names.

    A reader that has a removed file open can continue to read it.
    """
    current = current_file(folder)
    return keep_newest(folder.glob(PATTERN), keep, besides=[current] if current else [])
