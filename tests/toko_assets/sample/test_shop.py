"""The sample shop: exact in size, repeatable, plausible in its prices, and dirty in every way that real shops are."""

import hashlib
import io
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest
from PIL import Image, UnidentifiedImageError

from toko_assets.sample.items import TODAY, ean13
from toko_assets.sample.optional.item_fields import IMPORT, PHONE
from toko_assets.sample.shop import Shop, build_shop
from toko_assets.sample.table_rows import ItemRow, PriceRow, UnitRow

SMALL = 500
BIG = 5_000


@cache
def shop(products: int, seed: int = 1) -> Shop:
    return build_shop(products, seed)


def prices_of(found: Shop) -> dict[str, list[PriceRow]]:
    """The rows that count: those of the item's system. An item of no known system has that of its first row."""
    systems = {item.kodeitem: normal(item.sistemhargajual) for item in found.tbl_item}
    rows: dict[str, list[PriceRow]] = defaultdict(list)
    for row in found.tbl_itemhj:
        own = systems.get(row.kodeitem, "")
        own = own if own in set("OSLJ") else normal((rows[row.kodeitem] or [row])[0].tipehj)
        if own != "O" and (normal(row.tipehj) == own or normal(row.tipehj) not in set("SLJ")):
            rows[row.kodeitem].append(row)
    return rows


def stale_rows(found: Shop) -> list[PriceRow]:
    """Rows that are marked with another system than their item's."""
    systems = {item.kodeitem: normal(item.sistemhargajual) for item in found.tbl_item}
    return [
        row
        for row in found.tbl_itemhj
        if normal(row.tipehj) in set("SLJ") - {systems.get(row.kodeitem, normal(row.tipehj))}
    ]


def units_of(found: Shop) -> dict[str, list[UnitRow]]:
    rows: dict[str, list[UnitRow]] = defaultdict(list)
    for row in found.tbl_itemsatuanjml:
        rows[row.kodeitem].append(row)
    return rows


def normal(text: str | None) -> str:
    return (text or "").strip().upper()


@pytest.mark.parametrize("products", [20, 21, 60, SMALL, BIG])
def test_a_shop_has_exactly_the_products_asked_for_and_the_worked_cases_among_them(products: int) -> None:
    codes = [item.kodeitem for item in shop(products).tbl_item]
    assert len(codes) == len(set(codes)) == products
    assert {f"KASUS-{number:02d}" for number in range(1, 21)} <= set(codes)


def test_a_shop_too_small_for_the_worked_cases_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 20 products"):
        build_shop(19, 1)


def test_the_same_seed_gives_the_same_shop_whatever_the_hash_seed_of_the_process() -> None:
    program = (
        "import hashlib; from toko_assets.sample.shop import build_shop;"
        "print(hashlib.sha256(repr(build_shop(600, 3)).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("0", "4242")
    }
    assert seen == {hashlib.sha256(repr(build_shop(600, 3)).encode()).hexdigest()}
    assert build_shop(600, 3) != build_shop(600, 4)


def test_keys_are_unique_as_ipos_keeps_them() -> None:
    found = shop(BIG)
    for keys in (
        [row.iddetail for row in found.tbl_itemsatuanjml],
        [row.iddetail for row in found.tbl_itemhj],
        [(row.kodeitem, row.kantor) for row in found.tbl_itemstok],
        [row.jenis for row in found.tbl_itemjenis],
        [row.merek for row in found.tbl_itemmerek],
        [row.satuan for row in found.tbl_itemsatuan],
    ):
        assert len(keys) == len(set(keys))


def test_every_code_of_a_category_brand_or_branch_has_a_name_and_some_names_differ() -> None:
    found = shop(BIG)
    categories = {row.jenis: row.ketjenis for row in found.tbl_itemjenis}
    brands = {row.merek: row.ketmerek for row in found.tbl_itemmerek}
    assert {item.jenis for item in found.tbl_item if item.jenis} <= categories.keys()
    assert {item.merek for item in found.tbl_item if item.merek} <= brands.keys()
    assert {row.kantor for row in found.tbl_itemstok} <= {row.kodekantor for row in found.tbl_kantor}
    assert categories["MNM"] == "MINUMAN"
    assert 0.1 < sum(normal(name) != code for code, name in brands.items()) / len(brands) < 0.3


