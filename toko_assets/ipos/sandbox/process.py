"""Starts the process that reads backups, and asks it. A backup may have taken it over, so its replies are checked."""

import atexit
import fcntl
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from io import FileIO
from threading import Lock
from typing import Any

from toko_assets.common.process import hide_process
from toko_assets.ipos.sandbox.messages import (
    LARGEST_REPLY,
    LONGEST_ERROR,
    MalformedError,
    decode_error,
    dump,
    parse,
)
from toko_assets.postgres.place import system_user
from toko_assets.postgres.unpacking import READER
from toko_core import TransientError

CHILD = "toko_assets.ipos.sandbox.child"
INHERITED = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")
"""The environment variables of the process. It needs no setting, and no secret."""
MOST_SECONDS = 3600.0
"""How long nothing may come from the process. A backup of 10 GB on a slow disk takes some minutes."""
TRIES = 2
"""If the process dies, another one tries: the kernel may have lacked memory."""
PIPE = 1 << 20
"""Bytes of a pipe with rows. With the default of 64 KB one side waits for the other too often."""


class DiedError(TransientError):
    """The process ended, or was ended, before it had replied."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            f"The process that reads backups ended before it was done: {reason or 'is there enough memory?'}"
        )


class Sandbox:
    """The process, which starts with the first request and ends with this one, or a minute after the last request.

    Thread-safe: several requests may run side by side.
    """

    def __init__(self) -> None:
        self._changing = Lock()
        self._process: _Process | None = None

    def start(self) -> None:
        """Start the process, unless it runs. Raises PostgresError if root cannot create its user."""
        self._get_process()

    def ask(self, work: str, name: str, files: Sequence[int]) -> Any:
        """Return the result of a request. `name` is the backup's in messages; `files` are open ones to read and write.

        Raises what the process reports: errors about the backup, and OSError. Raises DiedError if it dies twice.
        """
        for _ in range(TRIES - 1):
            with suppress(DiedError), closing(self.begin(work, name, files)) as reply:
                return reply.result()
        with closing(self.begin(work, name, files)) as reply:
            return reply.result()

    def begin(self, work: str, name: str, files: Sequence[int], archive: Any = None) -> "Reply":
        """Send a request, of which the caller waits for the result, and closes it. Raises DiedError."""
        message = dump({"do": work, "name": name, "archive": archive})
        receiving, sending = os.pipe()
        try:
            return Reply(FileIO(receiving), self._send(message, [sending, *files]))
        finally:
            os.close(sending)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._changing:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _send(self, message: bytes, files: Sequence[int]) -> "_Process":
        for _ in range(TRIES):
            process = self._get_process()
            with suppress(OSError):  # it ended, for example because it was idle
                socket.send_fds(process.requests, [message], files)
                return process
        raise DiedError(process.reason())

    def _get_process(self) -> "_Process":
        """Return the process. A new one is started if there is none, if it ended, or if this is a fork."""
        with self._changing:
            if self._process is not None and not self._process.is_running():
                self._process.end()
                self._process = None
            if self._process is None:
                self._process = _Process()
                atexit.register(self._process.end)
            return self._process


class Reply:
    """The reply to a request."""

    def __init__(self, file: FileIO, process: "_Process") -> None:
        self._file = file
        self._process = process

    def close(self) -> None:
        """Want nothing of it any more."""
        self._file.close()

    def result(self) -> Any:
        """Wait for the result. Raises what the process reports, and DiedError if it reports nothing that is valid."""
        found = bytearray()
        for piece in receive(self._file):
            found += piece
            if len(found) > LARGEST_REPLY:
                raise DiedError("its reply is too long.")
        try:
            reply = parse(bytes(found))
            if "result" in reply:
                return reply["result"]
            if "bug" in reply:
                raise RuntimeError(f"The process that reads backups failed: {reply['bug']}")
            error = decode_error(reply["error"])
        except (MalformedError, KeyError, TypeError) as malformed:
            raise DiedError(self._process.reason()) from malformed
        raise error


def receive(file: FileIO) -> Iterator[bytes]:
    """Yield what comes from a pipe until it is closed. Raises DiedError if nothing comes for MOST_SECONDS."""
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    while True:
        if not waiting.poll(MOST_SECONDS * 1000):
            raise DiedError("nothing came from it for an hour.")
        if not (piece := file.read(PIPE)):
            return
        yield piece


@contextmanager
def pipe() -> Iterator[tuple[FileIO, FileIO]]:
    """Yield both ends of a large pipe: to read, and to write."""
    receiving, sending = os.pipe()
    with FileIO(receiving) as target, FileIO(sending, "wb") as source:
        with suppress(OSError):  # the system may reject the size; reading is slower then
            fcntl.fcntl(target, fcntl.F_SETPIPE_SZ, PIPE)
        yield target, source


class _Process:
    """The process, and the socket that requests are sent to."""

    def __init__(self) -> None:
        hide_process()  # a process of the same user could read our environment
        user, group = os.geteuid(), os.getegid()
        if user == 0:
            reader = system_user(READER)
            user, group = reader.pw_uid, reader.pw_gid
        self.requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._owner = os.getpid()
        variables = {name: os.environ[name] for name in INHERITED if name in os.environ}
        with theirs:  # closed here, so that the socket ends when the process does
            # -S, -P: no modules but those of our own path. In a process group of its own, Ctrl-C does not reach it.
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-P", "-m", CHILD, str(theirs.fileno()), str(user), str(group)],
                env=variables | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))},
                pass_fds=[theirs.fileno()], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, process_group=0,
            )  # fmt: skip

    def is_running(self) -> bool:
        """Whether it runs, and is a child of this process."""
        return self._owner == os.getpid() and self._process.poll() is None

    def reason(self) -> str:
        """Return why it could not start, if it said so."""
        with suppress(OSError):
            return self.requests.recv(LONGEST_ERROR, socket.MSG_DONTWAIT).decode(errors="replace")
        return ""

    def end(self) -> None:
        """Kill it with all that it works on. A fork only closes its copy of the socket."""
        self.requests.close()
        if self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
