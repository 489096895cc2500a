"""Takes every right from a process that reads untrusted files, but for the files that are open already.

It needs the standard library alone.
"""

import ctypes
import resource
import struct
from contextlib import suppress
from pathlib import Path

from toko_assets.postgres.unprivileged import give_up_privileges

MOST_MEMORY = 1 << 30
"""Bytes of address space for one request, in addition to those of the idle process. A row of 64 MB with a photo needs
350 MB."""
PR_SET_DUMPABLE = 4

CREATE_RULESET, RESTRICT_SELF = 444, 446
"""System calls of Landlock (Linux 5.13), which have the same numbers on all processors."""
GET_VERSION = 1
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights over files that Landlock knows, from each version on: open, execute, make, remove, truncate, …"""
TCP_RIGHTS, TCP_VERSION = 0b11, 4
SCOPES, SCOPES_VERSION = 0b11, 6
"""Abstract Unix sockets and signals: only those of processes with the same restrictions."""


def confine(user: int, group: int) -> None:
    """Give up all rights of this process and its future children: root becomes this user and group.

    The process cannot gain privileges, and its memory is limited. Where the kernel has Landlock, it can also open no
    file, connect to no TCP server, and look at no other process. Raises OSError if root cannot change its user.
    """
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, used + MOST_MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    with suppress(OSError):  # if memory runs out, the kernel shall kill this process, which can be replaced
        Path("/proc/self/oom_score_adj").write_text("1000")
    give_up_privileges(user, group)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _forbid_files(libc)


def landlock_version() -> int:
    """Return which version of Landlock the kernel has; less than 1 if it has none, or if it is switched off."""
    return int(ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, GET_VERSION))


def _forbid_files(libc: ctypes.CDLL) -> None:
    """Have Landlock forbid all that it can forbid, if the kernel has it."""
    version = landlock_version()
    if version < 1:
        return
    files = next(rights for known, rights in reversed(FILE_RIGHTS.items()) if known <= version)
    handled = struct.pack("=Q", files)
    if version >= TCP_VERSION:
        handled += struct.pack("=Q", TCP_RIGHTS)
    if version >= SCOPES_VERSION:
        handled += struct.pack("=Q", SCOPES)
    rules = libc.syscall(CREATE_RULESET, handled, len(handled), 0)
    if rules < 0 or libc.syscall(RESTRICT_SELF, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "Landlock rejects the restrictions of the process that reads backups")


def _limit(kind: int, most: int) -> None:
    """Set both limits. An inherited hard limit may be lower."""
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))