def test_some_items_have_percents_of_their_own_for_a_group() -> None:
    found = shop(BIG)
    assert {row.kodegrup for row in found.tbl_itempotongan} <= {row.kgrup for row in found.tbl_supelgrup}
    assert {row.kodeitem for row in found.tbl_itempotongan} <= {item.kodeitem for item in found.tbl_item}
    assert len({(row.pot1, row.pot2) for row in found.tbl_itempotongan}) > 2


def test_a_shop_has_remarks_a_phone_with_serial_numbers_a_price_in_dollars_and_suppliers() -> None:
    found = shop(BIG)
    items = {item.namaitem: item for item in found.tbl_item}
    assert sum(bool(item.keterangan and item.keterangan.startswith("cocok")) for item in found.tbl_item) > 2
    serials = found.tbl_itemserial
    assert {row.kodeitem for row in serials} == {items[PHONE].kodeitem}
    assert [row.tipe for row in serials] == ["BL", "BL", "BL", "KSR"]
    assert {row.kodekantor for row in serials} <= {row.kodekantor for row in found.tbl_kantor}
    assert [item.namaitem for item in found.tbl_item if item.matauang == "USD"] == [IMPORT]
    assert {row.matauang for row in found.tbl_matauang} == {"IDR", "USD"}
    assert {item.supplier1 for item in found.tbl_item if item.supplier1} <= {row.kode for row in found.tbl_supel}
    assert sum(item.stokmin > 0 for item in found.tbl_item if item.stokmin) > BIG / 4


def test_no_amount_is_negative() -> None:
    found = shop(BIG)
    for _, rows in found.tables():
        for row in rows:
            assert all(not isinstance(value, Decimal) or value >= 0 for value in row), row


def test_the_check_digit_is_that_of_a_known_barcode() -> None:
    assert ean13("400638133393") == "4006381333931"


def test_thirteen_digit_barcodes_have_valid_check_digits() -> None:
    barcodes = [row.kodebarcode or "" for row in shop(BIG).tbl_itemsatuanjml]
    indonesian = [barcode for barcode in barcodes if barcode.startswith("899")]
    assert len(indonesian) > BIG * 0.6
    assert all(len(barcode) == 13 and ean13(barcode[:12]) == barcode for barcode in indonesian)


def test_some_units_have_several_barcodes_and_some_none() -> None:
    counts = Counter((row.kodeitem, row.satuan) for row in shop(BIG).tbl_itemsatuanjml if row.kodebarcode)
    assert max(counts.values()) >= 3
    assert sum(not row.kodebarcode for row in shop(BIG).tbl_itemsatuanjml) > BIG * 0.1


def test_all_four_price_systems_are_common() -> None:
    counts = Counter(item.sistemhargajual for item in shop(BIG).tbl_item)
    assert all(counts[system] > BIG * 0.08 for system in "JSLO")


def test_one_or_two_of_a_hundred_sold_items_have_no_price_and_few_sell_below_cost() -> None:
    found, prices = shop(BIG), prices_of(shop(BIG))
    sold = [item for item in found.tbl_item if normal(item.statusjual) != "N" and normal(item.statushapus) != "Y"]
    unpriced = [
        item for item in sold if all(not row.hargajual for row in prices[item.kodeitem]) and not item.hargajual1
    ]
    assert 0.005 < len(unpriced) / len(sold) < 0.04
    below = [item for item in sold if any(is_below_cost(item, row) for row in prices[item.kodeitem])]
    assert 0.005 < len(below) / len(sold) < 0.04


def test_a_carton_costs_less_than_its_pieces_and_a_higher_level_less_than_a_lower() -> None:
    found, prices, units = shop(BIG), prices_of(shop(BIG)), units_of(shop(BIG))
    cheaper = dearer = 0
    for item in found.tbl_item:
        conversions = {row.satuan: row.jumlahkonv for row in units[item.kodeitem]}
        first = [row for row in prices[item.kodeitem] if row.level <= 1 and row.jmlsampai == 0 and row.hargajual]
        pieces = [row.hargajual for row in first if row.satuan == item.satuan]
        for row in first:
            if row.satuan != item.satuan and row.satuan in conversions and pieces and row.hargajual and pieces[0]:
                cheap = row.hargajual < pieces[0] * conversions[row.satuan]
                cheaper, dearer = cheaper + cheap, dearer + (not cheap)
    assert cheaper > 20 * dearer
    assert cheaper > 500


