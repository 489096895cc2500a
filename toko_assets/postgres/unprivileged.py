"""Runs a program without privileges, by `setpriv`, which starts in 5 ms, or where that is missing by this file.

It is then a script with the standard library alone, which starts in 30 ms:

    python -I -S unprivileged.py USER GROUP SIGNAL PARENT PROGRAM ARGUMENT …

The options `user` and `group` of Popen would make it copy the page tables of a run with `fork`: 50 ms for each program.
"""

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path
from signal import Signals

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
MOST_CAPABILITIES = 64
DROP_ALL = ("--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all")


def unprivileged(command: list[str | Path], user: int, group: int, signal: int) -> list[str]:
    """Return the command line that runs a command as this user and group, without capabilities or other groups.

    If we are not root, it runs as ourselves. It and all that it starts never get more rights. The kernel sends it the
    signal when the thread that started it ends. An error is one line on standard error.
    """
    if (setpriv := shutil.which("setpriv")) is None:
        arguments = map(str, (user, group, int(signal), os.getpid(), *command))
        return [sys.executable, "-I", "-S", __file__, *arguments]
    other = [f"--reuid={user}", f"--regid={group}", "--clear-groups", *DROP_ALL] if os.geteuid() == 0 else []
    return [
        setpriv,
        "--no-new-privs",
        "--pdeathsig",
        Signals(signal).name.removeprefix("SIG"),
        *other,
        *map(str, command),
    ]


def give_up_privileges(user: int, group: int) -> None:
    """Become this user and group, if we are root, and give up every capability for good. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if os.geteuid() == 0:
        for capability in range(MOST_CAPABILITIES):  # those that it could get back; unknown ones are an error
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)  # which drops all capabilities
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or 0 in os.getresuid():
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def main(user: int, group: int, signal: int, parent: int, command: list[str]) -> None:
    """Give up all privileges, and become the command."""
    give_up_privileges(user, group)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() == parent:  # otherwise it died before
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    try:
        user, group, signal, parent = map(int, sys.argv[1:5])
        main(user, group, signal, parent, sys.argv[5:])
    except OSError as error:
        sys.exit(f"{sys.argv[5]} cannot be started as user {sys.argv[1]}: {error.strerror}")
