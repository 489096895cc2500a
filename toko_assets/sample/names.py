"""Generates names of goods as a cashier types them into iPOS, deterministically, from the vocabulary."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from random import Random

from toko_assets.sample.vocabulary import ABBREVIATIONS, CATEGORIES, Category, Line

FAMOUS_SHARE = 0.7
"""The largest share of famous goods in a small shop. A shop of about 2,000 products or more has all of them."""

ABBREVIATED, FAMOUS_ABBREVIATED, WORD_ABBREVIATED = 0.30, 0.10, 0.75
UPPER, TITLE, LOWER = 0.84, 0.11, 0.03
UNIT_TYPED = 0.03

_SIZE = re.compile(r"(\d+(?:\.\d+)?)(GR|KG|ML|LTR|CC|S|CM|MM|MTR|IN|W|LBR)")
_SCALE = {"GR": 1, "KG": 1000, "ML": 1, "CC": 1, "LTR": 1000, "S": 1, "CM": 1, "MTR": 100, "W": 1, "LBR": 1, "IN": 1}
_DIMENSION = {
    "GR": "mass",
    "KG": "mass",
    "ML": "volume",
    "CC": "volume",
    "LTR": "volume",
    "CM": "length",
    "MTR": "length",
}


@dataclass(frozen=True, slots=True)
class Size:
    """A size for comparison: in grams, millilitres or centimetres, or in another unit such as pieces or watts."""

    amount: float
    dimension: str


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """A product's name, brand, size and category. `price` is a plausible price in rupiah of its smallest unit."""

    name: str
    brand: str
    size: Size | None
    category: Category
    price: int
    famous: bool


def sample_products(count: int, rng: Random) -> list[SampleProduct]:
    """Return `count` shuffled products, including famous ones. Names differ in more than case and white space."""
    lines = [(category, line) for category in CATEGORIES for line in category.lines]
    most = sum(line.count for _, line in lines)
    if count > most:
        raise ValueError(f"The vocabulary gives {most:,} products, not {count:,}.")
    seen: set[str] = set()
    products: list[SampleProduct] = []
    for category, line, index in _choices(count, lines, rng):
        if len(products) == count:
            break
        product = _typed(category, line, index, rng)
        key = product.name.casefold()
        if key not in seen:
            seen.add(key)
            products.append(product)
    rng.shuffle(products)
    return products