def test_a_third_of_the_items_has_rows_of_another_system_and_some_are_newer() -> None:
    found, own = shop(BIG), prices_of(shop(BIG))
    stale = [row for row in stale_rows(found) if not row.kodeitem.startswith("KASUS")]
    assert 0.30 * BIG < len({row.kodeitem for row in stale}) < 0.40 * BIG
    newer = [row for row in stale if own[row.kodeitem] and row.dateupd > max(r.dateupd for r in own[row.kodeitem])]
    assert len({row.kodeitem for row in newer}) > 0.05 * BIG
    same = sum(row.hargajual in {r.hargajual for r in own[row.kodeitem]} for row in stale)
    assert same < 0.02 * len(stale), "only rows of the few items whose rows name no system"


def test_dates_lie_before_the_evening_of_the_backup() -> None:
    found = shop(BIG)
    dates = [row.dateupd for row in found.tbl_item] + [row.dateupd for row in found.tbl_itemhj]
    assert max(dates) <= TODAY
    assert min(dates).year >= 2021


def test_a_tenth_of_the_items_has_a_photo_and_two_of_these_are_none() -> None:
    photos = [item.gambar for item in shop(BIG).tbl_item if item.gambar]
    assert 0.08 * BIG < len(photos) < 0.12 * BIG
    kinds: Counter[str | None] = Counter()
    sizes = set()
    for photo in set(photos):
        try:
            with Image.open(io.BytesIO(photo)) as picture:
                picture.load()
                kinds[picture.format] += 1
                sizes.add(picture.size)
        except (UnidentifiedImageError, OSError):
            kinds["no picture"] += 1
    assert kinds["JPEG"] > 20
    assert kinds["PNG"] >= 1
    assert kinds["no picture"] == 2
    assert (1000, 1000) in sizes


def is_below_cost(item: ItemRow, row: PriceRow) -> bool:
    return bool(row.satuan == item.satuan and row.hargajual and item.hargapokok and row.hargajual > 100) and (
        row.hargajual or 0
    ) < (item.hargapokok or 0)


def dirty_items(test: Callable[[ItemRow], bool]) -> Callable[[Shop], int]:
    return lambda found: sum(test(item) for item in found.tbl_item if not item.kodeitem.startswith("KASUS"))


def dirty_rows(test: Callable[[ItemRow, list[PriceRow], list[UnitRow]], bool]) -> Callable[[Shop], int]:
    def count(found: Shop) -> int:
        prices, units = prices_of(found), units_of(found)
        return sum(
            test(item, prices[item.kodeitem], units[item.kodeitem])
            for item in found.tbl_item
            if not item.kodeitem.startswith("KASUS")
        )

    return count


def named(part: str) -> Callable[[Shop], int]:
    return dirty_items(lambda item: part in (item.namaitem or ""))


def orphans(found: Shop) -> int:
    known = {item.kodeitem for item in found.tbl_item}
    tables = (found.tbl_itemsatuanjml, found.tbl_itemhj, found.tbl_itemstok)
    return min(len({row.kodeitem for row in table} - known) for table in tables)


def barcodes_on_two_items(found: Shop) -> int:
    owners: dict[str, set[str]] = defaultdict(set)
    for row in found.tbl_itemsatuanjml:
        if row.kodebarcode:
            owners[row.kodebarcode].add(row.kodeitem)
    return sum(len(codes) > 1 for codes in owners.values())


def items_in_several_branches(found: Shop) -> int:
    return sum(count > 1 for count in Counter(row.kodeitem for row in found.tbl_itemstok).values())


def fixed_items(found: Shop) -> set[str]:
    return {item.kodeitem for item in found.tbl_item if item.sistemhargajual == "O"}


def has_twice(rows: list[PriceRow]) -> bool:
    keys = Counter((normal(row.satuan), row.level, row.jmlsampai) for row in rows)
    dates = {row.dateupd for row in rows}
    return len(dates) > 1 and any(count > 1 for count in keys.values())


