"""`toko restore-backup`: brings an installation back to what `toko backup` saved.

Everything is copied beside the present state and checked before anything of that changes (`swap.py`).
"""

import re
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from rich.console import Console

from toko_assets.cli.dagster_home import is_shipped, set_dagster_home
from toko_assets.cli.terminal import plain
from toko_assets.cli.upkeep import swap
from toko_assets.cli.upkeep.archive import HEADER, read_files, read_manifest
from toko_assets.cli.upkeep.backup import NOT_SAVED, STDOUT, only_one_at_a_time, scratch_folder
from toko_assets.cli.upkeep.contents import FOLDERS_OF_DATA, STATE_COPY, Places
from toko_assets.cli.upkeep.earlier import EARLIER_DUMP, EARLIER_FILES, EARLIER_FOLDERS, open_earlier, read_earlier
from toko_assets.cli.upkeep.progress import show_bytes
from toko_assets.cli.upkeep.seal import SealedReader
from toko_assets.cli.upkeep.storage import CONFIG, DUMP, NONE, POSTGRES, SQLITE, find_database
from toko_assets.cli.upkeep.tar import ArchiveError, Progress, Readable, Rejoined, read_exactly
from toko_assets.common.lock import is_alive, sync_lock
from toko_assets.common.settings import Settings
from toko_assets.publishing.history.store import open_history
from toko_core import CatalogError, TokoError, TransientError
from toko_core.catalog.reader import OtherSchemaError, read_info
from toko_core.catalog.store import CURRENT, check_whole, current_file
from toko_core.files import DataFolder, check_space, expand_home, full_path, nearest_existing, open_file
from toko_core.state.copies import check_copy, check_target
from toko_core.state.database import StateDatabase, StateError, state_url

IPOS_BACKUP = b"PGDMP"
TAR_NAME = EARLIER_DUMP.encode()
RELEASE = re.compile(r"(\d{1,4})\.(\d{1,4})(\D.{0,50})?", re.ASCII)
"""The beginning of a version of Dagster."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A backup that was copied beside the present state, and checked."""

    made: str
    """When and by which version, for people."""
    folders: tuple[str, ...]
    catalogs: tuple[str, ...]
    current: Path
    storage: str
    """How Dagster's history is stored in it."""
    has_state: bool
    """Whether it holds a state database."""
    is_older: bool = False
    """Whether this version cannot read its catalogue, so that the next sync makes another one."""
    is_edited: bool = False
    """Whether its dagster.yaml is not one of ours. That is left out: it names code that Dagster loads and runs."""


