"""Computes the prices that a shop asks: iPOS's four price systems as one table, each price once.

The rules are numbered as in docs/pricing.md. Those marked (a) are our assumptions where no public source gives an
answer. A shop that knows better changes them here, `SOLD_MARKS` and `_units_to_check`, or in `rules/price_rows.py`.

All functions work on whole columns of exact decimals; 100,000 items take about a second.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.decimals import EXACT, above_zero, compare, filled, money
from toko_assets.ipos.decoding import clean_code, clean_name
from toko_assets.ipos.parts import orphans, parts, together
from toko_assets.ipos.rules.assumptions import FIXED, Assumption, note
from toko_assets.ipos.rules.currencies import in_rupiah
from toko_assets.ipos.rules.item_fields import FIELDS, item_fields
from toko_assets.ipos.rules.lookup import of_items, of_its_item
from toko_assets.ipos.rules.price_rows import listed_prices, price_systems, rows_in_force, stale_prices
from toko_assets.ipos.source_tables import LARGEST_MONEY, SourceTables
from toko_assets.ipos.text_columns import among, each
from toko_core.text import drop_controls, escape_controls

YES, NO = "Y", "N"
SOLD_MARKS: Final = ("", YES)
"""Rule 1 (a): values of statusjual for an item that is sold. Null counts as empty."""
MARKS: Final = (*SOLD_MARKS, NO)
"""Values of statusjual and statushapus whose meaning is known."""


@dataclass(frozen=True, slots=True)
class PricedShop:
    """The result of the rules. Frames are sorted by kodeitem, and within it by unit, level and quantity."""

    products: pd.DataFrame
    """kodeitem, namaitem, jenis, merek, rak, satuan, sistem_harga, dijual, and the FIELDS: one row per item that is not
    deleted."""
    prices: pd.DataFrame
    """kodeitem, satuan, konversi, level, jumlah_sampai, hargapokok, hargajual: one row per price."""
    barcodes: pd.DataFrame
    """barcode, kodeitem, satuan: distinct rows."""
    stock: pd.DataFrame
    """kodeitem, kantor, stok."""
    negative: pd.DataFrame
    """kodeitem, satuan, hargajual, hargapokok: the rows that count and have an amount below zero."""
    stale: pd.DataFrame
    """kodeitem, namaitem, satuan, ignored_price, price_in_force: items with price rows of another system that name
    another price, one row each."""
    foreign: pd.DataFrame
    """kodeitem, namaitem, matauang, rate: items with prices in another currency; `rate` is null if it is not usable."""
    orphans: pd.DataFrame
    """table, kodeitem, satuan: units, prices and stock of items that are not in tbl_item."""
    assumptions: tuple[Assumption, ...]


def price_shop(source: SourceTables) -> PricedShop:
    """Apply all the rules to the tables of one backup."""
    conversion = in_rupiah(source)
    source = conversion.source
    shops = [_price(part) for part in parts(source)]
    products = together(shop.products for shop in shops)
    return PricedShop(
        products=products,
        prices=together(shop.prices for shop in shops),
        barcodes=together(shop.barcodes for shop in shops),
        stock=together(shop.stock for shop in shops),
        negative=together(shop.negative for shop in shops),
        stale=together(shop.stale for shop in shops),
        foreign=conversion.rows[among(conversion.rows["kodeitem"], products["kodeitem"])],
        orphans=orphans(source),
        assumptions=tuple(
            Assumption(notes[0].name, notes[0].rule, together(note.rows for note in notes))
            for notes in zip(*(shop.assumptions for shop in shops), strict=True)
        ),
    )


def _price(source: SourceTables) -> PricedShop:
    """Apply the rules to one part, without orphans.

    kodeitem is categorical here, because comparing numbers is faster than comparing texts.
    """
    items, notes = _items(source.items)
    units, rows = (
        of_items(items, table.assign(satuan=each(table["satuan"], clean_code)))
        for table in (source.units, source.prices)
    )
    unnamed = rows["satuan"] == ""
    notes.append(note("units_assumed", "8 (a): a price row without a unit is for the base unit", rows[unnamed]))
    rows = rows.assign(
        satuan=rows["satuan"].where(~unnamed, of_its_item(rows, items["satuan"])),
        level=rows["level"].fillna(0),
        jmlsampai=filled(rows["jmlsampai"]),
        tipehj=each(rows["tipehj"], clean_code).where(rows["tipehj"].notna()),
    )

    items, more = price_systems(items, rows)
    notes += more
    divided, more = rows_in_force(items, rows)
    notes += more
    counting, listed, more = listed_prices(divided.in_force)
    notes += more
    fixed = items.loc[items["sistem_harga"] == FIXED, ["kodeitem", "satuan", "hargajual1"]]
    fixed = fixed.rename(columns={"hargajual1": "hargajual"})
    prices = pd.concat([listed, fixed], ignore_index=True)
    prices, more = _with_costs(prices, items, units)
    notes += more
    notes += _units_to_check(prices, units)
    negative = _negative(pd.concat([counting[list(fixed)], fixed], ignore_index=True), items, units)
    prices = prices.assign(hargajual=above_zero(money(prices["hargajual"])))
    prices = prices.sort_values(["kodeitem", "konversi", "satuan", "level", "jumlah_sampai"], ignore_index=True)
    return PricedShop(
        products=items[["kodeitem", "namaitem", "jenis", "merek", "rak", "satuan", "sistem_harga", "dijual", *FIELDS]],
        prices=prices[["kodeitem", "satuan", "konversi", "level", "jumlah_sampai", "hargapokok", "hargajual"]],
        barcodes=_barcodes(units),
        stock=_stock(items, source.stock),
        negative=negative,
        stale=stale_prices(items, divided.ignored, prices),
        foreign=pd.DataFrame(),
        orphans=pd.DataFrame(),
        assumptions=tuple(notes),
    )


def _items(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[Assumption]]:
    """Rules 1 and 9: select the items that are not deleted, and clean their names and codes."""
    kept = raw.loc[each(raw["statushapus"], clean_code) != YES].sort_values("kodeitem", ignore_index=True)
    sale, deletion = (each(kept[mark], clean_code) for mark in ("statusjual", "statushapus"))
    items = pd.DataFrame(
        {
            "kodeitem": pd.Categorical(kept["kodeitem"], kept["kodeitem"].astype("str"), ordered=True),
            "namaitem": each(kept["namaitem"], clean_name),
            **{name: each(kept[name], clean_name).replace("", None) for name in ("jenis", "merek", "rak")},
            "satuan": each(kept["satuan"], clean_code),
            "kode_sistem": each(kept["sistemhargajual"], clean_code),
            "dijual": sale.isin(SOLD_MARKS),
            "hargapokok": kept["hargapokok"],
            "hargajual1": kept["hargajual1"],
            **item_fields(kept),
        }
    )
    nameless = items["namaitem"] == ""
    items["namaitem"] = items["namaitem"].where(~nameless, each(kept["kodeitem"], _code_as_name))
    return items, [
        note(
            "unknown_marks",
            "1 (a): an item with an unknown statushapus is kept; one with an unknown statusjual is not sold",
            items.assign(statusjual=sale, statushapus=deletion)[~sale.isin(MARKS) | ~deletion.isin(MARKS)],
            "statusjual",
            "statushapus",
        ),
        note("unmarked_items_sold", "1 (a): an item without statusjual is sold", items[sale == ""]),
        note("codes_used_as_names", "9: an item without a name gets its code as its name", items[nameless]),
    ]


def _code_as_name(code: str | None) -> str:
    """Rule 9: a code that has nothing but control characters is shown escaped, because a name is not empty."""
    shown = drop_controls(code or "")
    return shown if shown.strip() else escape_controls(code or "")


def _with_costs(
    prices: pd.DataFrame, items: pd.DataFrame, units: pd.DataFrame
) -> tuple[pd.DataFrame, list[Assumption]]:
    """Rule 8: add konversi and cost of each price's unit."""
    first = units.sort_values("iddetail").drop_duplicates(["kodeitem", "satuan"])
    first = first[["kodeitem", "satuan", "jumlahkonv", "hargapokok"]].rename(columns={"hargapokok": "pokok_satuan"})
    prices = prices.merge(first, on=["kodeitem", "satuan"], how="left")
    one = pd.Series(1, prices.index, dtype=prices["jumlahkonv"].dtype)
    konversi = above_zero(prices["jumlahkonv"]).fillna(
        one.where(prices["satuan"] == of_its_item(prices, items["satuan"]))
    )
    cost = above_zero(prices["pokok_satuan"]).astype(pd.ArrowDtype(pa.decimal256(76, 23)))
    product = of_its_item(prices, items["hargapokok"]).astype(pd.ArrowDtype(EXACT)) * konversi.astype(
        pd.ArrowDtype(pa.decimal256(20, 3))
    )
    cost = cost.fillna(above_zero(product.astype(cost.dtype)))
    too_large = compare(pc.greater_equal, cost, LARGEST_MONEY)
    prices = prices.assign(konversi=konversi, hargapokok=money(cost.where(~too_large)))
    return prices, [
        note(
            "costs_too_large",
            "8: an implausible cost (is a conversion a barcode?) is left out",
            prices[too_large],
        ),
        note("units_unknown", "8: the price's unit has no conversion in tbl_itemsatuanjml", prices[konversi.isna()]),
    ]


