"""Kills additions to a history at every call they make, and fills the disk under others; run by test_deaths.py.

    python -m tests.toko_assets.publishing.history.deaths FOLDER

Each addition is a forked process. After each the history must be the old one or the new one, and the next addition must
give the new one. Prints how many were killed and how many found the disk full.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from tests.toko_assets.publishing.history.shops import Prices, a_backup, key, price, write_export
from toko_assets.publishing.history.merge import add
from toko_assets.publishing.history.store import FILE, ROWS_A_GROUP

SPARED, FULL = 0, 3
DISK_SIZES = 20


def main() -> None:
    """All of it in FOLDER."""
    folder = Path(sys.argv[1])
    history = folder / "history"
    for name, raised in (("old", 0), ("new", 1)):
        codes = range(ROWS_A_GROUP + 100)  # written in two parts
        prices: Prices = {key(f"{code:06}"): price(str(1000 + raised * (code % 2))) for code in codes}
        write_export(folder / name, prices.items())
    assert _in_a_fork(partial(_add, folder, "old")) == SPARED
    old = (history / FILE).read_bytes()
    assert _in_a_fork(partial(_add, folder, "new")) == SPARED
    new = (history / FILE).read_bytes()
    assert old != new

    def look(may_be_new: bool) -> None:
        assert (history / FILE).read_bytes() in ([old, new] if may_be_new else [old])
        assert _in_a_fork(partial(_add, folder, "new")) == SPARED
        assert (history / FILE).read_bytes() == new
        assert [path.name for path in history.iterdir()] == [FILE]
        (history / FILE).write_bytes(old)

    (history / FILE).write_bytes(old)
    killed = 0
    while _in_a_fork(partial(_add, folder, "new", prepare=partial(_die_at_call, killed))) == -signal.SIGKILL:
        look(may_be_new=True)
        killed += 1
    (history / FILE).write_bytes(old)
    for part in range(DISK_SIZES):
        limit = len(new) * part // DISK_SIZES
        assert _in_a_fork(partial(_add, folder, "new", prepare=partial(_limit_files, limit))) == FULL
        assert [path.name for path in history.iterdir()] == [FILE]
        look(may_be_new=False)
    print(killed, DISK_SIZES)


def _add(folder: Path, name: str, prepare: Callable[[], None] = lambda: None) -> int:
    prepare()
    try:
        add(folder / "history", folder / name, a_backup(name, day=name == "new"))
    except OSError:
        return FULL
    finally:
        sys.setprofile(None)
    return SPARED


def _die_at_call(number: int) -> None:
    """SIGKILL at the n-th moment: a call or return of a function of the project, or of one that it calls."""
    moment = 0

    def watch(frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal moment
        if "toko_assets/" in frame.f_code.co_filename:
            if moment == number:
                os.kill(os.getpid(), signal.SIGKILL)
            moment += 1

    sys.setprofile(watch)


def _limit_files(size: int) -> None:
    """No file may grow larger."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _in_a_fork(work: Callable[[], int]) -> int:
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    status = 1
    try:
        status = work()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
