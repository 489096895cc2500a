"""`toko backup`: saves what brings a shop back to one file, while everything runs."""

import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from rich.console import Console

from toko_assets.cli.dagster_home import set_dagster_home
from toko_assets.cli.terminal import short_path
from toko_assets.cli.upkeep.archive import FORMAT, Entry, Manifest, is_plain, write_archive
from toko_assets.cli.upkeep.contents import OF_DAGSTER, STATE, STATE_COPY, open_files
from toko_assets.cli.upkeep.progress import show_bytes, shown_size
from toko_assets.cli.upkeep.storage import (
    CONFIG,
    DUMP,
    NONE,
    POSTGRES,
    SQLITE,
    copy_sqlite,
    find_database,
    sqlite_files,
)
from toko_assets.cli.upkeep.tar import Progress
from toko_assets.common.settings import Settings
from toko_core import PermanentError, TransientError
from toko_core.catalog.store import CURRENT
from toko_core.files import PIECE, TEMPORARY, expand_home, keep_newest, open_lock, try_lock, whole_file
from toko_core.state.copies import copy_state
from toko_core.state.database import StateDatabase, state_url

PREFIX, ENDING = "toko-backup-", ".tar.gz"
STDOUT = "-"
LOCK = "upkeep.lock"
SCRATCH = f"backup{TEMPORARY}"
STALE_SECONDS = 86_400
"""The age at which an unfinished file is one of a backup that was killed."""
NOT_SAVED = "Not in it: .env, because it holds secrets. Keep a copy of .env in a safe place."


def make_backup(settings: Settings, to: str | None, keep: int | None, console: Console) -> None:
    """Write a backup to a file, into a folder, or to the standard output, and say how large it is.

    `to` is the file or folder; None is the working folder, and "-" the standard output. `keep` is how many backups of
    that folder to keep; None keeps all. Raises PermanentError if there is nothing to save, TransientError if another
    backup is being made, and OSError if the disk is full. Then no file is left.
    """
    begun = time.monotonic()
    if not settings.data_folder.is_dir():
        raise PermanentError(f"There is nothing to save: {settings.data_folder} does not exist. Run `toko sync` first.")
    with only_one_at_a_time(settings.data_folder):
        if to == STDOUT:
            _check_redirected()
            size = _write(settings, sys.stdout.buffer, console)
            sys.stdout.buffer.flush()
            said, removed = f"{shown_size(size)} before compression", []
        else:
            file = _choose_file(to, datetime.now(settings.zone), keeps=keep is not None)
            with whole_file(file) as unfinished, unfinished.open("xb") as stream:
                _write(settings, stream, console)
            said, removed = f"{short_path(file)}, {shown_size(file.stat().st_size)}", _clean_up(file, keep)
    say = partial(console.print, highlight=False, soft_wrap=True)
    say(f"[bold]Saved[/] {said}, in {time.monotonic() - begun:.1f} s. {NOT_SAVED}")
    if removed:
        say(f"Removed: {', '.join(path.name for path in removed)}")


def _check_redirected() -> None:
    if sys.stdout.isatty():
        raise PermanentError("A backup is not for the terminal: write `toko backup - > FILE`, or name a file.")


def _choose_file(to: str | None, now: datetime, *, keeps: bool) -> Path:
    """Return the file to write: the one that was named, or a new one in the named or the working folder.

    With --keep, a new name is that of a folder, unless it ends as a backup does.
    """
    path = expand_home(to or ".")
    if path.is_dir() or (to or "").endswith("/") or (keeps and not path.exists() and not path.name.endswith(ENDING)):
        path.mkdir(parents=True, exist_ok=True)
        return path / f"{PREFIX}{now:%Y%m%d-%H%M%S}{ENDING}"
    if path.exists():
        raise PermanentError(f"{path} exists: name a new file, or a folder.")
    return path


def _clean_up(file: Path, keep: int | None) -> list[Path]:
    """Remove unfinished files of backups that were killed, and all but the `keep` newest backups of the folder."""
    oldest = time.time() - STALE_SECONDS
    unfinished = file.parent.glob(f"{PREFIX}*{ENDING}{TEMPORARY}")
    removed = keep_newest([path for path in unfinished if path.stat().st_mtime < oldest], 0)
    return removed + (keep_newest(file.parent.glob(f"{PREFIX}*{ENDING}"), keep, besides=[file]) if keep else [])


@contextmanager
def only_one_at_a_time(root: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of backups and restores. If another one runs, wait for it, or raise TransientError."""
    with open_lock(root / LOCK) as handle:
        if wait:
            fcntl.flock(handle, fcntl.LOCK_EX)
        elif not try_lock(handle):
            raise TransientError(f"Another backup or restore is running in {root}: try again when it is done.")
        yield


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """Provide an empty folder on the disk of the data folder. The caller holds the lock."""
    folder = root / SCRATCH
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(settings: Settings, stream: BinaryIO, console: Console) -> int:
    home = set_dagster_home(settings)
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder(settings.data_folder))
        with console.status("Copying Dagster's history"):
            kind, copies = _copy_dagster(home, folder)
        copies |= _copy_state(settings, folder / STATE_COPY)
        # Dagster's history comes first, so that it is never newer than what is served.
        files = {**stack.enter_context(open_files(settings.folder)), **_opened(stack, copies)}
        if not any(name.endswith(f"/{CURRENT}") for name in files):
            raise PermanentError("No catalogue is published yet, so there is nothing to save: run `toko sync` first.")
        sizes = {name: file.seek(0, 2) for name, file in files.items()}
        with show_bytes(console, "Reading", sum(sizes.values())) as progress:
            entries = [
                Entry(name, sizes[name], _digest(file, progress), os.fstat(file.fileno()).st_mtime_ns)
                for name, file in files.items()
            ]
        manifest = Manifest(
            FORMAT, version("toko"), version("dagster"), datetime.now(UTC).isoformat(timespec="seconds"), kind,
            tuple(entries),
        )  # fmt: skip
        with show_bytes(console, "Writing", manifest.size) as progress:
            write_archive(stream, manifest, files, progress)
        return manifest.size


def _copy_dagster(home: Path, folder: Path) -> tuple[str, dict[str, Path]]:
    """Copy Dagster's history into a folder. Return how it is stored, and the copies by their names in a backup."""
    if database := find_database(home):
        database.dump(folder / DUMP)
        return POSTGRES, {DUMP: folder / DUMP}
    copies = {
        f"{OF_DAGSTER}/{name}": folder / name
        for file in sqlite_files(home)
        if is_plain(name := file.relative_to(home).as_posix()) and copy_sqlite(file, folder / name)
    }
    kind = SQLITE if copies else NONE
    if (home / CONFIG).is_file() and copies:
        copies[f"{OF_DAGSTER}/{CONFIG}"] = home / CONFIG
    return kind, copies


def _copy_state(settings: Settings, target: Path) -> Mapping[str, Path]:
    """Copy the state database, if there is one. Raises StateError if it cannot be read."""
    with closing(StateDatabase(state_url(settings), prepares=False)) as state:
        if state.file is not None and not state.file.exists():
            return {}
        copy_state(state, target)
        return {STATE: target}


def _opened(stack: ExitStack, copies: Mapping[str, Path]) -> dict[str, BinaryIO]:
    return {name: stack.enter_context(path.open("rb")) for name, path in copies.items()}


def _digest(file: BinaryIO, progress: Progress) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        progress(len(piece))
    file.seek(0)
    return digest.hexdigest()
