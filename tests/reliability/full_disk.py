"""Fills a small disk to every degree, makes it read-only, and syncs; run by test_full_disk.py in a mount namespace.

    unshare --mount python -m tests.reliability.full_disk FOLDER

Prints a line for each degree: the free kilobytes, the exit status, the error. Between them the disk is made free again,
and the catalogue that was served before must still be served, whole.
"""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.reliability.kills import ITEMS, STEP, _in_a_fork, _make_backup
from tests.reliability.kills_reader import generation_of

DISK_MB = 150
FREE_KB = [0, 100, 600, 2_400, 9_000, 16_000, *range(17_000, 30_000, 250)]


def main() -> None:
    folder = Path(sys.argv[1])
    data = folder / "disk"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", data], check=True)
    os.environ.update(TOKO_DATA_DIR=str(data), DAGSTER_HOME=str(data / "dagster"))
    for generation in (0, 1):
        assert _in_a_fork(partial(_make_backup, folder, generation)) == 0
    import toko_assets.cli.run  # noqa: F401 - before forking: importing takes longer than a sync

    assert _in_a_fork(partial(_toko, folder / "0.i5bu", folder / "first")) == 0, (folder / "first").read_text()
    for free in FREE_KB:
        full = _fill(data, free)
        said = folder / f"said-{free}"
        status = _in_a_fork(partial(_toko, folder / "1.i5bu", said))
        if status:
            assert generation_of(data / "catalog", STEP, ITEMS) == 1, "the old catalogue is not served"
        full.unlink()
        print(free, status, said.read_text().strip().replace("\n", "⏎"), sep="\t", flush=True)
        if not status:
            break
    last = folder / "last"
    status = _in_a_fork(partial(_toko, folder / "1.i5bu", last))
    print("enough", status, last.read_text().strip().replace("\n", "⏎"), sep="\t")
    assert generation_of(data / "catalog", STEP, ITEMS) == 2
    subprocess.run(["mount", "-o", "remount,ro", data], check=True)
    status = _in_a_fork(partial(_toko, folder / "0.i5bu", last))
    print("read-only", status, last.read_text().strip().replace("\n", "⏎"), sep="\t")
    assert generation_of(data / "catalog", STEP, ITEMS) == 2
    subprocess.run(["mount", "-o", "remount,rw", data], check=True)
    assert not [path for path in data.rglob("*") if ".part" in path.name]


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
