"""Barcodes are read at any angle and in bad photos, and no text is read that is not in the photo."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from zxingcpp import BarcodeFormat

from tests.toko_core.catalog.photos.labels import Shot, Symbol, take_photo, turned
from tests.toko_core.catalog.photos.measure import ANGLES, BESIDE, EAN13, QR, SHOTS, TEXTS, WRONG, Shop, outcome
from tests.toko_core.catalog.photos.scenes import OTHERS, TUNED, Scene
from toko_core.catalog.photos import PhotoDecoder
from toko_core.catalog.photos.goods import find_goods
from toko_core.catalog.photos.symbols import Kind, load_symbols
from toko_core.catalog.photos.symbols import Symbol as Read

Reader = Callable[[bytes], list[Read]]
CLOSE = (480, 360)
"""The size of a photo that is quickly made and read."""
EAN = TEXTS[EAN13]


@pytest.fixture(scope="module")
def read() -> Iterator[Reader]:
    with PhotoDecoder("read_barcodes", 1) as decoder:
        yield lambda photo: load_symbols(decoder.submit(photo).result())


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop(Random(1))


@pytest.mark.parametrize("kind", TEXTS, ids=lambda kind: kind.name)
def test_at_least_13_of_14_angles_are_read(read: Reader, kind: BarcodeFormat) -> None:
    symbol, shot = Symbol(TEXTS[kind], kind, module=2), Shot(size=CLOSE)
    photos = (take_photo([symbol], turned(shot, angle), seed) for seed, angle in enumerate(ANGLES))
    assert sum([each.text for each in read(photo)] == [TEXTS[kind]] for photo in photos) >= 13


@pytest.mark.parametrize("name", ["on a bottle", "very dark", "faint", "out of focus", "poor JPEG, noise", "small"])
def test_bad_photos_are_read(read: Reader, name: str) -> None:
    photo = take_photo([Symbol(EAN, module=1.4 if name == "small" else 3)], turned(SHOTS[name], 35), 5)
    assert read(photo) == [Read(Kind.GTIN, EAN)]


def test_two_barcodes_are_read_and_what_a_qr_code_says_comes_last(read: Reader) -> None:
    symbols = [Symbol("MIE 001", QR, module=5), Symbol(EAN, module=2), Symbol("96385074", BarcodeFormat.EAN8, module=2)]
    found = read(take_photo(symbols, Shot(turned=30), 3))
    assert {symbol.text for symbol in found[:2]} == {EAN, "96385074"}
    assert found[2:] == [Read(Kind.MATRIX, "MIE 001")]


def test_of_two_barcodes_in_a_bad_photo_both_are_read(read: Reader) -> None:
    symbols = [Symbol(EAN, module=2), Symbol("96385074", BarcodeFormat.EAN8, module=2)]
    for number, name in enumerate(("as usual", "very dark", "out of focus", "tilted 35°")):
        found = read(take_photo(symbols, turned(SHOTS[name], 20 + 37 * number), number))
        assert {symbol.text for symbol in found} == {EAN, "96385074"}, name


def test_bars_that_nobody_can_read_beside_others_are_reported(read: Reader) -> None:
    """The second barcode is small and out of focus."""
    for angle in (0, 20, 75):
        symbols = [Symbol(EAN, module=3), Symbol("8998609545096", module=1.4)]
        found = read(take_photo(symbols, Shot(turned=angle, blur=0.4), 4))
        assert found == [Read(Kind.UNREAD, ""), Read(Kind.GTIN, EAN)], angle


@pytest.mark.parametrize("scene", TUNED + OTHERS, ids=lambda scene: scene.__name__)
def test_what_only_looks_like_bars_is_not_reported(read: Reader, scene: Scene) -> None:
    shot = Shot(turned=10, scene=scene)
    assert read(take_photo([Symbol(EAN, module=2)], shot, 1)) == [Read(Kind.GTIN, EAN)]


@pytest.mark.parametrize("text", BESIDE[1::2])
def test_a_barcode_that_lies_askew_is_read_beside_any_qr_code(read: Reader, text: str) -> None:
    photo = take_photo([Symbol(text, QR, module=3), Symbol(EAN, height=0.35, module=2)], Shot(turned=37), 8)
    assert read(photo)[0] == Read(Kind.GTIN, EAN)


def test_digits_that_are_wrong_on_a_bent_label_are_not_read(read: Reader) -> None:
    """The check digit of the wrong number is right: 0991442101830."""
    assert read(take_photo([Symbol(EAN)], Shot(bend=0.5, turned=180 / 14), 1)) == [Read(Kind.GTIN, EAN)]


def test_the_edge_of_an_ean_that_looks_like_a_upc_e_is_not_read(read: Reader, shop: Shop) -> None:
    taken = shop.photo(6)
    assert [symbol.text for symbol in read(taken.photo)] == list(taken.goods) == ["8998609545096"]


def test_no_photo_finds_wrong_goods(shop: Shop) -> None:
    outcomes = [outcome(shop.index, taken) for taken in shop.photos(15, (800, 600))]
    assert not WRONG & set(outcomes)
    assert outcomes.count("right") >= 8


@pytest.mark.parametrize(
    ("symbols", "numbers"),
    [
        ([Read(Kind.LINEAR, "150"), Read(Kind.MATRIX, "MIE-00123")], ["150"]),
        ([Read(Kind.LINEAR, "JX1234567890"), Read(Kind.MATRIX, "MIE-00123")], ["MIE-00123"]),
        ([Read(Kind.GTIN, "4006381333931"), Read(Kind.MATRIX, "MIE-00123")], ["4006381333931"]),
        ([Read(Kind.GTIN, "4006381333931"), Read(Kind.LINEAR, "150")], ["150", "4006381333931"]),
        ([Read(Kind.UPC_E, "0012345000065")], []),
        ([Read(Kind.UNREAD, ""), Read(Kind.GTIN, "4006381333931")], ["4006381333931"]),
        ([Read(Kind.MATRIX, "12345")], []),
    ],
)
def test_bars_come_before_qr_codes_and_goods_of_the_shop_before_others(
    shop: Shop, symbols: list[Read], numbers: list[str]
) -> None:
    assert [printed.number for printed in find_goods(shop.index, symbols)] == numbers
