"""The data part of a PostgreSQL custom-format archive: chains of chunks.

A chunk is a length and that many bytes; a length of 0 ends the chain. The file is read, never mapped into memory: if
somebody truncates a mapped file, the process that reads it is killed.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

WINDOW = 1 << 18
"""Bytes per read. One read covers 64 chunks of 4 KB; longer chunks are skipped."""

TOGETHER = 1 << 17
"""Bytes of a chain that are yielded together. Decompressing 4 KB at a time takes 1.3 times as long."""


class BrokenChainError(Exception):
    """The file ends inside a chunk, a chunk's length is invalid, or the stream in the chunks ends elsewhere."""


class Window:
    """Reads any part of a file, and keeps the last piece that was read in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held = b""
        self._held_at = 0

    def take(self, at: int, count: int) -> bytes:
        """Return `count` bytes, starting at offset `at`."""
        begin = at - self._held_at
        if begin < 0 or begin + count > len(self._held):
            self._held, self._held_at, begin = self.read(at, count), at, 0
        return self._held[begin : begin + count]

    def read(self, at: int, count: int) -> bytes:
        """Return at least `count` bytes, starting at offset `at`, and as many more as one read returns."""
        self._file.seek(at)
        found = self._file.read(max(count, WINDOW))
        while len(found) < count:  # the system may return fewer bytes than requested
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
        """Read the type of a block."""
        taken = self._window.take(self.at, 1)
        self.at += 1
        return taken[0]

    def number(self) -> int:
        """Read the id of a block or of a large object, or the length of a chunk."""
        sign, value = self._read_header(self._window.take(self.at, self._header))
        if sign:
            raise BrokenChainError
        self.at += self._header
        return int(value)

    def skip(self, size: int) -> int:
        """Skip the chunks of one chain, in a file of `size` bytes. Return the number of bytes that they hold.

        The loop calls no helpers, for speed: a backup of 400 MB has 100,000 chunks.
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
        """Yield the bytes of one chain, many chunks at a time."""
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
