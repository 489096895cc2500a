"""Checks a restored backup and its export, independently of the export's code.

Where possible a check is plain SQL in PostgreSQL, so that it shares no mistake with the pandas code that it checks.
"""

from collections.abc import Iterator
from math import ceil
from typing import Any

import pandas as pd
import psycopg

from toko_assets.common.checks import Outcome, Override
from toko_assets.ipos.decoding import decode
from toko_assets.ipos.needed_tables import ITEM, NEEDED
from toko_assets.ipos.pricing import PricedShop
from toko_assets.ipos.rules.item_codes import LEFT_OUT, NO_CODE, has_left_out
from toko_assets.ipos.source_tables import LARGEST_LEVEL, LARGEST_MONEY, LARGEST_QUANTITY
from toko_assets.ipos.text_columns import among

MOST_UNPRICED = 0.20
"""The share of the sold items that may have no price, unless a person allows more: the backup counts as wrong."""

MOST_LEFT_OUT = 0.01
"""The share of the items that have no code of their own at which the backup counts as wrong."""

OUR_FAULT = "This is a bug in this program, not a fault of the backup: please report it with the rows below."

MONEY_COLUMNS = ("hargapokok", "hargajual", "hargajual1")


def audit_database(connection: psycopg.Connection[Any], counts: dict[str, int]) -> list[Outcome]:
    """Run the checks of the restored tables. `counts` are their numbers of rows."""
    return [_not_empty(counts), *_item_keys(connection, counts[ITEM.name]), _amounts_in_range(connection)]


def audit_export(
    connection: psycopg.Connection[Any], shop: PricedShop, most_unpriced_sold: float = MOST_UNPRICED
) -> list[Outcome]:
    """Check the exported tables against the restored database, and for consistency.

    `most_unpriced_sold` is the share of the sold items that may have no price.
    """
    return [
        _every_item_exported(connection, shop),
        _keys_unique(shop),
        _names_not_empty(shop),
        _nothing_negative(shop),
        *_unpriced(shop, most_unpriced_sold),
        _below_cost(shop),
        _stale(shop),
        _orphans(shop),
        _shared_barcodes(shop),
        *_assumptions(shop),
    ]


def _not_empty(counts: dict[str, int]) -> Outcome:
    empty = [table.name for table in NEEDED if not table.may_be_empty and not counts[table.name]]
    return Outcome(
        "tables_not_empty",
        not empty,
        f"Empty: {', '.join(empty)}."
        if empty
        else f"Rows: {', '.join(f'{name} {rows:,}' for name, rows in counts.items())}.",
        blocking=True,
        count=len(empty),
        advice="Check in iPOS that the items are there, then make the backup again.",
    )


def _item_keys(connection: psycopg.Connection[Any], items: int) -> list[Outcome]:
    """Check that every item has a code of its own, after those without one were left out, and count these."""
    left_out = _left_out(connection)
    again = _rows(
        connection,
        "SELECT kodeitem, count(*) AS rows FROM public.tbl_item GROUP BY kodeitem "
        "HAVING count(*) > 1 OR kodeitem IS NULL OR kodeitem = ''",
    )
    rows = len(left_out) + items
    share = len(left_out) / max(1, rows)
    summary = f"{len(left_out):,} of {rows:,} rows of tbl_item have no code, or the code of a newer row"
    return [
        Outcome(
            "item_keys_unique",
            share < MOST_LEFT_OUT and again.empty,
            f"{summary}: {share:.1%}; less than {MOST_LEFT_OUT:.0%} may.",
            blocking=True,
            rows=left_out,
            limit=ceil(MOST_LEFT_OUT * rows) - 1,
            advice="Give these items codes of their own in iPOS, or delete them there, then make the backup again.",
        ),
        Outcome(
            "items_left_out",
            left_out.empty,
            f"{summary}; they are left out.",
            rows=left_out,
            advice="Give these items codes of their own in iPOS, or delete them there.",
        ),
    ]


