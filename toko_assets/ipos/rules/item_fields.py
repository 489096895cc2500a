"""Reads the fields of an item that are neither names nor prices.

The rule marked (a) is our assumption where no public source gives an answer. It is in docs/pricing.md.
"""

from typing import Any, Final

import pandas as pd

from toko_assets.ipos.decoding import clean_code, each

SERVICE: Final = "2"
"""(a): the value of tipe for a service, as in iPOS 4. A service has no stock."""

FIELDS: Final = ("jasa",)
"""The columns that `item_fields` returns."""


def item_fields(raw: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    """Return further columns of products, by name. `raw` are rows of tbl_item.

    `jasa` says whether an item is a service; it is null if the item has no tipe.
    """
    kinds = each(raw["tipe"], clean_code)
    return {"jasa": (kinds == SERVICE).astype("boolean").where(raw["tipe"].notna())}
