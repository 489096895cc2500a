"""The process that reads backups: `python -m toko_assets.ipos.sandbox.child SOCKET USER GROUP`.

It imports what it needs, then gives up its rights (`rights.py`), and then forks for every request, so that each one
starts from the same state, several run side by side, and one that dies takes nothing with it. A request comes over the
socket with its open files: the pipe for the reply, and those to read and write.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

from toko_assets.ipos.archive.contents import Archive, Entry, NotABackupError
from toko_assets.ipos.archive.copy_rows import read_script, read_whole_rows, verify_rows
from toko_assets.ipos.archive.excerpt import write_excerpt
from toko_assets.ipos.archive.reader import read_open_archive
from toko_assets.ipos.sandbox.messages import (
    LARGEST_REPLY,
    LARGEST_REQUEST,
    decode_archive,
    dump,
    encode_archive,
    encode_error,
    parse,
)
from toko_assets.ipos.sandbox.rights import confine

IDLE_SECONDS = 60.0
"""After this time without a request the process ends, because a small server needs its memory."""
MOST_FILES = 4
NOWHERE = Path()
"""This process knows no paths."""
PR_SET_PDEATHSIG = 1


def main(connection: int, user: int, group: int) -> None:
    """Answer requests until the other side closes the socket, or none comes for a minute."""
    b"\xff".decode("cp1252")  # no module can be loaded later
    with socket.socket(fileno=connection) as requests:
        try:
            confine(user, group)
        except OSError as error:
            requests.send(f"it cannot be confined ({error.strerror}).".encode())
            return
        while request := _receive(requests):
            message, files = request
            if os.fork() == 0:
                requests.close()
                _answer(message, files)
            for file in files:
                os.close(file)


def _receive(requests: socket.socket) -> tuple[bytes, list[int]] | None:
    """Return the next request with its open files; None if no other will come."""
    while True:
        is_readable = bool(select.select([requests], [], [], IDLE_SECONDS)[0])
        is_idle = not _has_children() and not is_readable
        if is_idle:
            requests.shutdown(socket.SHUT_RD)  # whoever asks from now on starts another process
        if is_readable or is_idle:
            message, files, _, _ = socket.recv_fds(requests, LARGEST_REQUEST, MOST_FILES)
            return (message, files) if message else None


def _has_children() -> bool:
    """Whether a request is still being worked on. This reaps those that are done."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
        return True
    return False


def _answer(message: bytes, files: list[int]) -> None:
    """Work on a request, reply, and end this process."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        with os.fdopen(files[0], "wb") as reply:
            reply.write(_reply(message, files[1:]))
        status = 0
    finally:
        os._exit(status)


def _reply(message: bytes, files: list[int]) -> bytes:
    try:
        request = parse(message)
        work, name = WORK[request["do"]], request["name"]
        try:
            reply = dump({"result": work(request, name, files)})
            if len(reply) <= LARGEST_REPLY:
                return reply
            error: BaseException = _too_large(name)
        except MemoryError:
            error = _too_large(name)
        except BrokenPipeError:  # nobody wants the rows any more
            return dump({"result": None})
        except Exception as found:
            error = found
        return dump({"error": encode_error(error)})
    except Exception:
        return dump({"bug": traceback.format_exc()})


def _too_large(name: str) -> NotABackupError:
    return NotABackupError(
        f"{name} is not an iPOS backup: reading it takes more memory than that of any shop. Make the backup again."
    )


def _read_archive(_: Any, name: str, files: list[int]) -> Any:
    """Read an archive to its end."""
    with FileIO(files[0]) as file:
        return encode_archive(read_open_archive(file, NOWHERE, name))


def _verify(_: Any, name: str, files: list[int]) -> Any:
    """Read an archive and its rows to their end."""
    with FileIO(files[0]) as file:
        archive = read_open_archive(file, NOWHERE, name)
        verify_rows(file, archive)
        return encode_archive(archive)


def _write_excerpt(_: Any, name: str, files: list[int]) -> Any:
    """Read an archive and its rows to their end, and write its excerpt into two open files."""
    with FileIO(files[0]) as source, os.fdopen(files[1], "wb") as rows, os.fdopen(files[2], "wb") as photos:
        for file in (rows, photos):  # a process that died may have written something
            file.seek(0)
            file.truncate()
        archive = read_open_archive(source, NOWHERE, name)
        write_excerpt(source, archive, rows, photos)
    return encode_archive(archive)


def _send_rows(request: Any, name: str, files: list[int]) -> Any:
    """Send the rows of one table: whole rows, without the end mark."""
    archive, entry = _table(request, name)
    with FileIO(files[0]) as file:
        _send(read_whole_rows(file, archive, entry), files[1])


def _send_script_rows(request: Any, name: str, files: list[int]) -> Any:
    """Do the same with what `pg_restore` writes."""
    archive, entry = _table(request, name)
    with os.fdopen(files[0], "rb") as script:
        _send(read_script(script, archive, entry), files[1])


def _table(request: Any, name: str) -> tuple[Archive, Entry]:
    archive = decode_archive(request["archive"], NOWHERE, name)
    return archive, archive.entries[0]


def _send(pieces: Iterator[bytes], target: int) -> None:
    with FileIO(target, "wb") as file:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                left = left[file.write(left) :]


WORK: dict[str, Callable[[Any, str, list[int]], Any]] = {
    "read_archive": _read_archive,
    "verify": _verify,
    "write_excerpt": _write_excerpt,
    "send_rows": _send_rows,
    "send_script_rows": _send_script_rows,
}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
