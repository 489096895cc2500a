"""Reads the reference data of a restored backup. Each of its tables may be missing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa

from toko_assets.common.checks import Outcome
from toko_assets.ipos.pricing import PricedShop
from toko_assets.ipos.reference.discounts import clean_discounts
from toko_assets.ipos.reference.groups import clean_group_discounts, clean_groups
from toko_assets.ipos.reference.names import name_codes
from toko_assets.ipos.reference.offers import WEEKDAY_COLUMNS, Goods
from toko_assets.ipos.reference.promotions import clean_promotions
from toko_assets.ipos.reference.serials import clean_serials
from toko_assets.ipos.source_tables import QUANTITY, no_rows, read_table, set_encoding
from toko_assets.ipos.text_columns import among

OFFER: dict[str, Any] = {
    "stsact": pa.bool_(), "tgldari": pa.timestamp("us"), "tglsampai": pa.timestamp("us"), "tipeper": "text",
    "jamdari": pa.timestamp("us"), "jamsampai": pa.timestamp("us"), **dict.fromkeys(WEEKDAY_COLUMNS, pa.bool_()),
    "kodeitemd": "text", "kodeitems": "text", "jenis": "text", "merek": "text",
}  # fmt: skip
COLUMNS: dict[str, dict[str, Any]] = {
    "tbl_itemjenis": {"jenis": "text", "ketjenis": "text"},
    "tbl_itemmerek": {"merek": "text", "ketmerek": "text"},
    "tbl_itemsatuan": {"satuan": "text", "ketsatuan": "text"},
    "tbl_kantor": {"kodekantor": "text", "namakantor": "text"},
    "tbl_supel": {"kode": "text", "nama": "text"},
    "tbl_itemserial": {
        "noserial": "text", "kodeitem": "text", "kodekantor": "text", "tipe": "text", "notransaksi": "text",
        "stsada": "text",
    },
    "tbl_supelgrup": {"kgrup": "text", "grup": "text", "levelharga": pa.int64(), "potongan": QUANTITY},
    "tbl_itempotongan": {
        "kodeitem": "text", "kodegrup": "text", "jumlah": QUANTITY,
        "pot1": QUANTITY, "pot2": QUANTITY, "pot3": QUANTITY, "pot4": QUANTITY,
    },
    "tbl_itemdisp": {
        "iddiskon": "text", **OFFER, "prioritas": pa.int64(), "stsvcr": pa.bool_(),
        "pot1": QUANTITY, "pot2": QUANTITY, "pot3": QUANTITY, "pot4": QUANTITY,
    },
    "tbl_itemdispdt": {
        "iddiskon": "text", "kodeitem": "text", "satuan": "text", "kgruppel": "text", "opsidiskon": pa.int64(),
        "diskon1": QUANTITY, "diskon2": QUANTITY, "diskon3": QUANTITY, "diskon4": QUANTITY,
        "disknom1": QUANTITY, "disknom2": QUANTITY, "disknom3": QUANTITY, "disknom4": QUANTITY,
    },
    "tbl_itempromo": {"idpromo": "text", **OFFER},
    "tbl_itempromodt": {
        "idpromo": "text", "kodeitem": "text", "jumlahjual": QUANTITY, "satuanjual": "text", "kodeitemgr": "text",
        "jumlahgratis": QUANTITY, "satuangratis": "text", "kelipatan": pa.bool_(), "tebus": pa.bool_(),
        "harga": QUANTITY,
    },
}  # fmt: skip
PARTNERS = "tbl_supel"
NAMED = {
    "jenis": "tbl_itemjenis", "merek": "tbl_itemmerek", "satuan": "tbl_itemsatuan", "kantor": "tbl_kantor",
    "supplier": PARTNERS,
}  # fmt: skip
"""The table with the names of each kind of code."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The names of codes, the customer groups, the discounts and the promotions. Each frame may be empty."""

    names: pd.DataFrame
    """kind, kode, nama: the names of the codes that products, prices and stock use."""
    groups: pd.DataFrame
    """kgrup, grup, level, potongan: one row for each customer group."""
    group_discounts: pd.DataFrame
    """kodeitem, kgrup, pot1 to pot4: the percents of a group for an item, in place of the group's own."""
    unclear_groups: pd.DataFrame
    """kodeitem, kgrup, reason: the percents that are left out, or that had to be interpreted."""
    discounts: pd.DataFrame
    promotions: pd.DataFrame
    """With the columns of `discounts.COLUMNS` and `promotions.COLUMNS`."""
    unclear_offers: pd.DataFrame
    """code, kodeitem, reason: the discounts and promotions that are left out, or that had to be interpreted."""
    serials: pd.DataFrame
    """noserial, kodeitem, kantor, terjual: one row for each serial number."""
    undecodable: pd.DataFrame
    """table, kodeitem, column, text: the texts of an SQL_ASCII backup that were read as Windows-1252."""


