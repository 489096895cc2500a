"""The worked cases as they lie in the sample shop: the inputs, word for word."""

from decimal import Decimal

from toko_assets.sample.shop import build_shop

SHOP = build_shop(20, 1)
ITEMS = {item.kodeitem: item for item in SHOP.tbl_item}


def prices(code: str) -> list[tuple[str, int, int, int]]:
    rows = [row for row in SHOP.tbl_itemhj if row.kodeitem == code]
    return [(row.satuan, row.level, int(row.jmlsampai), int(row.hargajual or 0)) for row in rows]


def units(code: str) -> list[tuple[str, Decimal, Decimal | None]]:
    return [(row.satuan, row.jumlahkonv, row.hargapokok) for row in SHOP.tbl_itemsatuanjml if row.kodeitem == code]


def test_every_case_has_the_price_system_of_the_table() -> None:
    systems = [ITEMS[f"KASUS-{number:02d}"].sistemhargajual for number in range(1, 21)]
    assert systems == [
        "O",
        "o ",
        "S",
        "S",
        "L",
        "L",
        "J",
        "J",
        "J",
        "S",
        "S",
        None,
        "S",
        "O",
        "O",
        "J",
        "S",
        "L",
        "S",
        None,
    ]


def test_costs_and_fixed_prices_are_those_of_the_table() -> None:
    assert {item.hargapokok for item in SHOP.tbl_item} == {Decimal(2500)}
    fixed = {code[-2:]: item.hargajual1 for code, item in ITEMS.items() if item.hargajual1}
    assert fixed == dict.fromkeys(("01", "02", "09", "14", "15"), Decimal(3000))


def test_cases_with_a_carton_have_it_with_its_cost() -> None:
    carton = [("PCS", Decimal(1), Decimal(2500)), ("DUS", Decimal(40), Decimal(98000))]
    assert [code[-2:] for code in sorted(ITEMS) if units(code) == carton] == ["01", "03"]
    assert all(units(code) == carton[:1] for code in ITEMS if code[-2:] not in ("01", "03"))


def test_price_rows_are_those_of_the_table() -> None:
    assert prices("KASUS-01") == prices("KASUS-09") == prices("KASUS-10") == []
    assert prices("KASUS-02") == [("PCS", 0, 0, 9999)]
    assert prices("KASUS-03") == [("PCS", 0, 0, 3000), ("DUS", 0, 0, 115000)]
    assert prices("KASUS-05") == [("PCS", 1, 0, 3000), ("PCS", 2, 0, 2900), ("PCS", 0, 0, 5)]
    assert prices("KASUS-06") == [("PCS", 0, 0, 3000)]
    assert prices("KASUS-07") == [("PCS", 0, 11, 3000), ("PCS", 0, 39, 2900), ("PCS", 0, 0, 7)]
    assert prices("KASUS-08") == [("PCS", 0, 0, 3000)]
    assert prices("KASUS-11") == [("PCS", 0, 0, 0), ("DUS", 0, 0, 115000)]
    assert prices("KASUS-12") == [("PCS", 1, 0, 3000), ("PCS", 2, 0, 2900)]
    assert prices("KASUS-13") == [("PCS", 0, 0, 3000)]
    assert prices("KASUS-16") == [("PCS", 0, 9999, 16000), ("PCS", 1, 0, 13000), ("PCS", 2, 0, 12500)]
    assert prices("KASUS-17") == [
        ("PCS", 0, 0, 16000),
        ("PCS", 1, 0, 13000),
        ("PCS", 3, 0, 11000),
        ("DUS", 0, 12, 90000),
    ]
    assert prices("KASUS-18") == [("PCS", 1, 0, 16000), ("PCS", 2, 0, 15500), ("DUS", 0, 12, 90000)]
    assert prices("KASUS-19") == [("PCS", 0, 0, 3000), ("DUS", 0, 0, 115000)]
    assert prices("KASUS-20") == [("PCS", 1, 0, 3000)]


def test_price_rows_are_marked_with_the_system_of_the_table() -> None:
    systems = {code[-2:]: [row.tipehj for row in SHOP.tbl_itemhj if row.kodeitem == code] for code in ITEMS}
    assert systems["03"] == systems["04"] == ["S", "S"]
    assert systems["07"] == ["J", "J", "J"]
    assert [systems[case] for case in ("16", "17", "18")] == [["J", "L", "L"], ["S", "L", "L", "J"], ["L", "L", "J"]]
    assert (systems["19"], systems["20"]) == (["N", ""], ["L"])


def test_rows_of_another_system_are_newer_than_those_in_force() -> None:
    for code in ("KASUS-16", "KASUS-17"):
        own, *others = [row for row in SHOP.tbl_itemhj if row.kodeitem == code]
        assert all(own.dateupd < other.dateupd for other in others)


def test_the_twice_priced_unit_is_older_in_small_letters_on_monday_and_newer_on_tuesday() -> None:
    older, newer = [row for row in SHOP.tbl_itemhj if row.kodeitem == "KASUS-04"]
    assert (older.satuan, older.hargajual, older.dateupd.strftime("%A")) == ("pcs ", Decimal(3000), "Monday")
    assert (newer.satuan, newer.hargajual, newer.dateupd.strftime("%A")) == ("PCS", Decimal(3100), "Tuesday")


def test_the_deleted_the_unsold_and_the_badly_typed_item_are_what_the_table_says() -> None:
    assert ITEMS["KASUS-13"].statushapus == "Y"
    assert ITEMS["KASUS-14"].statusjual == "N"
    assert ITEMS["KASUS-15"].namaitem == "  TEH \t PUCUK  350ML "