def _left_out(connection: psycopg.Connection[Any]) -> pd.DataFrame:
    """Return kodeitem, namaitem and reason of the items that were left out."""
    if not has_left_out(connection):
        return pd.DataFrame()
    shown = f"CASE reason WHEN '{NO_CODE}' THEN NULL ELSE kodeitem END AS kodeitem, namaitem, reason"
    return _rows(connection, f"SELECT {shown} FROM public.{LEFT_OUT} ORDER BY 1 NULLS FIRST, 2")  # noqa: S608


def _amounts_in_range(connection: psycopg.Connection[Any]) -> Outcome:
    """Find NaN, infinity and amounts that the catalogue's columns cannot hold, in rows of exported items."""
    outside = []
    for table in NEEDED:
        for column in table.columns:
            if column.type == "numeric" and not column.optional:
                limit = LARGEST_MONEY if column.name in MONEY_COLUMNS else LARGEST_QUANTITY
                limit = LARGEST_LEVEL if column.name == "level" else limit
                query = (
                    f"SELECT kodeitem, {column.name} AS value FROM public.{table.name} "  # noqa: S608
                    f"WHERE NOT ({column.name} > -{limit} AND {column.name} < {limit})"
                )
                outside.append(_rows(connection, query).assign(column=f"{table.name}.{column.name}"))
    rows = pd.concat(outside, ignore_index=True)
    if len(rows):
        rows = rows[rows["kodeitem"].isin(_not_deleted(connection)["kodeitem"])]
    return Outcome(
        "amounts_in_range",
        rows.empty,
        f"{len(rows):,} amounts are not a number, or larger than in any shop; none may be.",
        blocking=True,
        rows=rows,
        advice="Correct these items in iPOS, then make the backup again.",
    )


def _not_deleted(connection: psycopg.Connection[Any]) -> pd.DataFrame:
    """Return kodeitem and namaitem of the items that must be exported, without the export's code."""
    items = _rows(connection, "SELECT kodeitem, namaitem, statushapus FROM public.tbl_item")
    deleted = [isinstance(mark, str) and mark.strip() in ("Y", "y") for mark in items["statushapus"]]
    return items.loc[[not gone for gone in deleted], ["kodeitem", "namaitem"]]


def _every_item_exported(connection: psycopg.Connection[Any], shop: PricedShop) -> Outcome:
    """Check that every item that is not deleted is exported: compare counts, and codes one by one."""
    stored = _not_deleted(connection)
    exported = shop.products["kodeitem"]
    priced = among(exported, shop.prices["kodeitem"])
    lost = stored[~among(stored["kodeitem"], exported[priced])]
    return Outcome(
        "every_item_exported",
        lost.empty and len(stored) == len(exported),
        f"{len(stored):,} items of the backup are not deleted; {len(exported):,} are exported, "
        f"{int(priced.sum()):,} of them with a price row. None may be lost.",
        blocking=True,
        rows=lost,
        count=max(len(lost), abs(len(stored) - len(exported))),
        advice=OUR_FAULT,
    )


def _keys_unique(shop: PricedShop) -> Outcome:
    key = ["kodeitem", "satuan", "level", "jumlah_sampai"]
    products = shop.products[shop.products.duplicated("kodeitem", keep=False)]
    prices = shop.prices[shop.prices.duplicated(key, keep=False)]
    rows = pd.concat([products[["kodeitem"]], prices[key]], ignore_index=True)
    return Outcome(
        "keys_unique",
        rows.empty,
        f"{len(rows):,} of {len(shop.products):,} products and {len(shop.prices):,} prices are duplicates: none may.",
        blocking=True,
        rows=rows,
        advice=OUR_FAULT,
    )


def _names_not_empty(shop: PricedShop) -> Outcome:
    rows = shop.products[shop.products["namaitem"].str.strip() == ""]
    return Outcome(
        "names_not_empty",
        rows.empty,
        f"{len(rows):,} products have no name; none may.",
        blocking=True,
        rows=rows[["kodeitem", "namaitem", "satuan"]],
        advice=OUR_FAULT,
    )


def _nothing_negative(shop: PricedShop) -> Outcome:
    rows = shop.negative
    return Outcome(
        "no_negative_amount",
        rows.empty,
        f"{len(rows):,} prices or costs are below zero; none may be.",
        blocking=True,
        rows=rows,
        advice="Correct these items in iPOS, then make the backup again.",
    )


