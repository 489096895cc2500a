"""Finds the names of the codes that products use: of categories, brands, units, branches and suppliers."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from toko_assets.ipos.decoding import clean_code, clean_name
from toko_assets.ipos.pricing import PricedShop

LONGEST_NAME = 200
"""Characters that are kept of a name."""
NAME_COLUMNS = ["kind", "kode", "nama"]


def name_codes(
    shop: PricedShop, tables: Mapping[str, pd.DataFrame], branches: "pd.Series[Any] | None" = None
) -> pd.DataFrame:
    """Return the names of the codes in use, with the columns `kind`, `kode` and `nama`.

    `tables` holds the rows of codes and names, in this order, by kind: jenis, merek, satuan, kantor or supplier. Codes
    compare without letter case and superfluous white space. `kode` is exactly as the products have it, so that it joins
    them. `branches` are further codes of branches that are in use.
    """
    used = {
        "jenis": [shop.products["jenis"]],
        "merek": [shop.products["merek"]],
        "satuan": [shop.products["satuan"], shop.prices["satuan"], shop.barcodes["satuan"]],
        "kantor": [shop.stock["kantor"], *([branches] if branches is not None else [])],
        "supplier": [shop.products["supplier"]],
    }
    rows: list[tuple[str, str, str]] = []
    for kind, table in tables.items():
        names = _names(table)
        codes = sorted({code for column in used[kind] for code in column.dropna().unique()}) if names else []
        rows += [(kind, code, names[comparable(code)]) for code in codes if comparable(code) in names]
    return pd.DataFrame(rows, columns=NAME_COLUMNS, dtype="str")


def comparable(code: str | None) -> str:
    """Return the form in which two codes are compared."""
    return clean_code(clean_name(code))


def _names(rows: pd.DataFrame) -> dict[str, str]:
    """Return the names by comparable code. Of several names of a code, that of the first code in text order counts."""
    names: dict[str, str] = {}
    for code, name in sorted(_texts(rows)):
        key, shown = comparable(code), clean_name(name)[:LONGEST_NAME].strip()
        if key and shown and comparable(shown) != key:
            names.setdefault(key, shown)
    return names


def _texts(rows: pd.DataFrame) -> Iterable[tuple[str, str]]:
    codes, names = (rows[column].fillna("").tolist() for column in rows.columns[:2])
    return zip(codes, names, strict=True)
