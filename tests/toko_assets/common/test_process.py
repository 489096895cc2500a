"""What a process of the chain keeps from others."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toko_assets.common.process import LIBC, PR_SET_DUMPABLE, hide_process

NOBODY = 65534


def test_a_process_of_the_same_user_cannot_read_the_environment_of_a_hidden_one() -> None:
    assert read_by_another(hide=False) is True
    assert read_by_another(hide=True) is False


@pytest.mark.parametrize(("folder", "is_short"), [("/var/short", True), (f"/var/{'long' * 20}", False)])
def test_a_temporary_folder_whose_path_is_too_long_for_sockets_is_not_used(folder: str, is_short: bool) -> None:
    program = (
        "from toko_assets.common.process import tune_process; tune_process(); import os; print(os.environ['TMPDIR'])"
    )
    said = subprocess.check_output([sys.executable, "-c", program], env={**os.environ, "TMPDIR": folder}, text=True)
    assert said.strip() == (folder if is_short else "/tmp")  # noqa: S108


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
