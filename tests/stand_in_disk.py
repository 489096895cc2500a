"""Runs a program that sees every disk as one of another kind: a stand-in that every Linux has, for every user.

    python -m tests.stand_in_disk KIND PROGRAM [ARGUMENT…]

A seccomp filter answers some of its system calls as such a disk would. What they would have changed stays as it is, so
`stat` says the truth: after a chmod that the disk ignored, the permissions are the old ones. `on_windows_disk.py` tries
the same with a real NTFS and a real exFAT, which need FUSE.
"""

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

CALLS = {
    "x86_64": {
        "chmod": (90, 91, 268, 452), "chown": (92, 93, 94, 260), "flock": (73,), "fcntl": (72,),
        "rename": (82, 264, 316), "umask": (95,),
    },
    "aarch64": {
        "chmod": (52, 53, 452), "chown": (54, 55), "flock": (32,), "fcntl": (25,), "rename": (38, 276),
        "umask": (166,),
    },
}  # fmt: skip
"""Numbers of system calls that do the same: chmod, fchmod, fchmodat, fchmodat2 …"""
LOCKING = (5, 6, 7, 36, 37, 38)
"""Commands of fcntl: F_GETLK, F_SETLK, F_SETLKW, and those of open file descriptions."""


@dataclass(frozen=True)
class Rule:
    """An answer to a system call, 0 for success; with `commands` only if its second argument is one of them."""

    call: str
    answer: int
    commands: tuple[int, ...] = ()


KINDS = {
    "windows": (Rule("chmod", 0), Rule("chown", 0), Rule("umask", 0)),
    "windows-strict": (Rule("chmod", errno.EPERM), Rule("chown", errno.EPERM), Rule("umask", 0)),
    "one-owner": (Rule("chown", 0),),
    "no-flock": (Rule("flock", errno.ENOLCK),),
    "no-posix-locks": (Rule("fcntl", errno.ENOLCK, LOCKING),),
    "locks-in-name-only": (Rule("flock", 0),),
    "no-replacing": (Rule("rename", errno.EACCES),),
}
"""`windows` is what NTFS through FUSE does, `windows-strict` exFAT. Neither heeds a umask: the mount has its own."""


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ANSWER = 0x7FFF0000, 0x00050000
NUMBER, SECOND_ARGUMENT = 0, 24
"""Where the filter finds them, on a little-endian machine."""
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2


def on_disk(kind: str, *command: str | Path) -> list[str]:
    """The command line that runs a command on a disk of that kind."""
    return [sys.executable, "-m", "tests.stand_in_disk", kind, *map(str, command)]


def see_other_disks(kind: str) -> None:
    """From now on, this process and all that it starts see disks of that kind. It cannot be undone."""
    instructions = [_Instruction(*parts) for rule in KINDS[kind] for parts in _filter(rule)]
    instructions.append(_Instruction(RETURN, 0, 0, ALLOW))
    program = _Program(len(instructions), (_Instruction * len(instructions))(*instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


def _filter(rule: Rule) -> Iterator[tuple[int, int, int, int]]:
    answer = (RETURN, 0, 0, ANSWER | rule.answer)
    for number in CALLS[platform.machine()][rule.call]:
        for command in rule.commands or (None,):
            yield (LOAD, 0, 0, NUMBER)
            yield (JUMP_IF_EQUAL, 0, 1 if command is None else 3, number)
            if command is not None:
                yield (LOAD, 0, 0, SECOND_ARGUMENT)
                yield (JUMP_IF_EQUAL, 0, 1, command)
            yield answer


def main() -> None:
    kind, *command = sys.argv[1:]
    os.umask(0o022)
    see_other_disks(kind)
    os.execvp(command[0], command)  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