DIRT: dict[str, Callable[[Shop], int]] = {
    "double blanks": named("  "),
    "trailing blanks": dirty_items(lambda item: (item.namaitem or "").endswith(" ")),
    "tabs": named("\t"),
    "line breaks": named("\r\n"),
    "control characters": named("\x1f"),
    "<": named("<"),
    "&": named("&"),
    "*": named("*"),
    "_": named("_"),
    "backslash": named("\\"),
    "mixed case": dirty_items(lambda item: not (item.namaitem or "X").isupper()),
    "not ASCII": dirty_items(lambda item: not (item.namaitem or "").isascii()),
    "empty names": dirty_items(lambda item: not normal(item.namaitem)),
    "null prices": dirty_rows(lambda _, prices, __: any(row.hargajual is None for row in prices)),
    "zero prices": dirty_rows(lambda _, prices, __: any(row.hargajual == 0 for row in prices)),
    "below cost": dirty_rows(lambda item, prices, _: any(is_below_cost(item, row) for row in prices)),
    "price of an unknown unit": dirty_rows(
        lambda _, prices, units: bool({normal(row.satuan) for row in prices} - {normal(row.satuan) for row in units})
    ),
    "unit without a price": dirty_rows(
        lambda item, prices, units: (
            item.sistemhargajual == "S"
            and bool(prices)
            and bool({normal(row.satuan) for row in units} - {normal(row.satuan) for row in prices})
        )
    ),
    "same price twice with other dates": dirty_rows(lambda _, prices, __: has_twice(prices)),
    "units that differ in case or blanks": dirty_rows(
        lambda _, prices, units: bool(
            {row.satuan for row in prices if row.satuan != normal(row.satuan)} - {row.satuan for row in units}
        )
    ),
    "level 0 among levels": dirty_rows(
        lambda item, prices, _: item.sistemhargajual == "L" and {0, 1} <= {row.level for row in prices}
    ),
    "jmlsampai 0 among limits": dirty_rows(
        lambda item, prices, _: item.sistemhargajual == "J" and len({bool(row.jmlsampai) for row in prices}) == 2
    ),
    "no rows for the system": dirty_rows(
        lambda item, prices, _: normal(item.sistemhargajual) in set("SLJ") and not prices
    ),
    "system O without rows": lambda found: len(fixed_items(found) - {row.kodeitem for row in found.tbl_itemhj}),
    "system O with rows": lambda found: len(fixed_items(found) & {row.kodeitem for row in found.tbl_itemhj}),
    "system null": dirty_items(lambda item: item.sistemhargajual is None),
    "system unknown": dirty_items(
        lambda item: item.sistemhargajual is not None and normal(item.sistemhargajual) not in set("JSLO")
    ),
    "system in small letters": dirty_items(lambda item: (item.sistemhargajual or "").islower()),
    "deleted with prices": dirty_rows(lambda item, prices, _: normal(item.statushapus) == "Y" and bool(prices)),
    "sale N": dirty_items(lambda item: item.statusjual == "N"),
    "sale null": dirty_items(lambda item: item.statusjual is None),
    "sale empty": dirty_items(lambda item: item.statusjual == ""),
    "sale 'y '": dirty_items(lambda item: item.statusjual == "y "),
    "no category": dirty_items(lambda item: not item.jenis),
    "no cost": dirty_items(lambda item: not item.hargapokok),
    "cost with twenty decimals": dirty_items(lambda item: (item.hargapokok or Decimal(0)).as_tuple().exponent == -20),
    "one barcode on two items": barcodes_on_two_items,
    "odd barcodes": lambda found: sum(
        (row.kodebarcode or "").startswith(("0", " ")) for row in found.tbl_itemsatuanjml
    ),
    "several branches": items_in_several_branches,
    "orphan rows": orphans,
    "rows of no system": lambda found: len(
        {row.kodeitem for row in found.tbl_itemhj if row.tipehj in ("N", "", None)} - {"KASUS-19"}
    ),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", DIRT)
def test_every_kind_of_dirt_occurs_even_in_a_small_shop(kind: str, seed: int) -> None:
    assert DIRT[kind](shop(SMALL, seed)) >= 1


@pytest.mark.parametrize(
    "kind", sorted(DIRT.keys() - {"system O without rows", "system O with rows", "several branches"})
)
def test_dirt_stays_rare_in_a_big_shop(kind: str) -> None:
    most = 0.5 if kind in ("mixed case", "cost with twenty decimals") else 0.06
    assert DIRT[kind](shop(BIG)) < most * BIG
