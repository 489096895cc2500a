"""How many barcodes in photos are read, and whether a photo ever finds wrong goods.

    .venv/bin/python -m tests.toko_core.catalog.photos.measure 500 1000

It prints what the bot would answer to 500 photos of everything, from seed 1000 on (from 0 on, if none is named), and a
table: of 14 angles, how many are read of each kind of barcode, in good and in bad photos. The shop has the neighbours
of each barcode, and all short numbers as item codes, so that a wrongly read digit finds wrong goods.
"""

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from zxingcpp import BarcodeFormat

from tests.toko_core.catalog.photos.labels import PHOTO, Shot, Symbol, take_photo
from toko_core.catalog.photos.barcodes import read_barcodes
from toko_core.catalog.photos.goods import find_goods, is_certain
from toko_core.catalog.photos.symbols import Kind, load_symbols
from toko_core.search import SearchIndex
from toko_core.search.codes.gtin import check_digit

ANGLES = [number * 180 / 14 for number in range(14)]
EAN13, EAN8, CODE128, QR = BarcodeFormat.EAN13, BarcodeFormat.EAN8, BarcodeFormat.Code128, BarcodeFormat.QRCode
TEXTS = {EAN13: "8991002101630", EAN8: "96385074", CODE128: "MIE-00123", QR: "MIE-00123"}
SHOTS = {
    "as usual": Shot(),
    "tilted 35°": Shot(tilt=35),
    "on a bottle": Shot(bend=0.6),
    "a lamp mirrored": Shot(glare=140),
    "dark": Shot(light=0.15, noise=4),
    "very dark": Shot(light=0.08, noise=2),
    "faint": Shot(contrast=0.12, noise=2),
    "poor JPEG, noise": Shot(quality=40, noise=8),
    "out of focus": Shot(blur=0.5),
    "far out of focus": Shot(blur=0.7),
    "shaken": Shot(shake=1.2),
    "small": Shot(),
    "a file of 12 MP": Shot(size=(4000, 3000), noise=6, quality=92),
}
SMALL, OF_FILE = 1.4, 9.0
"""Modules of the narrowest bar in small photos, and in files."""
BESIDE = (
    "https://www.indomie.com/promo?id=8991002101630", "08123456789", "12345", "20261130", "https://wa.me/6281234567890",
    "00020101021126670016COM.NOBUBANK.WWW01189360050300000898240214051234567890120303UMI51440014ID.CO.QRIS.WWW0215ID2020"
    "0340731860303UMI5204541153033605802ID5910TOKO MAJU6007JAKARTA6105123406304ABCD",
    "BEGIN:VCARD\nVERSION:3.0\nN:Budi\nTEL:+628123456789\nEND:VCARD", "MIE-00123",
)  # fmt: skip
"""What QR codes say that stand beside a barcode."""


WRONG = frozenset({"WRONG GOODS", "wrong number"})


@dataclass(frozen=True)
class Taken:
    """A photo, its seed, and the texts of the goods in it."""

    photo: bytes
    seed: int
    goods: frozenset[str]


def main(photos: int = 500, first: int = 0) -> None:
    """Print what the bot answers to so many photos, from that of the seed `first` on, and the table of angles."""
    print_goods(Shop(Random(1)), photos, first)
    print_angles()


def print_angles() -> None:
    print("| photos, 14 angles | " + " | ".join(kind.name for kind in TEXTS) + " | ms: median, most |")
    print("|---|" + "---|" * (len(TEXTS) + 1))
    for name, shot in SHOTS.items():
        read, milliseconds = Counter[str](), []
        for kind, text in TEXTS.items():
            module = SMALL if name == "small" else OF_FILE if max(shot.size) > max(PHOTO) else 3.5
            for seed, angle in enumerate(ANGLES):
                photo = take_photo([Symbol(text, kind, module=module)], replace(shot, turned=angle), seed)
                found, spent = read_texts(photo)
                milliseconds.append(spent)
                read[kind.name] += found == [text]
        cells = [str(read[kind.name]) for kind in TEXTS]
        times = f"{statistics.median(milliseconds):.0f}, {max(milliseconds):.0f}"
        print(f"| {name} | " + " | ".join(cells) + f" | {times} |", flush=True)


def read_texts(photo: bytes) -> tuple[list[str], float]:
    """Return the texts in a photo, and the milliseconds of processor time that it took."""
    began = time.process_time()
    dumped = read_barcodes(photo)
    return [symbol.text for symbol in load_symbols(dumped)], (time.process_time() - began) * 1000


def print_goods(shop: "Shop", photos: int, first: int) -> None:
    outcomes = Counter[str]()
    for taken in map(shop.photo, range(first, first + photos)):
        what = outcome(shop.index, taken)
        outcomes[what] += 1
        if what in WRONG:
            print(f"photo {taken.seed}: {what}", flush=True)
    print(
        f"{photos} photos: " + ", ".join(f"{number} {name}" for name, number in sorted(outcomes.items())) + "\n",
        flush=True,
    )


