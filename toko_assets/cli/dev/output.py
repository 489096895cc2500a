"""Passes on what supervised programs print, line by line, each with the program's name before it."""

import os
import re
import selectors
import time
from collections.abc import Callable

from toko_core.text import escape_controls

PIECE = 1 << 16
LONGEST_LINE = 1 << 16
"""Bytes. A longer one is printed in parts."""
COLOURS = re.compile(rb"\x1b\[[0-9;]*m")


class Output:
    """The pipes into which programs print."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        """`say` receives a program's name and a line of it, without colours and with control characters escaped."""
        self._say = say
        self._selector = selectors.DefaultSelector()
        self._started: dict[int, bytes] = {}
        """By pipe: a line that has not ended."""

    def open(self, name: str) -> int:
        """Return the file descriptor into which a program of this name prints. The caller closes it."""
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._selector.register(read, selectors.EVENT_READ, name)
        self._started[read] = b""
        return write

    def pass_on(self, seconds: float) -> None:
        """Pass on lines for so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                self._read(key.fd, key.data)

    def _read(self, pipe: int, name: str) -> None:
        piece = os.read(pipe, PIECE)
        *lines, rest = (self._started[pipe] + piece).split(b"\n")
        if not piece or len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            if text := COLOURS.sub(b"", line).decode(errors="replace").rstrip():
                self._say(name, escape_controls(text))
        self._started[pipe] = rest
        if not piece:  # nobody has it open any more
            self._selector.unregister(pipe)
            del self._started[pipe]
            os.close(pipe)