def _unpriced(shop: PricedShop, most: float) -> Iterator[Outcome]:
    priced = shop.prices.loc[shop.prices["hargajual"].notna(), "kodeitem"]
    sold = shop.products[shop.products["dijual"]]
    unpriced = sold["matauang"].isna() & ~among(sold["kodeitem"], priced)
    rows = sold.loc[unpriced, ["kodeitem", "namaitem"]]
    share = len(rows) / len(sold) if len(sold) else 1.0
    yield Outcome(
        "share_unpriced",
        share <= most,
        "No item is marked as sold."
        if sold.empty
        else f"{len(rows):,} of {len(sold):,} sold items have no price: {share:.1%}, at most {most:.0%} may.",
        blocking=True,
        rows=rows,
        limit=int(most * len(sold)),
        advice="So many missing prices are implausible: check iPOS, then make the backup again.",
        override=Override("--most-unpriced-sold 100", "most_unpriced_sold: 1.0"),
    )
    foreign = among(shop.prices["kodeitem"], shop.products.loc[shop.products["matauang"].notna(), "kodeitem"])
    unfilled = shop.prices[shop.prices["hargajual"].isna() & ~foreign]
    yield Outcome(
        "prices_filled_in",
        unfilled.empty,
        f"{len(unfilled):,} of {len(shop.prices):,} prices are not filled in.",
        rows=_named(shop, unfilled),
        advice="Fill in the selling price in iPOS; until then the bot says 'harga belum diisi'.",
    )


def _below_cost(shop: PricedShop) -> Outcome:
    rows = shop.prices[(shop.prices["hargajual"] < shop.prices["hargapokok"]).fillna(False)]
    return Outcome(
        "not_below_cost",
        rows.empty,
        f"{len(rows):,} prices are below cost.",
        rows=_named(shop, rows),
        advice="Check these prices in iPOS: each sale loses money.",
    )


def _stale(shop: PricedShop) -> Outcome:
    rows = shop.stale
    return Outcome(
        "stale_price_rows",
        rows.empty,
        f"{len(rows):,} items have price rows of another price system with another price; these rows do not count.",
        rows=rows,
        advice="Nothing, if the price in force is the one that the till asks. Otherwise report the item.",
    )


def _orphans(shop: PricedShop) -> Outcome:
    rows = shop.orphans
    return Outcome(
        "no_orphans",
        rows.empty,
        f"{len(rows):,} rows of units, prices or stock belong to no item; they are left out.",
        rows=rows,
        advice="They are leftovers of deleted items, and harmless.",
    )


def _shared_barcodes(shop: PricedShop) -> Outcome:
    items = shop.barcodes.drop_duplicates(["barcode", "kodeitem"])
    rows = items[items.duplicated("barcode", keep=False)].sort_values(["barcode", "kodeitem"])
    return Outcome(
        "barcodes_not_shared",
        rows.empty,
        f"{rows['barcode'].nunique():,} barcodes are used by several items; a scan finds all of these items.",
        rows=_named(shop, rows),
        advice="Correct the barcodes in iPOS.",
    )


def _assumptions(shop: PricedShop) -> Iterator[Outcome]:
    for assumption in shop.assumptions:
        yield Outcome(
            assumption.name,
            assumption.rows.empty,
            f"Applied to {len(assumption.rows):,} rows. Rule {assumption.rule}.",
            rows=assumption.rows,
            advice="Check that this is right for this shop; the rules are in docs/pricing.md.",
        )


def _named(shop: PricedShop, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the product's name after its code, for people."""
    return shop.products[["kodeitem", "namaitem"]].merge(rows, on="kodeitem")


def _rows(connection: psycopg.Connection[Any], query: str) -> pd.DataFrame:
    """Return a query's rows. Texts of an SQL_ASCII database arrive as bytes and are decoded as in the export."""
    cursor = connection.execute(query.encode())
    names = [column.name for column in cursor.description or ()]
    values = [[decode(v) if isinstance(v, bytes) else v for v in row] for row in cursor]
    return pd.DataFrame(values, columns=names)
