"""A person at a terminal: `toko init` on a real pseudo-terminal, as tests answer its questions."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TOKO = Path(sys.executable).with_name("toko")
PATIENCE = 180.0
MISSED_SECONDS = 5.0
NO_DOCKER = "/no/docker.sock"
"""The tests see nothing of the machine's own Docker."""
CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Session:
    """A running `toko init`. The text of the terminal is read as it comes."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._read = b""
        self._seen = 0

    @property
    def text(self) -> str:
        """What the terminal showed so far, without colours and spinners' movements."""
        return CODES.sub("", self._read.decode(errors="replace")).replace("\r", "")

    def wait_for(self, text: str) -> None:
        """Wait until the terminal shows a text, behind the one that was waited for last."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.text.find(text, self._seen)) < 0:
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.text[self._seen :]}"
            assert self._receive(), f"it ended without {text!r}:\n{self.text}"
        self._seen = found + len(text)

    def answer(self, question: str, answer: str) -> None:
        """Wait for a question, and type a line."""
        self.wait_for(question)
        self.wait_for(": ")
        os.write(self._terminal, f"{answer}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, and again if nothing happens: between prompt and answer Python may miss it."""
        while True:
            shown = len(self.text)
            os.write(self._terminal, b"\x03")
            while select.select([self._terminal], [], [], MISSED_SECONDS)[0]:
                if not self._receive() or self.text[shown:].strip("^C \n"):
                    return

    def end(self) -> int:
        """Read until the end. Returns the exit status."""
        deadline = time.monotonic() + PATIENCE
        while self._receive():
            assert time.monotonic() < deadline, self.text
        return self._process.wait(PATIENCE)

    def _receive(self) -> bool:
        """Read what is there; False at the end."""
        ready, _, _ = select.select([self._terminal], [], [], PATIENCE)
        assert ready, f"nothing more came:\n{self.text}"
        with suppress(OSError):  # Linux's end of a terminal
            piece = os.read(self._terminal, 65536)
            self._read += piece
            return bool(piece)
        return False


@contextmanager
def init_session(folder: Path, *arguments: str, **environment: str) -> Iterator[Session]:
    """Run `toko init` in a folder, on a terminal of its own, which is its controlling terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [TOKO, "init", *arguments], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        env=clean_environment(**environment), start_new_session=True, preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Session(process, ours)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(ours)


def take_terminal() -> None:
    """Make standard input the controlling terminal, so that Ctrl-C is a signal and passwords are not echoed."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def clean_environment(**settings: str) -> dict[str, str]:
    """Return the environment without settings, and with these. There is no Docker."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
    usual = {name: os.environ[name] for name in kept if name in os.environ}
    return usual | {"TERM": "xterm", "COLUMNS": "200", "TZ": "UTC", "DOCKER_SOCKET": NO_DOCKER, **settings}
