"""Reads the reference data of a restored backup. Each of its tables may be missing."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa

from toko_assets.common.checks import Outcome
from toko_assets.ipos.decoding import among
from toko_assets.ipos.pricing import PricedShop
from toko_assets.ipos.reference.groups import clean_discounts, clean_groups
from toko_assets.ipos.reference.names import name_codes
from toko_assets.ipos.reference.serials import clean_serials
from toko_assets.ipos.source_tables import QUANTITY, no_rows, read_table, set_encoding

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
}  # fmt: skip
PARTNERS = "tbl_supel"
NAMED = {
    "jenis": "tbl_itemjenis", "merek": "tbl_itemmerek", "satuan": "tbl_itemsatuan", "kantor": "tbl_kantor",
    "supplier": PARTNERS,
}  # fmt: skip
"""The table with the names of each kind of code."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The names of codes, and the customer groups. Each frame may be empty."""

    names: pd.DataFrame
    """kind, kode, nama: the names of the codes that products, prices and stock use."""
    groups: pd.DataFrame
    """kgrup, grup, level, potongan: one row for each customer group."""
    discounts: pd.DataFrame
    """kodeitem, kgrup, pot1 to pot4: the percents of a group for an item, in place of the group's own."""
    serials: pd.DataFrame
    """noserial, kodeitem, kantor, terjual: one row for each serial number."""
    unclear: pd.DataFrame
    """kodeitem, kgrup, reason: the discounts that are left out, or that had to be interpreted."""
    undecodable: pd.DataFrame
    """table, kodeitem, column, text: the texts of an SQL_ASCII backup that were read as Windows-1252."""


def read_reference(connection: psycopg.Connection[Any], shop: PricedShop) -> Reference:
    """Read the names and groups of a restored backup. This sets the client encoding of `connection`."""
    raw = set_encoding(connection)
    present = _present(connection)
    frames: dict[str, pd.DataFrame] = {}
    guessed: list[tuple[str, str, str, str]] = []
    for table, columns in COLUMNS.items():
        if table in present:
            frames[table], texts = read_table(connection, table, columns, raw=raw, key=next(iter(columns)))
            if table == PARTNERS:  # most of them are customers
                frames[table] = frames[table][among(frames[table]["kode"], shop.products["supplier"])]
                texts = [text for text in texts if text[0] in set(frames[table]["kode"])]
            guessed += [(table, *text) for text in texts]
        else:
            frames[table] = no_rows(columns)
    groups, wrong = clean_groups(frames["tbl_supelgrup"])
    discounts, unclear = clean_discounts(frames["tbl_itempotongan"], groups, shop.products["kodeitem"])
    serials = clean_serials(frames.pop("tbl_itemserial"), shop.products["kodeitem"])
    return Reference(
        names=name_codes(shop, {kind: frames[table] for kind, table in NAMED.items()}, serials["kantor"]),
        groups=groups,
        discounts=discounts,
        serials=serials,
        unclear=pd.concat([wrong, unclear], ignore_index=True),
        undecodable=pd.DataFrame(guessed, columns=["table", "kodeitem", "column", "text"]),
    )


def check_discounts(reference: Reference) -> Outcome:
    """Return the check of the discounts that are left out, or that had to be interpreted."""
    rows = reference.unclear
    return Outcome(
        "group_discounts_clear",
        rows.empty,
        f"{len(rows):,} discounts of customer groups are left out, or had to be interpreted; "
        f"{len(reference.groups):,} groups and {len(reference.discounts):,} discounts of items count.",
        rows=rows,
        advice="Check in iPOS what these groups pay; the rules are in docs/pricing.md.",
    )


def _present(connection: psycopg.Connection[Any]) -> set[str]:
    """Return which of the tables are in the database; an earlier version restored none of them."""
    rows = connection.execute("SELECT tablename::text COLLATE \"C\" FROM pg_tables WHERE schemaname = 'public'")
    return {name.decode() if isinstance(name, bytes) else name for (name,) in rows}
