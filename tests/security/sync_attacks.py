"""Damaged and hostile dumps through `toko sync`, in one installation.

Each sync publishes exactly the prices that the rules in `tests/oracle` give for the rows in the file, or is rejected in
one line, and what was served before is still served.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from tests.acceptance.places import installed, run_toko
from tests.archives import ArchiveFile, parse, write
from tests.installation import Installation
from tests.oracle.dumped import UnreadableError, tables_of
from tests.oracle.rules import PriceRow, expected_of
from tests.oracle.tables import Tables
from tests.security.dumped_shop import shop
from tests.security.hostile_rows import CHANGES, PUBLISHED, hostile
from tests.security.mutations import (
    any_shape,
    bits,
    bits_of_the_contents,
    blocks,
    entries,
    numbers,
    slices,
    streams,
    truncation,
)
from tests.security.supervision import FILE

PRICES = (
    "SELECT kodeitem, t.satuan, konversi, level, jumlah_sampai, hargapokok, hargajual "
    "FROM prices t JOIN products USING (product_id)"
)
FIRST = 1000
STEP = 3
"""Every backup has other prices, and the guards against absurd changes let them pass."""


def bits_of_rows(rng: Random, archive: ArchiveFile) -> bytes:
    """Flip bits in rows that are not compressed, so that nothing but the rules can tell that they were changed."""
    archive = replace(archive, compression="none")
    content = bytearray(write(archive))
    start = len(write(replace(archive, data={})))
    for _ in range(rng.choice((1, 3))):
        content[rng.randrange(start, len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def digits(rng: Random, archive: ArchiveFile) -> bytes:
    """Change digits of rows that are not compressed: other prices, or other keys."""
    content = bytearray(write(replace(archive, compression="none")))
    start = len(write(replace(archive, data={})))
    places = [place for place in range(start, len(content)) if chr(content[place]).isdigit()]
    for place in rng.sample(places, 5):
        content[place] = rng.choice(b"0123456789")
    return bytes(content)


def tables_exchanged(rng: Random, archive: ArchiveFile) -> bytes:
    """Write the rows of one table as those of another, or none at all."""
    one, other = rng.sample(list(archive.data), 2)
    return write(replace(archive, data={**archive.data, one: rng.choice((archive.data[other], b"\\.\n\n\n"))}))


MUTATIONS = (bits_of_rows, digits, bits, slices, bits_of_rows, numbers, digits, entries, streams, blocks, truncation,
             bits_of_the_contents, tables_exchanged)  # fmt: skip


@dataclass(frozen=True)
class Made:
    kind: str
    content: bytes
    publish: bool


@dataclass
class SyncAttacks:
    folder: Path
    toko: Installation
    served: Counter[tuple[Any, ...]] = field(default_factory=Counter)

    def make(self, number: int) -> Made:
        """Make the dump of an attack and write it into the file: even numbers are hostile, odd ones damaged."""
        rng = Random(f"sync {number}")
        whole = shop(FIRST + number % 100 * STEP)
        half, odd = divmod(number, 2)
        if odd:
            mutation: Callable[[Random, ArchiveFile], bytes] = MUTATIONS[half % len(MUTATIONS)]
            kind, content = f"damaged: {mutation.__name__}", mutation(rng, any_shape(rng, whole.archive()))
        else:
            change = CHANGES[half % len(CHANGES)]
            kind, content = f"hostile: {change.__name__}", write(hostile(rng, whole, change).archive())
        (self.folder / FILE).write_bytes(content)
        return Made(kind, content, not odd and change.__name__ in PUBLISHED)

    def strike(self, made: Made) -> str:
        """Sync the dump, and compare what is served then."""
        before = self.toko.catalog
        answer = run_toko("sync", "--backup", self.folder / FILE, "--adopt", "i5_TOKO")
        assert "Traceback" not in answer.error, answer.error[-300:]
        served = Counter(self.toko.query(PRICES))
        if answer.status:
            said = [line for line in answer.error.splitlines() if line.startswith("toko: ")]
            assert len(said) == 1, f"it said {answer.error[-300:]}"
            assert said[0].isprintable(), said[0]
            assert (self.toko.catalog, served) == (before, self.served), f"another catalogue after: {said[0]}"
            assert not made.publish, said[0]
            return "rejected"
        self.served = served
        try:
            expected = _prices(tables_of(parse(made.content, damaged=True)))
        except UnreadableError as error:
            raise AssertionError(f"published, and the oracle cannot read it: {error}") from error
        assert served == expected, f"wrong prices: {_difference(served, expected)}"
        return "published"


@contextmanager
def ready(folder: Path) -> Iterator[SyncAttacks]:
    """Return what makes and does the attacks, in an installation that serves a shop's prices."""
    home = folder / "toko"
    home.mkdir(exist_ok=True)
    with installed(home, IPOS_DATABASE="") as toko:
        whole = shop(FIRST)
        (folder / FILE).write_bytes(write(whole.archive()))
        answer = run_toko("sync", "--backup", folder / FILE, "--adopt", "i5_TOKO")
        assert answer.status == 0, answer
        attacks = SyncAttacks(folder, toko)
        attacks.served = Counter(toko.query(PRICES))
        assert attacks.served == _prices(tables_of(whole.archive()))
        yield attacks


def _prices(tables: Tables) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(getattr(row, name) for name in PriceRow.__slots__) for row in expected_of(tables).prices)


def _difference(found: Counter[tuple[Any, ...]], expected: Counter[tuple[Any, ...]]) -> str:
    return f"not expected {[*(found - expected)][:3]}, missing {[*(expected - found)][:3]}"
