"""The data part of a PostgreSQL custom-format archive: chunks of a length and that many bytes, ended by a length of 0.

The file is read, never mapped into memory: a mapped file that somebody shortens kills the process that looks at it.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

WINDOW = 1 << 18
"""Bytes read at once: chunks of 4 KB are looked at 64 to a read, and longer ones are jumped over."""

TOGETHER = 1 << 17
"""Bytes of a chain handed out at once: unpacking 4 KB at a time takes 1.3 times as long."""


class BrokenChainError(Exception):
    """The file ends within the chunks, or a length cannot be one."""


class Window:
    """Any part of a file, from a piece of it that is held in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held = b""
        self._held_at = 0

    def take(self, at: int, count: int) -> bytes:
        """`count` bytes from `at` on."""
        begin = at - self._held_at
        if begin < 0 or begin + count > len(self._held):
            self._held, self._held_at, begin = self.read(at, count), at, 0
        return self._held[begin : begin + count]

    def read(self, at: int, count: int) -> bytes:
        """At least `count` bytes from `at` on, and as many more as one reading brings."""
        self._file.seek(at)
        found = self._file.read(max(count, WINDOW))
        while len(found) < count:  # a system may read less than it was asked for
            more = self._file.read(count - len(found))
            if not more:
                raise BrokenChainError
            found += more
        return found


class Chunks:
    """Walks the blocks of an archive, one after another."""

    def __init__(self, file: BinaryIO, at: int, integer_size: int) -> None:
        self.at = at
        self._window = Window(file)
        self._header = 1 + integer_size
        self._read_header = struct.Struct("<BI" if integer_size == 4 else "<BQ").unpack_from

    def byte(self) -> int:
        """The kind of a block."""
        taken = self._window.take(self.at, 1)
        self.at += 1
        return taken[0]

    def number(self) -> int:
        """The id of a block, or of a large object."""
        sign, value = self._read_header(self._window.take(self.at, self._header))
        if sign:
            raise BrokenChainError
        self.at += self._header
        return int(value)

    def skip(self, size: int) -> int:
        """Pass the chunks of one chain, in a file of `size` bytes; answers the bytes that they hold.

        Written flat for speed: a backup of 400 MB has 100,000 chunks.
        """
        read_header, header = self._read_header, self._header
        held, held_at, at, total = b"", self.at, self.at, 0
        while True:
            begin = at - held_at
            if begin + header > len(held):
                if at + header > size:
                    raise BrokenChainError
                held, held_at, begin = self._window.read(at, header), at, 0
            sign, length = read_header(held, begin)
            if sign:
                raise BrokenChainError
            at += header + length
            if not length:
                self.at = at
                return total
            total += length

    def contents(self) -> Iterator[bytes]:
        """The bytes of one chain, many chunks at a time."""
        held = bytearray()
        while length := self.number():
            end = self.at + length
            while self.at < end:
                piece = self._window.take(self.at, min(end - self.at, WINDOW))
                self.at += len(piece)
                held += piece
                if len(held) >= TOGETHER:
                    yield bytes(held)
                    held.clear()
        yield bytes(held)
