"""Damaged and crafted archives through the reader, as the asset raw_backup reads them.

What the reader accepts must have the rows that `tests/archives.py`, written apart from it, finds in the same file.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.archives import parse
from tests.in_process import read_rows, write_excerpt
from tests.security.dumped_shop import shop
from tests.security.mutations import MUTATIONS, any_shape
from tests.security.supervision import FILE
from toko_assets.ipos.archive.contents import IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.archive.schema import readable_tables, rejection
from toko_core import TokoError


@dataclass(frozen=True)
class Made:
    kind: str
    content: bytes


@dataclass(frozen=True)
class ArchiveAttacks:
    folder: Path

    def make(self, number: int) -> Made:
        """Make the archive of an attack and write it into the file."""
        rng = Random(f"archive {number}")
        mutation = rng.choices(list(MUTATIONS), list(MUTATIONS.values()))[0]
        content = mutation(rng, any_shape(rng, shop(1000 + number % 100, 8).archive()))
        (self.folder / FILE).write_bytes(content)
        return Made(mutation.__name__, content)

    def strike(self, made: Made) -> str:
        """Read the file as the chain does."""
        try:
            archive = read_archive(self.folder / FILE)
            if problem := rejection(archive):
                assert problem.summary.isprintable(), problem.summary
                return "not of iPOS"
            excerpt = self.folder / "excerpt"
            shutil.rmtree(excerpt, ignore_errors=True)
            excerpt.mkdir()
            write_excerpt(archive, excerpt)
        except (IncompleteBackupError, NotABackupError) as rejected:
            return self._rejected(rejected)
        tables = readable_tables(archive)
        expected = parse(made.content, damaged=True, only={entry.id for _, entry in tables})
        for table, entry in tables:
            found = b"".join(read_rows(archive, entry))
            assert found == expected.data[expected.entry(table.name).id], f"other rows of {table.name}"
        return "accepted"

    def _rejected(self, rejected: TokoError) -> str:
        said = str(rejected)
        assert FILE in said, said
        assert said.isprintable(), said
        return "rejected"


@contextmanager
def ready(folder: Path) -> Iterator[ArchiveAttacks]:
    """Return what makes and does the attacks."""
    yield ArchiveAttacks(folder)
