"""Amounts are formatted as Indonesians write them."""

from decimal import Decimal

import pytest

from toko_core.catalog.products import Price
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.prices.labels import label_groups, label_key, label_payers, label_prices
from toko_core.prices.payable import group_prices, usual_price
from toko_core.text import quantity, rupiah


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "Rp0"),
        ("500", "Rp500"),
        ("12500.0000", "Rp12.500"),
        ("1234567.8900", "Rp1.234.567,89"),
        ("1E+4", "Rp10.000"),
    ],
)
def test_rupiah_are_formatted_in_indonesian_notation(amount: str, written: str) -> None:
    assert rupiah(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("number", "written"), [("40.000", "40"), ("0.250", "0,25"), ("1000", "1.000"), ("-3.5", "-3,5")]
)
def test_quantities_are_formatted_without_trailing_zeros(number: str, written: str) -> None:
    assert quantity(Decimal(number)) == written


def a_price(amount: str | None, level: int | None = None) -> Price:
    return Price("PCS", Decimal(1), level, None, None, None if amount is None else Decimal(amount))


def group(name: str, level: int, *percents: str) -> CustomerGroup:
    return CustomerGroup(name, level, tuple(map(Decimal, percents)))


UMUM, GROSIR, MEMBER = group("Umum", 1), group("Grosir", 2), group("Member", 1, "5")


@pytest.mark.parametrize(
    ("amount", "percents", "rounding", "paid"),
    [
        ("10000", ["5"], None, "9500"),
        ("10001", ["5"], None, "9501"),  # 9500.95
        ("10010", ["5"], None, "9510"),  # 9509.5: half up
        ("10000", ["10", "5", "2.5", "1"], None, "8253"),  # 8252.8875
        ("10001", ["5"], 100, "9600"),
        ("10000", ["5"], 500, "9500"),
        ("99999999999999.9999", ["0.001"], None, "99999000000000"),
    ],
)
def test_a_group_pays_the_exact_price_less_its_percents_rounded_once(
    amount: str, percents: list[str], rounding: int | None, paid: str
) -> None:
    (found,) = group_prices(a_price(amount), [group("X", 7, *percents)], rounding)
    assert found.amount == Decimal(paid)


def test_groups_with_the_same_percents_share_a_line_and_others_of_another_level_have_none() -> None:
    groups = [MEMBER, group("VIP", 1, "5"), group("Toko", 2, "5"), group("Emas", 1, "10", "2.5"), UMUM]
    assert [(label_payers(paid), paid.amount) for paid in group_prices(a_price("1000", 1), groups, None)] == [
        ("Member/VIP −5%", Decimal(950)), ("Emas −10% −2,5%", Decimal(878)),
    ]  # fmt: skip
    assert [label_payers(paid) for paid in group_prices(a_price("1000", 2), groups, None)] == ["Toko −5%"]


@pytest.mark.parametrize("amount", [None, "0", "0.3"])
def test_no_group_pays_nothing(amount: str | None) -> None:
    assert group_prices(a_price(amount), [MEMBER], None) == []


def test_levels_have_the_names_of_the_groups_that_pay_them() -> None:
    groups = [UMUM, MEMBER, GROSIR, group("Toko", 2), group("Agen", 4, "3")]
    prices = [a_price("1", level) for level in (1, 2, 3, 4)]
    assert [label for label, _ in label_prices(prices, groups)] == [
        "PCS Umum", "PCS Grosir/Toko", "PCS level 3", "PCS Agen",
    ]  # fmt: skip
    assert [label for label, _ in label_prices(prices)] == ["PCS level 1", "PCS level 2", "PCS level 3", "PCS level 4"]
    assert next(label_prices(prices, [MEMBER]))[0] == "PCS level 1", "customers without a group pay it too"
    assert label_key("PCS", 2, None, groups) == "PCS Grosir/Toko"


def test_a_level_of_which_every_group_gets_a_percent_is_paid_by_nobody() -> None:
    agents = [MEMBER, GROSIR, group("Agen", 4, "3")]
    paid = usual_price(a_price("1000", 4), agents, None)
    assert paid is not None
    assert (label_payers(paid), paid.amount) == ("Agen −3%", Decimal(970))
    assert [usual_price(a_price("1000", level), agents, None) for level in (None, 1, 2, 3)] == [None] * 4


@pytest.mark.parametrize("count", range(1, 30))
def test_a_label_of_any_number_of_groups_is_short_and_counts_them_all(count: int) -> None:
    label = label_groups([f"Pelanggan {number}" for number in range(count)])
    assert len(label) <= 16
    *named, last = label.split("/")
    more = int(last.removeprefix("+")) if last.startswith("+") else 1
    assert len(named) + more == count


@pytest.mark.parametrize(
    ("satuan", "limits", "labels"),
    [
        ("BKS", ["11", "39", None], ["BKS 1–11", "BKS 12–39", "BKS 40+"]),
        ("BKS", ["11", "39", "100"], ["BKS 1–11", "BKS 12–39", "BKS 40+"]),
        ("PCS", ["1", "2", "999"], ["PCS 1", "PCS 2", "PCS 3+"]),
        ("PCS", ["999", "9999", None], ["PCS 1–999", "PCS 1.000–9.999", "PCS 10.000+"]),
        ("KG", ["11", "39", None], ["KG s.d. 11", "KG s.d. 39", "KG >39"]),
        ("Ltr.", ["5", None], ["Ltr. s.d. 5", "Ltr. >5"]),
        ("M", ["10", None], ["M s.d. 10", "M >10"]),
        ("PCS", ["0.5", "11", None], ["PCS s.d. 0,5", "PCS s.d. 11", "PCS 12+"]),
        ("PCS", ["11"], ["PCS"]),
        ("PCS", [None], ["PCS"]),
    ],
)
def test_tiers_are_labelled_by_the_quantities_that_they_apply_to(
    satuan: str, limits: list[str | None], labels: list[str]
) -> None:
    prices = [
        Price(satuan, Decimal(1), None, None if limit is None else Decimal(limit), None, Decimal(1000))
        for limit in limits
    ]
    assert [label for label, _ in label_prices(prices)] == labels


def test_a_unit_has_its_size_in_brackets() -> None:
    assert [label for label, _ in label_prices([Price("DUS ", Decimal(40), 2, None, None, Decimal(1))])] == [
        "DUS(40) level 2"
    ]
    assert [label for label, _ in label_prices([Price("LSN", None, None, None, None, Decimal(1))])] == ["LSN(?)"]