def _choices(count: int, lines: list[tuple[Category, Line]], rng: Random) -> Iterator[tuple[Category, Line, int]]:
    """Yield distinct combinations: famous ones, then every line's share, then spare ones to replace duplicate names."""
    famous = [(index, place) for place, (_, line) in enumerate(lines) if line.famous for index in range(line.count)]
    famous = sorted(famous)[: int(count * FAMOUS_SHARE)]
    for index, place in famous:
        yield *lines[place], index
    ordinary = [(category, line) for category, line in lines if not line.famous]
    quotas = _quotas(count - len(famous), ordinary)
    rest: list[tuple[Category, Line, list[int]]] = []
    for (category, line), quota in zip(ordinary, quotas, strict=True):
        drawn = rng.sample(range(line.count), min(line.count, quota + quota // 4 + 20))
        for index in drawn[:quota]:
            yield category, line, index
        rest.append((category, line, drawn[quota:]))
    spare = [(category, line, index) for category, line, indexes in rest for index in indexes]
    rng.shuffle(spare)
    yield from spare


def _quotas(count: int, lines: list[tuple[Category, Line]]) -> list[int]:
    """Return the number of products of each line: by its category's share and the square root of its size."""
    roots: dict[str, float] = {}
    for category, line in lines:
        roots[category.jenis] = roots.get(category.jenis, 0.0) + sqrt(line.count)
    weights = [category.share * sqrt(line.count) / roots[category.jenis] for category, line in lines]
    quotas = [0] * len(lines)
    while (missing := count - sum(quotas)) > 0:
        free = [place for place, (_, line) in enumerate(lines) if quotas[place] < line.count]
        if not free:
            break
        total = sum(weights[place] for place in free)
        for place in free:
            more = min(int(missing * weights[place] / total) + 1, lines[place][1].count - quotas[place])
            quotas[place] += min(more, count - sum(quotas))
    return quotas


def _typed(category: Category, line: Line, index: int, rng: Random) -> SampleProduct:
    brand, kind, variant, size = line.combination(index)
    words = _in_order(brand, kind, variant, rng.random() < category.kind_first)
    if rng.random() < (FAMOUS_ABBREVIATED if line.famous else ABBREVIATED):
        words = [_abbreviated(word, rng) for word in words]
    written = _written_size(size, rng)
    if rng.random() < UNIT_TYPED:
        written = f"{written} {rng.choice(category.packs)[0].satuan}".strip()
    name = _cased(" ".join(words), written, rng)
    return SampleProduct(name, brand, _measure(size), category, _price(line, size, rng), line.famous)


def _in_order(brand: str, kind: str, variant: str, kind_first: bool) -> list[str]:
    """Return the words of the name without duplicates: neither POP MIE MIE nor TEH SOSRO TEH."""
    parts = (kind, brand, variant) if kind_first else (brand, kind, variant)
    words: list[str] = []
    for part in parts:
        words += [word for word in part.split() if word not in words or len(word) < 3]
    return words


def _abbreviated(word: str, rng: Random) -> str:
    short = ABBREVIATIONS.get(word)
    return rng.choice(short) if short and rng.random() < WORD_ABBREVIATED else word


def _written_size(size: str, rng: Random) -> str:
    """Format a size in one of the ways in which people write it: 85GR, 85 GR, 85g; 1,5 LTR, 1.5L."""
    found = _SIZE.fullmatch(size)
    if found is None:
        return size
    number, unit = found.groups()
    number = number.replace(".", ",") if rng.random() < 0.6 else number
    return rng.choice(_WAYS.get(unit, ("{}" + unit, "{}" + unit, "{} " + unit))).format(number)


_WAYS: dict[str, tuple[str, ...]] = {
    "GR": ("{}GR", "{}GR", "{}GR", "{}GR", "{} GR", "{} GR", "{}G", "{}G", "{}g", "{}gr", "@{}GR", "{} gr"),
    "ML": ("{}ML", "{}ML", "{}ML", "{}ML", "{}ML", "{} ML", "{} ML", "{}ml", "{}ml", "{} ml"),
    "LTR": ("{}LTR", "{}LTR", "{} LTR", "{}L", "{}L", "{} L", "{}LT", "{} LITER", "{}ltr"),
    "KG": ("{}KG", "{}KG", "{}KG", "{} KG", "{} KG", "{}kg", "{} Kg"),
    "S": ("{}S", "{}S", "{}'S", "ISI {}", "@{}"),
    "IN": ('{}"', '{}"', "{}IN", "{} INCH", "{} IN"),
    "MTR": ("{}MTR", "{} MTR", "{}M", "{} METER"),
    "W": ("{}W", "{}W", "{} W", "{} WATT"),
}


def _cased(words: str, size: str, rng: Random) -> str:
    """Apply a letter case, usually upper case. In the mixed style, the size keeps its own."""
    style = rng.random()
    if style < UPPER:
        return f"{words} {size}".strip()
    if style < UPPER + TITLE:
        return f"{words} {size}".strip().title()
    if style < UPPER + TITLE + LOWER:
        return f"{words} {size}".strip().lower()
    first, _, others = words.partition(" ")
    return " ".join(part for part in (first.title(), others, size) if part)


def _price(line: Line, size: str, rng: Random) -> int:
    """Scale the line's price from its first size to this one. Larger packs are slightly cheaper per amount."""
    price = rng.uniform(line.price_low, line.price_high)
    first, this = _measure(line.sizes[0]), _measure(size)
    if first and this and first.dimension == this.dimension:
        price *= min(max((this.amount / first.amount) ** 0.9, 0.15), 25.0)
    return max(int(price), 300)


def _measure(size: str) -> Size | None:
    found = _SIZE.fullmatch(size)
    if found is None or found[2] == "MM":
        return None
    return Size(float(found[1]) * _SCALE[found[2]], _DIMENSION.get(found[2], found[2]))
