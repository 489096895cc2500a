"""Kills rollbacks before every operation on files, and fills the disk under others; run by test_rollback_deaths.py.

    python -m tests.toko_assets.publishing.rollback_deaths DATA-FOLDER

The folder is that of `rolling_back`. Each rollback is a forked process. After each the old state must hold or the new
one, and the same rollback, repeated, must give the new one. Prints how many were killed and how many found the disk
full.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from toko_assets.common.records import Catalog, read_record
from toko_assets.publishing.cleanup import remove_unfinished
from toko_assets.publishing.rejected import rejection_in_force
from toko_assets.publishing.rollback import choose_target, inspect, point_back, settle
from toko_core.catalog.store import PATTERN, current_file
from toko_core.files import DataFolder

NOW = datetime(2026, 1, 4, tzinfo=UTC)
SPARED, FULL = 0, 3
LARGEST_FILE, DISK_SIZES = 1600, 20


@dataclass(frozen=True)
class Story:
    """Rollbacks that were made before, and the one that is disturbed: each by the index of its file, or the default."""

    before: list[int | None]
    disturbed: int | None


STORIES = [Story([], None), Story([None], None), Story([None], 2), Story([None, None], 1), Story([None, None], 2)]


def main() -> None:
    """All stories."""
    folder = DataFolder(Path(sys.argv[1]))
    start, killed, full = _files(folder), 0, 0
    for story in STORIES:
        _restore(folder, start)
        for index in story.before:
            _roll_back(folder, index)
        numbers = _disturb(folder, story.disturbed)
        killed, full = killed + numbers[0], full + numbers[1]
    print(killed, full)


def _disturb(folder: DataFolder, index: int | None) -> tuple[int, int]:
    old_files, old = _files(folder), _state(folder)
    _roll_back(folder, index)
    new_record, new = _record(folder), _state(folder)
    assert old != new

    def look() -> None:
        assert _state(folder) in (old, new), _state(folder)
        remove_unfinished(folder)  # as the next run does
        if (_state(folder), _record(folder)) != (new, new_record):  # else it was done when it was killed
            _roll_back(folder, index)
        assert (_state(folder), _record(folder)) == (new, new_record)
        _restore(folder, old_files)

    _restore(folder, old_files)
    killed = 0
    while _in_a_fork(folder, index, partial(_die_before, killed + 1)) == -signal.SIGKILL:
        look()
        killed += 1
    _restore(folder, old_files)
    full = 0
    for size in range(0, LARGEST_FILE, LARGEST_FILE // DISK_SIZES):
        status = _in_a_fork(folder, index, partial(_limit_files, size))
        assert status in (SPARED, FULL)
        full += status == FULL
        if status == FULL:
            look()
        _restore(folder, old_files)
    return killed, full


def _roll_back(folder: DataFolder, index: int | None, prepare: Callable[[], None] = lambda: None) -> int:
    name = "" if index is None else sorted(file.name for file in folder.catalog.glob(PATTERN))[index]
    to = _inspected(folder, choose_target(folder, name))
    prepare()
    try:
        point_back(folder, to, NOW)
        settle(folder, to)
    except OSError:
        return FULL
    return SPARED


@cache
def _inspected(folder: DataFolder, file: Path) -> Catalog:
    """Reads alone, and takes longer than all the rest."""
    return inspect(folder, file).record


def _state(folder: DataFolder) -> tuple[str, tuple[str, ...]]:
    """What is served, and what is refused."""
    served, refusal = current_file(folder.catalog), rejection_in_force(folder)
    assert served is not None
    return served.name, (refusal.file, refusal.revision) if refusal else ()


def _record(folder: DataFolder) -> Catalog | None:
    return read_record(folder.records, "product_catalog", Catalog)


def _files(folder: DataFolder) -> dict[Path, bytes]:
    """All that a rollback writes."""
    files = [folder.catalog / "CURRENT", *folder.records.rglob("*")]
    return {file: file.read_bytes() for file in files if file.is_file()}


def _restore(folder: DataFolder, files: dict[Path, bytes]) -> None:
    for file in folder.records.rglob("*"):
        if file.is_file():
            file.unlink()
    for file, content in files.items():
        file.write_bytes(content)


def _die_before(number: int) -> None:
    """SIGKILL before the n-th operation on files: in between them nothing changes."""
    operations = 0

    def watch(event: str, _arguments: object) -> None:
        nonlocal operations
        if event == "open" or event.startswith("os."):
            operations += 1
            if operations == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _limit_files(size: int) -> None:
    """No file may grow larger."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _in_a_fork(folder: DataFolder, index: int | None, prepare: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    status = 1
    try:
        status = _roll_back(folder, index, prepare)
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