def read_reference(connection: psycopg.Connection[Any], shop: PricedShop, dumped_at: datetime) -> Reference:
    """Read the names, groups and discounts of a restored backup. This sets the client encoding of `connection`.

    `dumped_at` is the time of the backup in the shop's wall clock.
    """
    raw = set_encoding(connection)
    present = _present(connection)
    frames: dict[str, pd.DataFrame] = {}
    guessed: list[tuple[str, str, str, str]] = []
    for table, columns in COLUMNS.items():
        if table in present:
            frames[table], texts = read_table(connection, table, columns, raw=raw, key=next(iter(columns)))
            if table == PARTNERS:  # most of them are customers
                frames[table] = frames[table][among(frames[table]["kode"], shop.products["supplier"])]
                suppliers = set(frames[table]["kode"])
                texts = [text for text in texts if text[0] in suppliers]
            guessed += [(table, *text) for text in texts]
        else:
            frames[table] = no_rows(columns)
    groups, wrong = clean_groups(frames["tbl_supelgrup"])
    percents, unclear = clean_group_discounts(frames["tbl_itempotongan"], groups, shop.products["kodeitem"])
    goods = Goods(shop.products)
    heads, lines = frames["tbl_itemdisp"], frames["tbl_itemdispdt"]
    if "tbl_itemdispdt" not in present:
        heads = heads[:0]  # which of them have lines is not known
    discounts, doubts = clean_discounts(heads, lines, groups, shop, goods, dumped_at)
    heads, lines = frames["tbl_itempromo"], frames["tbl_itempromodt"]
    promotions, more = clean_promotions(heads, lines, goods, dumped_at)
    serials = clean_serials(frames.pop("tbl_itemserial"), shop.products["kodeitem"])
    return Reference(
        names=name_codes(shop, {kind: frames[table] for kind, table in NAMED.items()}, serials["kantor"]),
        groups=groups,
        group_discounts=percents,
        unclear_groups=pd.concat([wrong, unclear], ignore_index=True),
        discounts=discounts,
        promotions=promotions,
        unclear_offers=pd.concat([doubts, more], ignore_index=True),
        serials=serials,
        undecodable=pd.DataFrame(guessed, columns=["table", "kodeitem", "column", "text"]),
    )


def check_group_discounts(reference: Reference) -> Outcome:
    """Return the check of the groups' percents that are left out, or that had to be interpreted."""
    rows = reference.unclear_groups
    return Outcome(
        "group_discounts_clear",
        rows.empty,
        f"{len(rows):,} discounts of customer groups are left out, or had to be interpreted; "
        f"{len(reference.groups):,} groups and {len(reference.group_discounts):,} discounts of items count.",
        rows=rows,
        advice="Check in iPOS what these groups pay; the rules are in docs/pricing.md.",
    )


def check_discounts(reference: Reference) -> Outcome:
    """Return the check of the discounts and promotions that are left out, or that had to be interpreted."""
    rows, kinds = reference.unclear_offers, reference.unclear_offers["reason"].value_counts()
    rows = rows.loc[rows.groupby("reason").cumcount().sort_values(kind="stable").index]  # first one of each reason
    reasons = "; ".join(f"{count:,} x {reason}" for reason, count in kinds.items())
    return Outcome(
        "discounts_understood",
        rows.empty,
        f"{len(rows):,} discounts and promotions are left out, or had to be interpreted; "
        f"{len(reference.discounts):,} discounts and {len(reference.promotions):,} promotions of products count."
        + (f" {reasons}." if reasons else ""),
        rows=rows,
        advice="Check in iPOS what the till asks for these goods; the rules are in docs/pricing.md.",
    )


def _present(connection: psycopg.Connection[Any]) -> set[str]:
    """Return which of the tables are in the database; an earlier version restored none of them."""
    rows = connection.execute("SELECT tablename::text COLLATE \"C\" FROM pg_tables WHERE schemaname = 'public'")
    return {name.decode() if isinstance(name, bytes) else name for (name,) in rows}
