"""Reads the fields of an item that are neither names nor prices.

The rule marked (a) is our assumption where no public source gives an answer. It is in docs/pricing.md.
"""

from typing import Any, Final

import pandas as pd

from toko_assets.ipos.decimals import above_zero
from toko_assets.ipos.decoding import clean_code, clean_name
from toko_assets.ipos.text_columns import each

SERVICE: Final = "2"
"""(a): the value of tipe for a service, as in iPOS 4. A service has no stock."""

KINDS: Final = ("", "Y", "1", SERVICE)
"""(a): the known values of tipe. Y is iPOS's default; all but SERVICE are goods, and so are unknown ones."""
LONGEST_REMARK: Final = 500
FIELDS: Final = ("keterangan", "matauang", "jasa", "stokmin", "supplier", "dateupd")
"""The columns that `item_fields` returns."""


def item_fields(raw: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    """Return further columns of products, by name. `raw` are rows of tbl_item.

    `keterangan` is the remark, cleaned as names are, with at most LONGEST_REMARK characters.
    `matauang` is the currency of prices that cannot be converted to rupiah, else null (`currencies.py`).
    `jasa` says whether an item is a service; it is null if the item has no tipe. `stokmin` is the stock at which the
    shop orders more, or null if it is not filled in. `supplier` is a code; `dateupd` is the shop's local time.
    """
    kinds = each(raw["tipe"], clean_code)
    return {
        "keterangan": each(raw["keterangan"], _clean_remark).replace("", None),
        "matauang": raw["matauang"],
        "jasa": (kinds == SERVICE).astype("boolean").where(raw["tipe"].notna()),
        "stokmin": above_zero(raw["stokmin"]),
        "supplier": each(raw["supplier1"], clean_name).replace("", None),
        "dateupd": raw["dateupd"],
    }


def _clean_remark(text: str | None) -> str:
    return clean_name(text)[:LONGEST_REMARK].strip()
