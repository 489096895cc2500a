"""Fills a small disk to every degree, makes it read-only, and syncs; run by test_full_disk.py in a mount namespace.

    unshare --mount python -m tests.reliability.full_disk FOLDER [KB ...]

Prints a line for each degree: the free kilobytes, the exit status, the error. No PostgreSQL may be running then.
Between the degrees the disk is made free again, and the catalogue that was served before must still be served, whole. A
run whose end Dagster's own database could not record must be marked as failed by the next sync or tick. One degree is
also tried with a run as Dagster's daemon launches it, not a `toko` command.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.reliability.kills import (
    ITEMS,
    STEP,
    _count_servers,
    _find_unfinished_runs,
    _in_a_fork,
    _list_leftovers,
    _make_backup,
    import_all,
)
from tests.reliability.kills_reader import generation_of
from toko_assets.postgres.place import STATE

DISK_MB = 150
FREE_KB = [0, 100, 600, 2_400, 9_000, 16_000, *range(17_000, 30_000, 250)]
LAUNCHED_KB = 2_400
LESS_KB = range(LAUNCHED_KB, 400, -200)
"""One of these is enough for a run to begin, and not for the record of its end."""
NONE_UNFINISHED = 3


def main() -> None:
    folder = Path(sys.argv[1])
    data = folder / "disk"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", data], check=True)
    if os.geteuid() == 0:  # whose PostgreSQL is not in the data folder
        (data / "state").mkdir()
        clusters = STATE / "postgres"
        clusters.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", data / "state", clusters], check=True)
    os.environ.update(TOKO_DATA_DIR=str(data), DAGSTER_HOME=str(data / "dagster"))
    for generation in (0, 1):
        assert _in_a_fork(partial(_make_backup, folder, generation)) == 0
    import_all()
    assert _in_a_fork(partial(_toko, folder / "0.i5bu", folder / "first")) == 0, (folder / "first").read_text()
    for free in [int(kb) for kb in sys.argv[2:]] or FREE_KB:
        status, said = _try(data, free, folder / "1.i5bu", _toko)
        print(free, status, said, sep="\t", flush=True)
        if not status:
            break
        if free == LAUNCHED_KB:
            ticked = NONE_UNFINISHED
            for less in LESS_KB:
                status, said = _try(data, less, folder / "1.i5bu", _launched)
                print(f"{less} launched", status, said, sep="\t", flush=True)
                if (ticked := _in_a_fork(_tick)) != NONE_UNFINISHED:
                    break
            assert ticked == 0, "the sensor does not mark the run as failed"
    last = folder / "last"
    status = _in_a_fork(partial(_toko, folder / "1.i5bu", last))
    print("enough", status, last.read_text().strip().replace("\n", "⏎"), sep="\t")
    assert generation_of(data / "catalog", STEP, ITEMS) == 2
    subprocess.run(["mount", "-o", "remount,ro", data], check=True)
    status = _in_a_fork(partial(_toko, folder / "0.i5bu", last))
    print("read-only", status, last.read_text().strip().replace("\n", "⏎"), sep="\t")
    assert generation_of(data / "catalog", STEP, ITEMS) == 2
    subprocess.run(["mount", "-o", "remount,rw", data], check=True)
    assert _in_a_fork(partial(_check_leftovers, data)) == 0, "something is left over"


def _check_leftovers(data: Path) -> None:
    assert _list_leftovers(data) == []


def _try(data: Path, free_kb: int, backup: Path, sync: Callable[[Path, Path], None]) -> tuple[int, str]:
    """Sync with so little space. Returns the exit status and the error."""
    full, said = _fill(data, free_kb), data.parent / "said"
    status = _in_a_fork(partial(sync, backup, said))
    assert _count_servers(data) == 0, "PostgreSQL is still running"
    if status:
        assert generation_of(data / "catalog", STEP, ITEMS) == 1, "the old catalogue is not served"
    full.unlink()
    return status, said.read_text().strip().replace("\n", "⏎")


def _tick() -> None:
    """What a tick of the sensor does first, when the time in which a run may still start is over."""
    import dagster as dg

    from toko_assets.common.lock import sync_lock
    from toko_assets.common.settings import load_settings
    from toko_assets.defs import recovery

    recovery.STARTING_SECONDS = recovery.GRACE_SECONDS = 0
    folder = load_settings().folder
    if not _find_unfinished_runs():
        os._exit(NONE_UNFINISHED)
    with sync_lock(folder.root, None), dg.DagsterInstance.get() as instance:
        recovery.recover(instance, folder)
    assert _find_unfinished_runs() == []


def _launched(backup: Path, said: Path) -> None:
    """A run in a process of its own, as Dagster launches it."""
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    import dagster as dg

    from toko_assets.cli.run import local_file
    from toko_assets.common.settings import load_settings, load_telegram_settings
    from toko_assets.defs.code_location import build_defs

    job = build_defs(load_settings(), load_telegram_settings()).resolve_job_def("sync")
    config = {"ops": {"raw_backup": {"config": {"take": local_file(backup)}}}, "loggers": {"console": {}}}
    with dg.DagsterInstance.get() as instance:
        assert job.execute_in_process(instance=instance, run_config=config, raise_on_error=False).success


def _toko(backup: Path, said: Path) -> None:
    """`toko sync`, its standard error in the file `said`; raises SystemExit with the status."""
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from toko_assets import cli

    sys.argv = ["toko", "sync", "--backup", str(backup), "--most-changed", "100"]
    try:
        cli.main()
    except SystemExit as end:
        os._exit(int(end.code or 0))


def _fill(data: Path, free_kb: int) -> Path:
    """A file that leaves so many kilobytes of the disk."""
    file = data / "filler"
    disk = os.statvfs(data)
    with file.open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(1, disk.f_bavail * disk.f_frsize - free_kb * 1024))
    return file


if __name__ == "__main__":
    main()
