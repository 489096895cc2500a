"""The names of codes: cleaned, found whatever the letter case, and left out if they say nothing."""

from collections.abc import Sequence

import pandas as pd
import pytest

from tests.toko_assets.ipos.test_pricing import frame
from toko_assets.ipos import source_tables as source
from toko_assets.ipos.pricing import PricedShop, price_shop
from toko_assets.ipos.reference.names import LONGEST_NAME, name_codes
from toko_assets.ipos.source_tables import SourceTables

Pair = tuple[str | None, str | None]


def a_shop(*categories: str | None) -> PricedShop:
    """One item of each category, in PCS, with stock in the branch UTM."""
    items = [
        {"kodeitem": f"{number}", "namaitem": "X", "satuan": "PCS", "sistemhargajual": "O", "hargajual1": 1,
         "jenis": category, "merek": "tome", "statusjual": "Y", "statushapus": "N"}
        for number, category in enumerate(categories)
    ]  # fmt: skip
    return price_shop(
        SourceTables(
            frame(source.ITEMS, items),
            frame(source.UNITS, []),
            frame(source.PRICES, []),
            frame(source.STOCK, [{"kodeitem": "0", "kantor": " utm", "stok": 1}]),
            pd.DataFrame(),
        )
    )


def names(shop: PricedShop, **rows: Sequence[Pair]) -> list[tuple[str, ...]]:
    tables = {
        kind: pd.DataFrame(rows.get(kind, []), columns=["code", "name"], dtype="str")
        for kind in ("jenis", "merek", "satuan", "kantor")
    }
    return list(name_codes(shop, tables).itertuples(index=False, name=None))


def test_codes_of_every_kind_are_named() -> None:
    found = names(
        a_shop("MNM"),
        jenis=[("MNM", "MINUMAN")], merek=[("tome", "MEDYA")], satuan=[("PCS", "Pieces")], kantor=[("UTM", "Toko")],
    )  # fmt: skip
    assert found == [
        ("jenis", "MNM", "MINUMAN"), ("merek", "tome", "MEDYA"), ("satuan", "PCS", "Pieces"), ("kantor", "UTM", "Toko"),
    ]  # fmt: skip


def test_a_code_is_found_whatever_its_letter_case_and_blanks_and_kept_as_the_item_has_it() -> None:
    found = names(a_shop("mnm", "MNM", "es  krim"), jenis=[(" Mnm ", "MINUMAN"), ("ES KRIM", "BEKU")])
    assert found == [("jenis", "MNM", "MINUMAN"), ("jenis", "es krim", "BEKU"), ("jenis", "mnm", "MINUMAN")]


@pytest.mark.parametrize("name", [None, "", " \t ", "\x07", "MNM", " mnm "])
def test_a_name_that_is_empty_or_the_code_is_ignored(name: str | None) -> None:
    assert names(a_shop("MNM"), jenis=[("MNM", name)]) == []


def test_of_several_names_of_a_code_the_first_that_says_something_counts() -> None:
    pairs = [("mnm", "Kedua"), ("MNM", "Pertama"), ("MNM", ""), ("MNM", "mnm")]
    assert names(a_shop("MNM"), jenis=pairs) == names(a_shop("MNM"), jenis=pairs[::-1]) == [("jenis", "MNM", "Pertama")]


def test_a_name_is_cleaned_as_product_names_are_and_never_long() -> None:
    found = names(a_shop("A", "B"), jenis=[("A", "  MINUMAN \t <DINGIN>\x07 "), ("B", "x" * 9999)])
    assert found == [("jenis", "A", "MINUMAN <DINGIN>"), ("jenis", "B", "x" * LONGEST_NAME)]


def test_names_of_codes_that_no_item_has_are_left_out() -> None:
    assert names(a_shop(None, "A"), jenis=[("B", "BAHAN"), (None, "KOSONG"), ("", "KOSONG")]) == []
