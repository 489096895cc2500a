"""What a process of the chain keeps from others."""

import os
from collections.abc import Callable
from pathlib import Path

from toko_assets.common.process import LIBC, PR_SET_DUMPABLE, hide_process

NOBODY = 65534


def test_a_process_of_the_same_user_cannot_read_the_environment_of_a_hidden_one() -> None:
    assert read_by_another(hide=False) is True
    assert read_by_another(hide=True) is False


def read_by_another(*, hide: bool) -> bool:
    """Whether a process can read the environment of its parent, which is of the same user."""

    def parent() -> bool:
        if os.geteuid() == 0:  # who may read everything
            os.setgroups([])
            os.setresuid(NOBODY, NOBODY, NOBODY)
        LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # as after an exec
        if hide:
            hide_process()
        me = os.getpid()
        return in_a_fork(lambda: can_read(Path(f"/proc/{me}/environ")))

    return in_a_fork(parent)


def can_read(file: Path) -> bool:
    try:
        file.read_bytes()
    except PermissionError:
        return False
    return True


def in_a_fork(work: Callable[[], bool]) -> bool:
    process = os.fork()
    if not process:
        status = 2
        try:
            status = int(not work())
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, 1)
    return status == 0
