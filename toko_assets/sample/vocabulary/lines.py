"""The shape of the vocabulary and the small notation in which it is written."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod
from random import Random

KINDS_OF_A_BRAND = 6
VARIANTS_OF_A_BRAND = 10
SIZES_OF_A_BRAND = 5
"""At most so many of a line's words go with one of its brands: real brands sell few sizes of many variants, so that
a shop's names come in families that differ in one word. Goods without a brand come in everything."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A unit of sale that holds `conversion` base units; the base unit itself has conversion 1."""

    satuan: str
    conversion: int


@dataclass(frozen=True, slots=True)
class Assortment:
    """What one brand makes: each kind in each variant and each size."""

    brand: str
    kinds: tuple[str, ...]
    variants: tuple[str, ...]
    sizes: tuple[str, ...]

    @property
    def count(self) -> int:
        return prod(map(len, (self.kinds, self.variants, self.sizes)))


@dataclass(frozen=True)
class Line:
    """The products of some brands of one sort; an empty word is left out of the name.

    `price_low` to `price_high` is the rupiah price of the first size; bigger sizes cost accordingly more.
    A `famous` line is in every shop, however small, and in all its combinations.
    """

    brands: tuple[str, ...]
    kinds: tuple[str, ...]
    variants: tuple[str, ...]
    sizes: tuple[str, ...]
    price_low: int
    price_high: int
    famous: bool

    @cached_property
    def assortments(self) -> tuple[Assortment, ...]:
        return tuple(self._assortment(brand) for brand in self.brands)

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(assortment.count for assortment in self.assortments))

    @property
    def count(self) -> int:
        """How many products the line has."""
        return self._ends[-1]

    def combination(self, index: int) -> tuple[str, str, str, str]:
        """The (brand, kind, variant, size) with this number, 0 <= index < count."""
        which = bisect_right(self._ends, index)
        made = self.assortments[which]
        index -= self._ends[which] - made.count
        index, size = divmod(index, len(made.sizes))
        kind, variant = divmod(index, len(made.variants))
        return made.brand, made.kinds[kind], made.variants[variant], made.sizes[size]

    def _assortment(self, brand: str) -> Assortment:
        if self.famous or not brand:
            return Assortment(brand, self.kinds, self.variants, self.sizes)
        # Seeded with text, so that what a brand makes is the same in every shop and every process.
        rng = Random(f"{brand} {self.kinds[0]} {self.sizes[0]}")
        return Assortment(
            brand,
            _some(self.kinds, KINDS_OF_A_BRAND, rng),
            _some(self.variants, VARIANTS_OF_A_BRAND, rng),
            _some(self.sizes, SIZES_OF_A_BRAND, rng),
        )


def _some(words: tuple[str, ...], most: int, rng: Random) -> tuple[str, ...]:
    """At most `most` of the words, in their order."""
    if len(words) <= most:
        return words
    return tuple(words[place] for place in sorted(rng.sample(range(len(words)), most)))


@dataclass(frozen=True, slots=True)
class Category:
    """One `jenis`. `share` weighs how many of a shop's items belong to it; `packs` are alternative ladders of units,
    the base unit first; `kind_first` is how often a cashier types the kind before the brand (0 to 1)."""

    jenis: str
    keterangan: str
    share: int
    packs: tuple[tuple[Pack, ...], ...]
    suppliers: tuple[str, ...]
    lines: tuple[Line, ...]
    kind_first: float


def category(
    jenis: str, keterangan: str, share: int, packs: str, suppliers: str, lines: str, *, kind_first: float = 0.0
) -> Category:
    """Read a category from its notation.

    `packs`: ladders parted by `/`, units by commas, each with its conversion: ``BKS, DUS 40 / BKS, RCG 10, DUS 120``.
    `lines`: one a line, ``brands | kinds | variants | sizes | low-high``, words parted by commas, ``!`` before a famous one.
    """
    return Category(
        jenis=jenis,
        keterangan=keterangan,
        share=share,
        packs=tuple(_ladder(ladder) for ladder in packs.split("/")),
        suppliers=_words(suppliers),
        lines=tuple(_line(text) for text in lines.strip().splitlines()),
        kind_first=kind_first,
    )


def _ladder(text: str) -> tuple[Pack, ...]:
    units = [unit.split() for unit in text.split(",")]
    return tuple(Pack(unit[0], int(unit[1]) if len(unit) > 1 else 1) for unit in units)


def _line(text: str) -> Line:
    famous = text.lstrip().startswith("!")
    brands, kinds, variants, sizes, price = text.strip().removeprefix("!").split("|")
    low, high = price.split("-")
    return Line(_words(brands), _words(kinds), _words(variants), _words(sizes), int(low), int(high), famous)


def _words(text: str) -> tuple[str, ...]:
    """The comma-parted words, each once; `-` stands for the empty word."""
    words = dict.fromkeys(word.strip() for word in text.split(","))
    return tuple("" if word == "-" else word for word in words)