def check_backup(settings: Settings, source: str, console: Console) -> None:
    """Check that a backup is complete and can be restored here. Changes nothing. Raises ArchiveError."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    home = set_dagster_home(settings)
    with only_one_at_a_time(settings.data_folder), scratch_folder(settings.data_folder) as folder:
        staged = _stage(source, Places(folder, folder / "catalog", folder / "home"), home, console)
    console.print(f"[bold]Complete:[/] {_name(source)}, {plain(staged.made)}", highlight=False, soft_wrap=True)


def restore_backup(
    settings: Settings, source: str, hold_dagster: Callable[[Path], AbstractContextManager[None]], console: Console
) -> None:
    """Replace the state of the installation by that of a backup: a file, a folder of an earlier version, or "-".

    `hold_dagster` keeps Dagster from starting with a DAGSTER_HOME, and raises TokoError if it runs.

    Raises:
        ArchiveError: the backup is damaged, or of a newer version. Nothing was changed.
        TransientError: a sync, a backup or another restore is running. Nothing was changed.
    """
    begun, data, home = time.monotonic(), settings.folder, set_dagster_home(settings)
    for folder in (data.root, data.catalog):
        folder.mkdir(parents=True, exist_ok=True)
    with only_one_at_a_time(data.root), hold_dagster(home), sync_lock(data.root, waiting=None):
        _check_no_run(data)
        swap.clear_staging(data, home)
        places = swap.staging_places(data, home)
        places.data.mkdir()
        try:
            staged = _stage(source, places, home, console)
            if staged.has_state:
                with closing(StateDatabase(state_url(settings))) as state:
                    check_target(state)
        except BaseException:
            swap.clear_staging(data, home)
            raise
        here = POSTGRES if find_database(home) else SQLITE
        plan = swap.Plan(
            home, staged.folders, staged.catalogs, staged.current.name,
            sqlite=staged.storage == here == SQLITE, dump=staged.storage == here == POSTGRES,
            state=staged.has_state,
        )  # fmt: skip
        with console.status("Replacing the present state"):
            _swap_in(data, plan)
    say = partial(console.print, highlight=False, soft_wrap=True)
    say(
        f"[bold]Restored[/] {_name(source)}, {plain(staged.made)}, in {time.monotonic() - begun:.1f} s. "
        f"Served: {staged.current.name}."
    )
    if staged.is_older:
        say("[yellow]![/] An earlier version made this catalogue: run `toko sync`, which makes one that this reads.")
    if staged.is_edited:
        say("[yellow]![/] Its dagster.yaml was edited. It names code that Dagster runs, so it was not restored.")
    if not (plan.sqlite or plan.dump):
        say(f"[yellow]![/] Dagster's history was not restored: {_why_not(staged.storage, here)}.")
    if not staged.has_state:
        say("[yellow]![/] People were not restored: the backup holds none. Those of this installation stay.")
    say(NOT_SAVED.replace("Keep a copy of .env in a safe place.", "Copy yours to this folder."))


def finish_interrupted(settings: Settings, console: Console, *, wait: bool) -> None:
    """Finish a restore that was killed during its swap, or remove what one left that was killed before.

    A restore that is running raises TransientError, or is waited for.
    """
    data = settings.folder
    with only_one_at_a_time(data.root, wait=wait), sync_lock(data.root, (lambda: None) if wait else None):
        if not swap.has_unfinished(data):
            swap.clear_staging(data, set_dagster_home(settings))
        else:
            with console.status("Finishing a restore that was interrupted"):
                swap.finish(data)
            console.print("[yellow]![/] A restore that was interrupted is finished now.", highlight=False)


def _swap_in(data: DataFolder, plan: swap.Plan) -> None:
    swap.commit(data, plan)
    try:
        if plan.dump:
            swap.restore_database(plan.home, swap.staging_places(data, plan.home).data / DUMP)
    except BaseException:  # PostgreSQL has done nothing, and nothing else was changed yet
        swap.withdraw(data, plan.home)
        raise
    swap.finish(data, database_is_done=True)


def _why_not(storage: str, here: str) -> str:
    if storage == NONE:
        return "the backup holds none"
    return f"the backup holds it for {storage}, and this installation stores it in {here}"


def _check_no_run(data: DataFolder) -> None:
    """Raise TransientError if a run is at work that needs no sync lock, such as recent_sales."""
    marks = sorted(data.runs.iterdir()) if data.runs.is_dir() else []
    if any(is_alive(data.root, mark.name) for mark in marks):
        raise TransientError(f"A run is at work in {data.root}: try again when it is done.")


def _stage(source: str, places: Places, home: Path, console: Console) -> Staged:
    """Copy a backup to these places, and check all of it. Raises ArchiveError, which names the source."""
    try:
        with ExitStack() as stack:
            stream = _Counted(stack.enter_context(_opened(source)))
            progress = stack.enter_context(show_bytes(console, "Checking", _size(source)))
            stream.progress = progress
            first = read_exactly(stream, len(HEADER))
            rest = Rejoined(first, stream)
            if first == HEADER:
                return _stage_archive(rest, places, home)
            if first == TAR_NAME[: len(first)]:
                return _stage_earlier(rest, places, home)
            if first.startswith(IPOS_BACKUP):
                raise ArchiveError("it is a backup of iPOS, which `toko sync --backup FILE` reads")
            raise ArchiveError("it is not a file that `toko backup` wrote")
    except (ArchiveError, CatalogError) as error:
        reason = str(error).rstrip(".")
        raise ArchiveError(f"{_name(source)} cannot be restored: {reason}. Nothing was changed.") from None


def _stage_archive(stream: Readable, places: Places, home: Path) -> Staged:
    sealed = SealedReader(stream)
    manifest, files = read_manifest(sealed)
    targets = {entry.name: _place(places, entry.name) for entry in manifest.files}
    _check_free(places, manifest.size)
    if _release(manifest.dagster_version) > _release(version("dagster")):
        raise ArchiveError(
            f"it holds the history of Dagster {manifest.dagster_version}, this is {version('dagster')}: upgrade toko"
        )
    read_files(files, manifest.files, targets.__getitem__, lambda _: None)
    sealed.check()
    made = f"made {_shown_time(manifest.created_at)} by toko {manifest.toko_version}"
    return _checked(places, home, made, FOLDERS_OF_DATA, manifest.dagster)


def _stage_earlier(stream: Readable, places: Places, home: Path) -> Staged:
    read_earlier(stream, lambda name: _place(places, name), lambda size: _check_free(places, size))
    return _checked(places, home, "made by an earlier version", EARLIER_FOLDERS, POSTGRES)


def _place(places: Places, name: str) -> Path:
    if (path := places.place(name)) is None:
        raise ArchiveError("it holds a file with a name that no backup has")
    return path


def _checked(places: Places, home: Path, made: str, folders: tuple[str, ...], storage: str) -> Staged:
    """Check what was staged: the served catalogue, the price history and Dagster's history can be read."""
    current = current_file(places.catalog)
    if current is None or not current.is_file():
        raise ArchiveError("it does not hold the catalogue that it serves")
    catalogs = sorted(path.name for path in places.catalog.iterdir() if path.name != CURRENT)
    check_whole(current)
    is_older = False
    try:
        read_info(current)
    except OtherSchemaError as error:
        if error.is_newer:
            raise
        is_older = True
    try:
        with open_history(places.data / "history"):
            pass
    except TokoError as error:
        raise ArchiveError(str(error)) from None
    config = places.home / CONFIG
    is_edited = config.exists() and not is_shipped(config)
    if is_edited:
        config.unlink()
    if storage == POSTGRES and (database := find_database(home)):
        database.check(places.data / DUMP)
    if has_state := (places.data / STATE_COPY).exists():
        try:
            check_copy(places.data / STATE_COPY)
        except StateError as error:
            raise ArchiveError(str(error)) from None
    return Staged(made, folders, tuple(catalogs), current, storage, has_state, is_older, is_edited)


