"""The types of the vocabulary, and the parser of its notation."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod
from random import Random

KINDS_OF_A_BRAND = 6
VARIANTS_OF_A_BRAND = 10
SIZES_OF_A_BRAND = 5
"""The most kinds, variants and sizes of a line that one brand gets. Real brands sell many variants in few sizes, so a
shop's names come in families that differ in one word. Goods without a brand come in all combinations."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A unit of sale that holds `conversion` base units. The base unit has conversion 1."""

    satuan: str
    conversion: int


@dataclass(frozen=True, slots=True)
class Assortment:
    """The products of one brand: each kind in each variant and each size."""

    brand: str
    kinds: tuple[str, ...]
    variants: tuple[str, ...]
    sizes: tuple[str, ...]

    @property
    def count(self) -> int:
        return prod(map(len, (self.kinds, self.variants, self.sizes)))


@dataclass(frozen=True)
class Line:
    """Similar products of some brands. An empty word is left out of the name.

    `price_low` to `price_high` is the price range of the first size, in rupiah; larger sizes cost proportionally more.
    Even the smallest shop has a `famous` line, in all its combinations.
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
        """The number of products in the line."""
        return self._ends[-1]

    def combination(self, index: int) -> tuple[str, str, str, str]:
        """Return the (brand, kind, variant, size) with this index, 0 <= index < count."""
        which = bisect_right(self._ends, index)
        made = self.assortments[which]
        index -= self._ends[which] - made.count
        index, size = divmod(index, len(made.sizes))
        kind, variant = divmod(index, len(made.variants))
        return made.brand, made.kinds[kind], made.variants[variant], made.sizes[size]

    def _assortment(self, brand: str) -> Assortment:
        if self.famous or not brand:
            return Assortment(brand, self.kinds, self.variants, self.sizes)
        # The seed is a text, so that a brand's products are the same in every shop and every process.
        rng = Random(f"{brand} {self.kinds[0]} {self.sizes[0]}")
        return Assortment(
            brand,
            _some(self.kinds, KINDS_OF_A_BRAND, rng),
            _some(self.variants, VARIANTS_OF_A_BRAND, rng),
            _some(self.sizes, SIZES_OF_A_BRAND, rng),
        )


def _some(words: tuple[str, ...], most: int, rng: Random) -> tuple[str, ...]:
    """Return at most `most` of the words, in their order."""
    if len(words) <= most:
        return words
    return tuple(words[place] for place in sorted(rng.sample(range(len(words)), most)))


@dataclass(frozen=True, slots=True)
class Category:
    """One `jenis`.

    `share` is the weight of the category among a shop's items. `packs` are alternative ladders of units, the base unit
    first. `kind_first` is the share of names (0 to 1) in which a cashier types the kind before the brand.
    """

    jenis: str
    share: int
    packs: tuple[tuple[Pack, ...], ...]
    suppliers: tuple[str, ...]
    lines: tuple[Line, ...]
    kind_first: float


def category(jenis: str, share: int, packs: str, suppliers: str, lines: str, *, kind_first: float = 0.0) -> Category:
    """Parse a category from its notation.

    `packs`: ladders separated by `/`, units by commas, each with its conversion: ``BKS, DUS 40 / BKS, RCG 10, DUS 120``.
    `lines`: one per line, ``brands | kinds | variants | sizes | low-high``, words separated by commas, with a leading
    ``!`` for a famous line.
    """
    return Category(
        jenis=jenis,
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
    """Return the comma-separated words without duplicates; `-` stands for the empty word."""
    words = dict.fromkeys(word.strip() for word in text.split(","))
    return tuple("" if word == "-" else word for word in words)
