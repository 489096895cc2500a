"""The folder of published catalogues: immutable files with their digests, and CURRENT, which names the served one.

To publish a finished file, `publish` renames it, writes its digest and then replaces CURRENT. Readers see either the
old catalogue or the new one, each complete.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from toko_core import CatalogError
from toko_core.files import file_digest, flush, keep_newest, share_as_folder, whole_file

CURRENT = "CURRENT"
PATTERN = "catalog-*.duckdb"
LONGEST_NAME = 200
FILE_NAME = re.compile(rf"\w[\w.+-]{{0,{LONGEST_NAME - 1}}}", re.ASCII)


def current_file(folder: Path) -> Path | None:
    """Return the published file that CURRENT names, or None before the first publication.

    Raises CatalogError if CURRENT names no file of its folder, and OSError if it cannot be read.
    """
    try:
        with (folder / CURRENT).open("rb") as pointer:
            name = pointer.read(LONGEST_NAME + 1).decode(errors="replace").strip()
    except FileNotFoundError:
        return None
    if not FILE_NAME.fullmatch(name):
        raise CatalogError(f"{folder / CURRENT} does not name a catalogue: run `toko sync`.")
    return folder / name


def check_whole(file: Path) -> None:
    """Raise CatalogError if the file is not as it was published: cut off, or with other content.

    A catalogue of before 0.3.0 has no digest, and is not checked.
    """
    try:
        published, size = digest_file(file).read_text(errors="replace"), file.stat().st_size
    except FileNotFoundError:  # of the digest; or of the catalogue, which its reader says
        return
    if f"# {size} bytes\n" not in published or published != _digest_text(file, file_digest(file)):
        raise CatalogError(f"The catalogue {file.name} is damaged: run `toko sync` again.")


def digest_file(file: Path) -> Path:
    """Return the path of a catalogue's size and digest, in the format of `sha256sum`."""
    return file.with_name(f"{file.name}.sha256")


def _digest_text(file: Path, digest: str) -> str:
    return f"# {file.stat().st_size} bytes\n{digest}  {file.name}\n"


def catalog_name(published_at: datetime, backup_id: str) -> str:
    """Return `catalog-<UTC time>-<backup id>.duckdb`. The time has milliseconds, so that each name is unique."""
    time = published_at.astimezone(UTC)
    return f"catalog-{time:%Y%m%dT%H%M%S}.{time.microsecond // 1000:03d}Z-{backup_id}.duckdb"


def publish(finished: Path, name: str, keep: int, digest: str | None = None) -> Path:
    """Publish a closed, verified file of the catalogue folder under `name`, and keep the `keep` newest catalogues.

    `digest` is the file's SHA-256, if the caller knows it.
    """
    folder = finished.parent
    file = folder / name
    share_as_folder(finished)
    flush(finished)
    finished.rename(file)
    with whole_file(digest_file(file)) as stored:
        stored.write_text(_digest_text(file, digest or file_digest(file)))
        share_as_folder(stored)
    point_to(file)
    prune(folder, keep)
    return file


def point_to(file: Path) -> None:
    """Make CURRENT name this file of its folder."""
    with whole_file(file.with_name(CURRENT)) as pointer:
        pointer.write_text(file.name + "\n")
        share_as_folder(pointer)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove old catalogues, but never the one that CURRENT names.

    A reader that has a removed file open can continue to read it.
    """
    current = None
    with suppress(CatalogError):  # CURRENT names no catalogue
        current = current_file(folder)
    removed = keep_newest(folder.glob(PATTERN), keep, besides=[current] if current else [])
    for digest in folder.glob(f"{PATTERN}.sha256"):
        if not digest.with_suffix("").exists():
            digest.unlink()
    return removed
