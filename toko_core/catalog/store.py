"""Where published catalogues lie: a folder of immutable files, and CURRENT, which names the one that is served.

Publishing gives a finished file its name, then CURRENT names it: readers see the old catalogue or the new one, whole.
"""

from datetime import UTC, datetime
from pathlib import Path

from toko_core.files import flush, keep_newest, whole_file

CURRENT = "CURRENT"
PATTERN = "catalog-*.duckdb"


def current_file(folder: Path) -> Path | None:
    """The published file that CURRENT names, or None before the first publication."""
    try:
        return folder / (folder / CURRENT).read_text().strip()
    except FileNotFoundError:
        return None


def catalog_name(published_at: datetime, backup_id: str) -> str:
    """`catalog-<UTC time>-<backup id>.duckdb`; the time to the millisecond, so that no name comes twice."""
    time = published_at.astimezone(UTC)
    return f"catalog-{time:%Y%m%dT%H%M%S}.{time.microsecond // 1000:03d}Z-{backup_id}.duckdb"


def publish(finished: Path, name: str, keep: int) -> Path:
    """Publish a closed, verified file of the catalogue folder under that name; `keep` newest ones stay."""
    folder = finished.parent
    file = folder / name
    flush(finished)
    finished.rename(file)
    flush(folder)
    point_to(file)
    prune(folder, keep)
    return file


def point_to(file: Path) -> None:
    """CURRENT names this file of its folder from now on."""
    with whole_file(file.with_name(CURRENT)) as pointer:
        pointer.write_text(file.name + "\n")


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove old catalogues, never the one that CURRENT names. A reader that holds one goes on reading it."""
    current = current_file(folder)
    return keep_newest(folder.glob(PATTERN), keep, besides=[current] if current else [])