def outcome(index: SearchIndex, taken: Taken) -> str:
    """Return what the bot's answer to a photo is."""
    symbols = load_symbols(read_barcodes(taken.photo))
    found = find_goods(index, symbols)
    numbers = {printed.number for printed in found}
    if any(printed.rows for printed in found) and not is_certain(symbols):
        return "asked whether a QR code is meant"
    if wrong := numbers - taken.goods:
        return "WRONG GOODS" if any(printed.rows for printed in found if printed.number in wrong) else "wrong number"
    says_more = any(symbol.kind is Kind.UNREAD for symbol in symbols)
    if numbers == taken.goods:
        return "right, but cries wolf" if says_more else "right" if taken.goods else "rightly without goods"
    return "not read" if not numbers else "one of two, and says so" if says_more else "one of two, silently"


class Shop:
    """A shop with goods, and with others whose codes differ in a digit or two."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.ean13 = [_with_check(f"899{rng.randrange(10**9):09}") for _ in range(40)]
        self.ean8 = [_with_check(f"{rng.randrange(10**6, 10**7)}") for _ in range(40)]
        self.code128 = [f"BRG-{rng.randrange(10**5):05}" for _ in range(40)]
        barcodes = dict.fromkeys(near for code in [*self.ean13, *self.ean8] for near in _neighbours(code))
        codes = dict.fromkeys([*self.code128, *(near for code in self.code128 for near in _altered(code))])
        codes |= dict.fromkeys(["MIE-00123", *map(str, range(100, 30000))])
        names = [f"BARANG {code}" for code in codes]
        self.index = SearchIndex.build(
            names,
            codes=[(code, row) for row, code in enumerate(codes)],
            barcodes=[(code, number % len(names)) for number, code in enumerate(barcodes)],
        )

    def photos(self, number: int, size: tuple[int, int] = PHOTO) -> Iterator[Taken]:
        """Take photos of everything that staff send. The first ones are the same, whatever the number."""
        return (self.photo(seed, size) for seed in range(number))

    def photo(self, seed: int, size: tuple[int, int] = PHOTO) -> Taken:
        """Take the photo of a seed."""
        kinds: list[Callable[[Random], list[Symbol]]] = [self._one, self._one, self._two, self._beside_qr, self._none]
        rng = Random(f"photo {seed}")
        symbols = kinds[seed % len(kinds)](rng)
        shot = replace(_any_shot(rng), size=size)
        bars = frozenset(symbol.text for symbol in symbols if symbol.kind is not QR)
        return Taken(take_photo(symbols or [BLANK], shot, seed), seed, bars)

    def _one(self, rng: Random) -> list[Symbol]:
        kind, texts = rng.choice([(EAN13, self.ean13), (EAN8, self.ean8), (CODE128, self.code128)])
        return [Symbol(rng.choice(texts), kind, rng.uniform(0.3, 0.7), rng.uniform(1.6, 4))]

    def _two(self, rng: Random) -> list[Symbol]:
        return [replace(symbol, module=rng.uniform(1.6, 2.6)) for symbol in (*self._one(rng), *self._one(rng))]

    def _beside_qr(self, rng: Random) -> list[Symbol]:
        symbols = [*self._one(rng), Symbol(rng.choice(BESIDE), QR, module=rng.uniform(3, 5))]
        return [replace(symbols[0], module=rng.uniform(1.6, 2.8)), symbols[1]]

    def _none(self, rng: Random) -> list[Symbol]:
        return [Symbol(rng.choice(BESIDE[:-1]), QR)] if rng.random() < 0.5 else []


BLANK = Symbol("0", CODE128, module=0.3)
"""A label that nobody can read, for a photo without a barcode."""


def _any_shot(rng: Random) -> Shot:
    """Return how a photo was taken: at any angle, and mostly badly."""
    name = rng.choice(list(SHOTS)[:-2])
    shot = replace(SHOTS[name], turned=rng.uniform(0, 360), tilt=rng.uniform(0, 35), quality=rng.randrange(60, 90))
    return replace(shot, bend=rng.choice([0, 0, shot.bend or 0.4]))


def _with_check(digits: str) -> str:
    return digits + check_digit(digits)


def _neighbours(code: str) -> Iterator[str]:
    """Yield a barcode, and those that differ in one digit and the check digit."""
    yield code
    for place in range(len(code) - 1):
        for digit in "0123456789":
            yield _with_check(code[:place] + digit + code[place + 1 : -1])


def _altered(code: str) -> Iterator[str]:
    for place in range(len(code)):
        for character in "0123456789":
            yield code[:place] + character + code[place + 1 :]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