def _units_to_check(prices: pd.DataFrame, units: pd.DataFrame) -> list[Assumption]:
    """Find units without a price of their own (rule 4 (a)), and units with different conversions (rule 8)."""
    named = units[units["satuan"] != ""]
    key = ["kodeitem", "satuan"]
    priced = prices[key].drop_duplicates().assign(priced=True)
    found = named[key].drop_duplicates().merge(priced, on=key, how="left")
    without = found[found["priced"].isna()]
    conversions = named.loc[named["jumlahkonv"].notna(), [*key, "jumlahkonv"]].drop_duplicates()
    different = conversions[conversions.duplicated(key, keep=False)]
    return [
        note("units_without_price", "4 (a): a unit without its own price gets no calculated one", without),
        note("unit_rows_differ", "8: of a unit's different conversions, the first by key counts", different),
    ]


def _barcodes(units: pd.DataFrame) -> pd.DataFrame:
    codes = units.assign(barcode=each(units["kodebarcode"], lambda code: (code or "").strip()))
    codes = codes.loc[codes["barcode"] != "", ["barcode", "kodeitem", "satuan"]].drop_duplicates()
    return codes.sort_values(["kodeitem", "satuan", "barcode"], ignore_index=True)


def _stock(items: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    kept = of_items(items, raw)
    kept = kept.assign(kantor=each(kept["kantor"], clean_code), stok=filled(kept["stok"]))
    return kept.groupby(["kodeitem", "kantor"])["stok"].sum().reset_index()


def _negative(prices: pd.DataFrame, items: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    sale = prices.loc[compare(pc.less, prices["hargajual"], 0), ["kodeitem", "satuan", "hargajual"]]
    cost = pd.concat(
        [
            frame.loc[compare(pc.less, frame["hargapokok"], 0), ["kodeitem", "satuan", "hargapokok"]]
            for frame in (items, units)
        ]
    )
    return pd.concat([sale, cost], ignore_index=True)
