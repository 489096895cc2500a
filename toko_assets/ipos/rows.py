"""Reads the rows of a table out of an archive, as COPY text, and no more of them than a shop can have.

A gzip stream of 10 MB can hold 10 GB. The limits are kept while it is read, a piece at a time, so that nothing grows
before they bite; the stream's own checksum is compared at its end. About 300 MB of rows a second.
"""

import zlib
from collections.abc import Iterator

from toko_assets.ipos.archive import Archive, Entry, NotABackupError
from toko_assets.ipos.chunks import BrokenChainError, Chunks
from toko_assets.ipos.tables import NEEDED

PIECE = 1 << 20
"""Bytes unpacked at once."""

LONGEST_ROW = 64 << 20
"""Bytes of one row: a photo of 32 MB, which takes two bytes each in a dump. PostgreSQL would build rows of 1 GB."""

ROWS_OF_ANY_DUMP = 256 << 20
"""Bytes of a table that are never too many: 100,000 items with their prices and units are about 100 MB."""

MOST_UNPACKED = 30
"""Beyond that, how many times larger than stored a table may be. Measured on a sample of 20,000 items: 3.0 (items
with photos) to 4.5 (prices); deflate reaches 1,030. Hexadecimal digits of photos, which don't shrink, are 2: so 2,000
photos of 3 MB, 12 GB of rows, pass, and a small file cannot fill a disk."""

END_OF_ROWS = b"\\.\n\n\n"
"""What pg_dump has always written behind the last row."""


class OversizedBackupError(NotABackupError):
    """A table holds more than any shop's: a crafted file."""


def verify_rows(archive: Archive) -> None:
    """Read the rows of every needed table to their end, and forget them.

    Raises IncompleteBackupError if what is stored was damaged, and OversizedBackupError.
    """
    for table in NEEDED:
        entry = archive.table_data(table.name)
        for _ in read_rows(archive, entry) if entry else ():
            pass


def read_rows(archive: Archive, entry: Entry) -> Iterator[bytes]:
    """The rows of a TABLE DATA entry in pieces of at most PIECE, with the end mark. Raises as `verify_rows`."""
    block = archive.blocks[entry.id]
    most = max(ROWS_OF_ANY_DUMP, block.size * MOST_UNPACKED)
    total = row = 0
    end = b""
    with archive.path.open("rb", buffering=0) as file:
        stored = Chunks(file, block.start, archive.integer_size).contents()
        try:
            for piece in _unpacked(stored) if archive.compression == "gzip" else stored:
                total += len(piece)
                last = piece.rfind(b"\n")
                row += len(piece) if last < 0 else piece.find(b"\n")
                if total > most or row > LONGEST_ROW:
                    raise OversizedBackupError(
                        f"{archive.name} is not an iPOS backup: table {entry.name} holds "
                        + (f"more than {most >> 20:,} MB" if total > most else f"a row of over {row >> 20:,} MB")
                        + f" in {block.size:,} bytes. Delete it, and make the backup again."
                    )
                row = row if last < 0 else len(piece) - last - 1
                end = (end + piece)[-len(END_OF_ROWS) :]
                yield piece
        except (BrokenChainError, zlib.error) as error:
            raise archive.damaged() from error
    if end != END_OF_ROWS:
        raise archive.damaged()


def _unpacked(stored: Iterator[bytes]) -> Iterator[bytes]:
    """One zlib stream, a piece at a time. It must end where the chunks end."""
    engine = zlib.decompressobj()
    for chunk in stored:
        if engine.eof:
            raise zlib.error("bytes behind the end of the stream")
        while chunk and not engine.eof:
            if piece := engine.decompress(chunk, PIECE):
                yield piece
            chunk = engine.unconsumed_tail
    while not engine.eof and (piece := engine.decompress(b"", PIECE)):
        yield piece
    if not engine.eof or engine.unused_data:
        raise zlib.error("the stream is cut")
