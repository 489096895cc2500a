"""Kills a restore before each of its steps in turn, and prints which state the next command then works with.

    python -m tests.toko_assets.cli.upkeep.killed_restores FOLDER

FOLDER has an installation (`data`), a backup (shop.tar.gz), and `states.json` with what both hold. A restore is a
forked process: Python reports each rename to a hook, which kills it at one of them. A mixture of
both states is printed as such.
"""

import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from rich.console import Console

from tests.toko_assets.cli.upkeep.shop import no_leftovers, saved_files
from toko_assets.cli.upkeep.restore import restore_backup
from toko_assets.cli.upkeep.unfinished import finish_restore
from toko_assets.common.settings import load_settings


def main(folder: Path) -> None:
    states = json.loads((folder / "states.json").read_text())
    data = folder / "killed"
    os.environ.update(TOKO_DATA_DIR=str(data), DAGSTER_HOME=str(data / "dagster"))
    step = 0
    is_over = False
    while not is_over:
        step += 1
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(folder / "data", data)
        status = in_a_fork(partial(restore, folder, step))
        is_over = status == 0
        assert status in (0, -signal.SIGKILL), status
        assert in_a_fork(finish_restore) == 0
        found = saved_files(data)
        print(next((name for name, files in states.items() if files == found), f"mixture-{step}"))
    assert no_leftovers(data)


def restore(folder: Path, step: int) -> None:
    """Restore, and die before this step."""
    steps = 0

    def die(event: str, _: object) -> None:
        nonlocal steps
        if event == "os.rename":
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(die)
    quiet = Console(file=io.StringIO())
    restore_backup(load_settings(), str(folder / "shop.tar.gz"), lambda _: nullcontext(), quiet)


def in_a_fork(work: Callable[[], None]) -> int:
    process = os.fork()
    if process == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:  # the parent must not go on twice
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
