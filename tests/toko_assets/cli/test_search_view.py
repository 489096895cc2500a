"""Search results in terminals of any width."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from tests.toko_bot.bot.shop import Item, publish_shop
from toko_assets.cli.search_view import show_products, show_searches
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reference.discounts import Discount, Promotion
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.catalog.reference.periods import Period

LONG = "INDOMIE REAL MEAT GORENG SPECIAL RASA RENDANG PEDAS ISI 40 BUNGKUS UKURAN JUMBO 90GR EDISI LEBARAN"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def a_price(
    selling: str | None, cost: str | None = None, *, unit: str = "PCS", times: str | None = "1",
    level: int | None = None, up_to: str | None = None,
) -> Price:  # fmt: skip
    return Price(unit, _amount(times), level, _amount(up_to), _amount(cost), _amount(selling))


def a_product(name: str, *prices: Price, sold: bool = True) -> Product:
    return Product("KODE", name, None, None, sold, prices)


def shown(products: Sequence[Product], width: int) -> list[str]:
    """The lines that a terminal of this width gets."""
    out = io.StringIO()
    show_products(products, Console(file=out, width=width))
    return out.getvalue().splitlines()


SHOP = [
    a_product("TEH PUCUK 350ML", a_price("3000", "2500")),
    a_product(
        "SABUN LUX 85G", a_price("3750", "3150"), a_price("172500", "149999.5", unit="DUS", times="48"), sold=False
    ),
    a_product("GULA GULAKU 1KG", a_price("17250", "14500", level=1), a_price("16900", "14500", level=2)),
    a_product("MIE", a_price("3100", up_to="11"), a_price("2999.5", up_to="39")),
    a_product("KOPI [bold]KAPAL[/bold] API", a_price(None), a_price("9000", unit="LSN", times=None)),
]


def test_a_remark_stands_below_the_name() -> None:
    out = io.StringIO()
    show_products(SHOP[:2], Console(file=out, width=80), notes=[[], ["mandi [b]& cuci[/b]"]])
    lines = out.getvalue().splitlines()
    assert lines[lines.index("SABUN LUX 85G (not sold)") + 1] == "  mandi [b]& cuci[/b]"
    assert lines[lines.index("TEH PUCUK 350ML") + 1].startswith("  PCS")


def test_at_80_columns_prices_stand_in_columns_below_the_name() -> None:
    assert shown(SHOP, 80) == [
        "  Unit       Applies to              Price         Cost",
        "TEH PUCUK 350ML",
        "  PCS                              Rp3.000      Rp2.500",
        "SABUN LUX 85G (not sold)",
        "  PCS                              Rp3.750      Rp3.150",
        "  DUS (×48)                      Rp172.500  Rp149.999,5",
        "GULA GULAKU 1KG",
        "  PCS        level 1              Rp17.250     Rp14.500",
        "  PCS        level 2              Rp16.900     Rp14.500",
        "MIE",
        "  PCS        up to 11              Rp3.100",
        "  PCS        over 11             Rp2.999,5",
        "KOPI [bold]KAPAL[/bold] API",
        "  PCS                    harga belum diisi",
        "  LSN (×?)                         Rp9.000",
    ]


def test_levels_are_named_by_groups_and_what_a_group_with_a_percent_pays_has_a_line() -> None:
    groups = (CustomerGroup("Umum", 1), CustomerGroup("Member", 1, (Decimal(5),)), CustomerGroup("Grosir", 2))
    tea = a_product("TEH", *(a_price(str(3100 - 100 * level), "2500", level=level) for level in (1, 2, 3)))
    assert shown([replace(tea, groups=groups)], 80) == [
        "  Unit  Applies to    Price     Cost",
        "TEH",
        "  PCS   Umum        Rp3.000  Rp2.500",
        "        Member −5%  Rp2.850",
        "  PCS   Grosir      Rp2.900  Rp2.500",
        "  PCS   level 3     Rp2.800  Rp2.500",
    ]


def test_discounts_have_a_line_below_their_price_and_promotions_below_the_product() -> None:
    month = Period(datetime(2026, 11, 1), datetime(2026, 12, 1))
    discounts = (
        Discount("D1", "PCS", None, 0, Decimal(0), (Decimal(10), Decimal("2.5")), month),
        Discount("D2", None, "GR", 1, Decimal(500), ()),
    )
    promotions = (
        Promotion("P1", "PCS", Decimal(2), None, Decimal(1), "PCS", repeats=False, price=None, period=month),
        Promotion("P2", None, Decimal(3), None, Decimal(1), None, repeats=True, price=Decimal(1000)),
    )
    tea = a_product("TEH", a_price("10001", "2500"), a_price("95000", unit="DUS", times="12"))
    groups = (CustomerGroup("Umum", 1, code="UM"), CustomerGroup("Grosir", 1, code="GR"))
    assert shown([replace(tea, groups=groups, discounts=discounts, promotions=promotions)], 80) == [
        "  Unit       Applies to                        Price     Cost",
        "TEH",
        "  PCS                                       Rp10.001  Rp2.500",
        "             diskon 10% + 2,5% s.d. 30 Nov   Rp8.776",
        "             Grosir diskon Rp500             Rp9.501",
        "  DUS (×12)                                 Rp95.000",
        "             Grosir diskon Rp500            Rp94.500",
        "  beli 2 PCS gratis 1 PCS s.d. 30 Nov",
        "  beli 3 tebus murah Rp1.000: 1 (berlaku kelipatan)",
    ]


def test_a_search_with_a_discount_says_how_old_the_data_is(tmp_path: Path) -> None:
    tea = Item("TEH1", "TEH CELUP", [("KTK", "1", None, None, "1", "8000")])
    coffee = Item("KOPI1", "KOPI TUBRUK", [("PCS", "1", None, None, "1", "10000")])
    reference = {"discounts": [{"kodeitem": "TEH1", "iddiskon": "D1", "rupiah": Decimal(0), "pot1": Decimal(10)}]}
    publish_shop(tmp_path, [tea, coffee], reference=reference)
    out = io.StringIO()
    console = Console(file=out, width=80)
    show_searches(tmp_path, ["teh celup"], 1, console, ZoneInfo("Asia/Jakarta"))
    assert "diskon 10%" in out.getvalue()
    assert "Discounts and promotions as of the backup of " in out.getvalue()
    assert out.getvalue().splitlines()[-1].endswith(" WIB.")
    out.truncate(0)
    show_searches(tmp_path, ["kopi tubruk"], 1, console, ZoneInfo("Asia/Jakarta"))
    assert "Rp10.000" in out.getvalue()
    assert "as of" not in out.getvalue()


def test_a_wide_terminal_shows_the_same() -> None:
    assert shown(SHOP, 200) == shown(SHOP, 80)


def test_at_30_columns_what_a_price_applies_to_has_a_line_of_its_own() -> None:
    lines = shown(SHOP[2:4], 30)
    assert lines == [
        "  Unit      Price      Cost",
        "GULA GULAKU 1KG",
        "  PCS    Rp17.250  Rp14.500",
        "    level 1",
        "  PCS    Rp16.900  Rp14.500",
        "    level 2",
        "MIE",
        "  PCS     Rp3.100",
        "    up to 11",
        "  PCS   Rp2.999,5",
        "    over 11",
    ]


def test_where_no_price_has_a_level_or_quantity_there_is_no_column_for_it() -> None:
    assert shown(SHOP[:1], 80) == ["  Unit    Price     Cost", "TEH PUCUK 350ML", "  PCS   Rp3.000  Rp2.500"]


@pytest.mark.parametrize(("width", "lines"), [(40, 3), (80, 2), (200, 1)])
def test_a_long_name_has_the_whole_width_and_breaks_between_words(width: int, lines: int) -> None:
    _, *name, price = shown([a_product(LONG, a_price("3000"))], width)
    assert len(name) == lines
    assert " ".join(line.strip() for line in name) == LONG
    assert max(map(len, name)) <= width
    assert price == "  PCS   Rp3.000"


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_price_is_ever_cut(width: int) -> None:
    huge = [
        a_price("99999999999999.9999", "88888888888888.8888", unit="KARTON BESAR SEKALI", times="12.5", level=level)
        for level in range(1, 4)
    ]
    text = "\n".join(shown([a_product(LONG, *huge)], width))
    assert text.count("Rp99.999.999.999.999,9999") == 3
    assert text.count("Rp88.888.888.888.888,8888") == 3
    assert text.count("KARTON BESAR SEKALI (×12,5)") == 3
    assert [text.count(f"level {level}") for level in range(1, 4)] == [1, 1, 1]


def test_a_product_without_any_price_shows_its_name() -> None:
    assert shown([a_product("KOSONG")], 80) == ["  Unit  Price  Cost", "KOSONG"]