def _check_free(places: Places, size: int) -> None:
    for folder in {places.data, places.catalog, places.home}:
        check_space(nearest_existing(folder), size)


def _release(dagster: str) -> tuple[int, ...]:
    if not (found := RELEASE.fullmatch(dagster)):
        raise ArchiveError("its list of files is damaged")
    return int(found[1]), int(found[2])


def _shown_time(created_at: str) -> str:
    try:
        return f"{datetime.fromisoformat(created_at):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        raise ArchiveError("its list of files is damaged") from None


def _name(source: str) -> str:
    return "The standard input" if source == STDOUT else plain(source)


def _file(source: str) -> Path:
    path = expand_home(source)
    return full_path(path) if path.is_symlink() else path  # `open_file` follows no link


def _opened(source: str) -> AbstractContextManager[Readable]:
    if source == STDOUT:
        return nullcontext(sys.stdin.buffer)
    path = _file(source)
    return open_earlier(path) if path.is_dir() else open_file(path)


def _size(source: str) -> int | None:
    path = _file(source)
    if source == STDOUT:
        return None
    if path.is_dir():
        return sum((path / name).stat().st_size for name in EARLIER_FILES)
    return path.stat().st_size


class _Counted:
    """Counts what is read from a stream."""

    def __init__(self, stream: Readable | BinaryIO) -> None:
        self._stream = stream
        self.progress: Progress = lambda _: None

    def read(self, size: int = -1, /) -> bytes:
        piece: bytes = self._stream.read(size)
        self.progress(len(piece))
        return piece
