"""A product of a list takes three lines of a phone, and what it shows is what people pay."""

import re
from decimal import Decimal
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_bot.replies.phone.hit import hit
from toko_bot.replies.phone.lines import WIDTH, count_lines, shorten_to_lines
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reference.discounts import Discount, Promotion
from toko_core.prices.payable import calculate, shown_amount

NAME = "INDOMIE GORENG SPECIAL 85GR"
LONG = "PEPSODENT PASTA GIGI ACTION 123 HERBAL 190GR"
TENTH = Discount("D", None, None, 0, Decimal(0), (Decimal(10),))
GIFT = Promotion("P", None, Decimal(2), None, Decimal(1), "PCS", repeats=False, price=None)
Row = tuple[str, str | None, int | None, str | None, str | None]
PIECE: Row = ("BKS", "1", None, None, "3150")
CARTON: Row = ("DUS", "40", None, None, "118000")


def a_product(*rows: Row, name: str = NAME, **more: object) -> Product:
    """`rows` are (satuan, konversi, level, jumlah_sampai, hargajual)."""
    prices = [
        Price(unit, number(size), level, number(most), Decimal(1), number(amount))
        for unit, size, level, most, amount in rows
    ]
    return Product("K1", name, None, None, **({"dijual": True, "prices": tuple(prices)} | more))  # type: ignore[arg-type]


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def text_of(product: Product, **options: object) -> list[str]:
    return unescape(re.sub("<[^>]+>", "", hit(product, 1, None, **options))).splitlines()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("product", "line"),
    [
        (a_product(PIECE, CARTON, stok=Decimal(120)), "Rp3.150/BKS · DUS(40) Rp118.000 · stok 120"),
        (a_product(PIECE, CARTON, stok=Decimal(0)), "Rp3.150/BKS · DUS(40) Rp118.000 · habis"),
        (a_product(PIECE, CARTON), "Rp3.150/BKS · DUS(40) Rp118.000"),
        (a_product(PIECE, CARTON, stok=Decimal(120), name=LONG), "Rp3.150/BKS · stok 120"),
        (a_product(PIECE, ("PAK", "10", None, None, "31000"), CARTON), "Rp3.150/BKS · DUS(40) Rp118.000"),
        (a_product(PIECE, ("DUS", None, None, None, "118000.5")), "Rp3.150/BKS · DUS(?) Rp118.000,5"),
        (
            a_product(("PCS", "1", 1, None, "3150"), ("PCS", "1", 2, None, "3050.5"), stok=Decimal("-1")),
            "mulai Rp3.050,5/PCS · habis",
        ),
        (a_product(("PCS", "1", None, "5", None), ("PCS", "1", None, None, "90")), "mulai Rp90/PCS"),
        (a_product(("PCS", "1", 1, None, "90"), ("PCS", "1", 2, None, "90")), "Rp90/PCS"),
        (a_product(("PCS", "1", None, None, None), CARTON), "PCS belum diisi · DUS(40) Rp118.000"),
        (a_product(("PCS", "1", None, None, None), stok=Decimal(3)), "harga belum diisi · stok 3"),
        (a_product(("PCS", "1", None, None, None), matauang="USD"), "USD, tanpa kurs"),
        (a_product(PIECE, dijual=False), "tidak dijual · Rp3.150/BKS"),
        (a_product(PIECE, discounts=(TENTH,)), "🏷 Rp2.835/BKS dari Rp3.150"),
        (
            a_product(PIECE, CARTON, discounts=(TENTH,), promotions=(GIFT,), name=LONG, stok=Decimal(7)),
            "🏷 Rp2.835/BKS · stok 7 · 🎁",
        ),
        (
            a_product(("PCS", "1", None, "5", "100"), ("PCS", "1", None, None, "90"), discounts=(TENTH,)),
            "🏷 mulai Rp81/PCS",
        ),
        (a_product(PIECE, promotions=(GIFT,), stok=Decimal(9)), "Rp3.150/BKS · stok 9 · 🎁 promo"),
        (
            a_product(("BUNGKUS", "1", None, None, "1234567.5"), stok=Decimal(123456), name=LONG),
            "Rp1.234.567,5/BUNGKUS · ada",
        ),
    ],
)  # fmt: skip
def test_the_line_below_the_name(product: Product, line: str) -> None:
    name, *below = text_of(product)
    assert name == f"1. {product.namaitem}"
    assert below == [line]
    assert count_lines("\n".join([name, *below])) <= 3


