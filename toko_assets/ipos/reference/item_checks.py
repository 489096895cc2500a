"""Checks of what iPOS says of an item besides its name and prices: its currency, kind and tax system."""

from typing import Any

import pandas as pd
import psycopg

from toko_assets.common.checks import Outcome
from toko_assets.ipos.decoding import decode
from toko_assets.ipos.pricing import PricedShop
from toko_assets.ipos.rules.item_fields import KINDS
from toko_assets.ipos.source_tables import usable_columns

KEPT = "upper(btrim(coalesce(statushapus, ''))) <> 'Y'"


def check_currencies(shop: PricedShop) -> Outcome:
    """Return the check of the prices in other currencies."""
    without = shop.foreign[shop.foreign["rate"].isna()]
    rates = dict(shop.foreign.dropna(subset="rate")[["matauang", "rate"]].drop_duplicates().to_numpy())
    named = "".join(f" ({code} × {rate.normalize():f})" for code, rate in rates.items())
    return Outcome(
        "currencies_converted",
        without.empty,
        f"{len(shop.foreign):,} items have prices in another currency: {len(shop.foreign) - len(without):,} are "
        f"converted{named}, {len(without):,} have no usable rate and are shown without a price.",
        rows=without[["kodeitem", "namaitem", "matauang"]],
        advice="Enter the currency's rate in iPOS, or the price in rupiah.",
    )


def check_item_kinds(connection: psycopg.Connection[Any]) -> Outcome:
    """Return the check that counts the items by tax system and kind. An unknown kind is a warning."""
    usable = usable_columns(connection, "tbl_item")
    tax, kind = (name if name in usable else "NULL::text" for name in ("sistempajak", "tipe"))
    counts = _query(
        connection,
        f"SELECT upper(btrim(coalesce({tax}, ''))) AS tax, upper(btrim(coalesce({kind}, ''))) AS kind, count(*) AS n "  # noqa: S608
        f"FROM public.tbl_item WHERE {KEPT} GROUP BY 1, 2",
    )
    unknown = counts[~counts["kind"].isin(KINDS)]
    listed = ", ".join(f"'{value}'" for value in KINDS)
    rows = pd.DataFrame()
    if len(unknown):
        query = f"SELECT kodeitem, namaitem, tipe FROM public.tbl_item WHERE {KEPT} "  # noqa: S608
        rows = _query(connection, f"{query} AND upper(btrim(tipe)) NOT IN ({listed}) ORDER BY 1 LIMIT 20")
    return Outcome(
        "item_kinds_known",
        unknown.empty,
        f"Items by sistempajak: {_shares(counts, 'tax')}. By tipe: {_shares(counts, 'kind')}. "
        f"{int(unknown['n'].sum()):,} are of an unknown kind and count as goods.",
        rows=rows,
        count=int(unknown["n"].sum()),
        advice="Look at these items in iPOS: docs/ipos.md says how to find out what their kind means.",
    )


def _shares(counts: pd.DataFrame, column: str) -> str:
    sums = counts.groupby(column)["n"].sum().sort_values(ascending=False, kind="stable")
    return ", ".join(f"{value or 'empty'} {count:,}" for value, count in sums.head(9).items()) or "no items"


def _query(connection: psycopg.Connection[Any], query: str) -> pd.DataFrame:
    cursor = connection.execute(query.encode())
    names = [column.name for column in cursor.description or ()]
    values = [[decode(v) if isinstance(v, bytes) else v for v in row] for row in cursor]
    return pd.DataFrame(values, columns=names)
