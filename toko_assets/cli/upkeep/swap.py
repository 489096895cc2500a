"""Replaces the state of an installation by that of a backup, completely or not at all, whenever the process is killed.

The new state is first staged: copied beside the old one and checked. Then the plan of the swap is written, in one step.
Before that, a kill leaves the old state. From then on every command of `toko`, and the code server of the containers,
first finishes the swap, so that nothing works with a mixture. Each step of the swap can be done again. The replaced
folders are kept until all steps are done.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from toko_assets.cli.upkeep.contents import STATE_COPY, Places
from toko_assets.cli.upkeep.staging import PLAN, STAGED
from toko_assets.cli.upkeep.storage import CONFIG, DUMP, FOLDERS, find_database
from toko_core import PermanentError
from toko_core.catalog.store import PATTERN, digest_file, point_to
from toko_core.files import DataFolder, flush, nearest_existing, share_as_folder, whole_file
from toko_core.settings import ShopSettings, load
from toko_core.state.copies import restore_state
from toko_core.state.database import StateDatabase, state_url

REPLACED = "restore.old.part"
"""The folder in which the replaced folders are kept until the swap is done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the swap does. All parts are staged."""

    home: Path
    """DAGSTER_HOME."""
    folders: tuple[str, ...]
    """Folders of the data folder that are replaced."""
    catalogs: tuple[str, ...]
    """Files of the catalogue folder. Others are removed."""
    current: str
    """The catalogue to serve."""
    sqlite: bool
    """Whether Dagster's SQLite files are replaced."""
    dump: bool
    """Whether Dagster's database is replaced."""
    state: bool = False
    """Whether the rows of the state database are replaced."""


_PLAN = TypeAdapter(Plan)


def staging_places(data: DataFolder, home: Path) -> Places:
    """Return where parts are staged: each on the disk of the folder that it replaces, because renames need that.

    In containers Dagster's home is not writable, and nothing in it is replaced.
    """
    is_writable = os.access(nearest_existing(home), os.W_OK)
    return Places(data.root / STAGED, data.catalog / STAGED, (home if is_writable else data.root / STAGED) / STAGED)


def has_unfinished(data: DataFolder) -> bool:
    """Whether a restore was killed during its swap, or is swapping now."""
    return (data.root / STAGED / PLAN).exists()


def clear_staging(data: DataFolder, home: Path) -> None:
    """Remove what a restore left that never came to its swap, or has finished it. The caller holds the lock."""
    staged = staging_places(data, home)
    # `finish_restore` looks for the last one.
    for folder in (staged.catalog, staged.home, data.root / REPLACED, home / REPLACED, staged.data):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)


def commit(data: DataFolder, plan: Plan) -> None:
    """Write the plan: from now on the new state counts, and `finish` brings it about."""
    staged = staging_places(data, plan.home)
    for folder in plan.folders:
        (staged.data / folder).mkdir(parents=True, exist_ok=True)
    for root in {staged.data, staged.catalog, *([staged.home] if plan.sqlite else [])}:
        for path in sorted(root.rglob("*"), reverse=True):
            flush(path)
        flush(root)
    with whole_file(staged.data / PLAN) as file:
        file.write_bytes(_PLAN.dump_json(plan))


def withdraw(data: DataFolder, home: Path) -> None:
    """Give up a swap of which nothing was done yet."""
    (data.root / STAGED / PLAN).unlink(missing_ok=True)
    clear_staging(data, home)


def finish(data: DataFolder, *, database_is_done: bool = False) -> None:
    """Do the swap whose plan was written. The caller holds the lock."""
    plan = _PLAN.validate_json((data.root / STAGED / PLAN).read_bytes())
    staged = staging_places(data, plan.home)
    if plan.dump and not database_is_done:
        restore_database(plan.home, staged.data / DUMP)
    if plan.sqlite:
        for folder in FOLDERS:
            _swap(staged.home / folder, plan.home / folder, plan.home / REPLACED / folder)
        if (staged.home / CONFIG).exists():
            (staged.home / CONFIG).replace(plan.home / CONFIG)
    for folder in plan.folders:
        _swap(staged.data / folder, data.root / folder, data.root / REPLACED / folder)
    if plan.state:
        with closing(StateDatabase(state_url(load(ShopSettings)))) as state:
            restore_state(state, staged.data / STATE_COPY)
    _publish(data, staged.catalog, plan)
    (staged.data / PLAN).unlink()
    flush(staged.data)
    clear_staging(data, plan.home)


def restore_database(home: Path, dump: Path) -> None:
    """Replace Dagster's database by a dump. Raises PermanentError if dagster.yaml names no database."""
    database = find_database(home)
    if database is None:
        raise PermanentError(f"{home / CONFIG} names no PostgreSQL database to restore Dagster's history into.")
    database.restore(dump)


def _swap(new: Path, target: Path, replaced: Path) -> None:
    """Replace a folder, and keep the replaced one. Does nothing if that is done already."""
    if not new.exists():
        return
    replaced.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        if replaced.exists():  # the target was created after it was replaced, by a process that did not know
            shutil.rmtree(target)
        else:
            target.rename(replaced)
    new.rename(target)
    flush(target.parent)


def _publish(data: DataFolder, staged: Path, plan: Plan) -> None:
    """Move the catalogues in, point CURRENT to the one to serve, and remove all others."""
    for name in plan.catalogs:
        if (staged / name).exists():
            (staged / name).replace(data.catalog / name)
            share_as_folder(data.catalog / name)
    flush(data.catalog)
    point_to(data.catalog / plan.current)
    for file in catalogs_of(data.catalog):
        if file.name not in plan.catalogs:
            file.unlink()
            digest_file(file).unlink(missing_ok=True)


def catalogs_of(folder: Path) -> Sequence[Path]:
    """List the published files of a folder."""
    return sorted(folder.glob(PATTERN))