def test_a_quantity_stands_in_place_of_the_prices() -> None:
    product = a_product(PIECE, CARTON, stok=Decimal(120))
    assert text_of(product, wanted=calculate(product, "DUS", Decimal(3), None))[1] == (
        "3 DUS × Rp118.000 = Rp354.000 · stok 120"
    )
    half = a_product(("PCS", "1", None, None, "8252.8875"))
    assert text_of(half, wanted=calculate(half, "PCS", Decimal(3), None))[1] == "3 PCS @ Rp8.252,8875 = Rp24.759"


def test_that_it_is_out_of_stock_is_said_in_place_of_the_end_of_the_name() -> None:
    dear = a_product(("PCS", "1", 1, None, "1123456.5"), ("PCS", "1", 2, None, "2000000"), name=LONG, stok=Decimal(0))
    assert text_of(dear) == ["1. PEPSODENT PASTA GIGI ACTIO…", "mulai Rp1.123.456,5/PCS · habis"]


def test_a_very_long_name_is_shortened_at_the_end() -> None:
    name, below = text_of(a_product(PIECE, name="KABEL " * 40, stok=Decimal(3)))
    assert name.endswith("KABEL…")
    assert count_lines(name) == 2
    assert below == "Rp3.150/BKS · stok 3"


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
names = st.lists(words, min_size=1, max_size=12).map(" ".join)
prices = st.lists(
    st.tuples(
        st.sampled_from(["PCS", "BUNGKUS BESAR", "DUS"]), st.sampled_from(["1", "12.5", "40", None]),
        st.sampled_from([None, 1, 2]), st.sampled_from([None, "11", "39"]),
        st.none() | st.decimals("0", "999999999.99", places=2).map(str),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    name=names, rows=prices, stock=st.none() | st.decimals("-99999", "99999999", places=2), sold=st.booleans(),
    discounts=st.sampled_from([(), (TENTH,)]), gifts=st.sampled_from([(), (GIFT,)]),
    rounding=st.sampled_from([None, 500]),
)  # fmt: skip
def test_no_product_takes_more_than_three_lines_and_every_amount_is_paid(
    name: str, rows: list[Row], stock: Decimal | None, sold: bool, discounts: tuple[Discount, ...],
    gifts: tuple[Promotion, ...], rounding: int | None,
) -> None:  # fmt: skip
    product = a_product(*rows, name=name, stok=stock, dijual=sold, discounts=discounts, promotions=gifts)
    text = unescape(re.sub("<[^>]+>", "", hit(product, 1, rounding)))
    assert count_lines(text) <= 3
    below = text.split("\n")[-1]
    shown = {Decimal(found.replace(".", "").replace(",", ".")) for found in re.findall(r"Rp([\d.,]*\d)", below)}
    paid = {shown_amount(price, product, rounding) for price in product.prices}
    listed = {shown_amount(price, a_product(*rows), rounding) for price in product.prices}
    assert shown <= paid | (listed if "dari" in below else set())


@given(before=st.sampled_from(["", "1. ", "10. "]), text=names, most=st.integers(1, 3))
def test_a_shortened_text_takes_no_more_lines_and_is_as_long_as_it_may(before: str, text: str, most: int) -> None:
    shown = shorten_to_lines(before, text, most)
    assert count_lines(before + shown) <= most
    assert (shown == text) == (count_lines(before + text) <= most)


@given(text=names)
def test_lines_are_wrapped_between_words_and_long_words_anywhere(text: str) -> None:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(f"{lines[-1]} {word}") > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
        while len(lines[-1]) > WIDTH:
            lines[-1:] = [lines[-1][:WIDTH], lines[-1][WIDTH:]]
    assert count_lines(text) == len(lines)
