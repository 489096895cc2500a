"""Processes of this machine, as /proc lists them."""

import os
import signal
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether a process runs. A dead one may remain as a zombie until its parent asks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> dict[int, str]:
    """The command lines of the live processes that a process started, directly or not, by their ids."""
    parents, commands = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, new = set[int](), {pid}
    while new := {child for child, parent in parents.items() if parent in new} - found:
        found |= new
    return {child: commands[child] for child in found if is_alive(child)}


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
