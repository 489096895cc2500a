"""Cleans the serial numbers of a shop's items, such as the IMEIs of phones.

The rules marked (a) are our assumptions where no public source gives an answer. They are in docs/pricing.md.
"""

from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.text_columns import among
from toko_core.search.codes.identifiers import LONGEST, SHORTEST_SERIAL

SALES: Final = ("KSR", "JL")
"""(a): values of tipe, the kind of the serial number's last transaction, that mean it was sold."""
YES: Final = ("T", "TRUE", "Y", "1")
NO: Final = ("F", "FALSE", "N", "0")
"""Values of stsada ("is there"), which some databases have."""
COLUMNS: Final = ["noserial", "kodeitem", "kantor", "terjual"]


def clean_serials(rows: pd.DataFrame, items: "pd.Series[Any]") -> pd.DataFrame:
    """Return the serial numbers of the items, in upper case, sorted.

    `rows` are those of tbl_itemserial, `items` the codes of the products. `terjual` is null if the backup does not say
    whether the item was sold. Numbers that are too short or too long to search for are left out.
    """
    rows = rows[among(rows["kodeitem"], items)]
    number, branch, kind, receipt, there = (
        _plain(rows[name]) for name in ("noserial", "kodekantor", "tipe", "notransaksi", "stsada")
    )
    sold = pc.and_(pc.is_in(kind, pa.array(SALES)), pc.not_equal(pc.fill_null(receipt, ""), ""))
    told = pc.or_(pc.is_valid(kind), pc.is_in(there, pa.array(YES + NO)))
    gone = pc.or_(sold, pc.is_in(there, pa.array(NO)))
    length = pc.fill_null(pc.utf8_length(number), 0)
    table = pa.table(
        [number, pa.array(rows["kodeitem"].astype("str")), pc.fill_null(branch, ""), pc.if_else(told, gone, None)],
        names=COLUMNS,
    ).filter(pc.and_(pc.greater_equal(length, SHORTEST_SERIAL), pc.less_equal(length, LONGEST)))
    found: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return found.drop_duplicates(["noserial", "kodeitem", "kantor"]).sort_values(COLUMNS[:3], ignore_index=True)


def _plain(column: "pd.Series[Any]") -> Any:
    """Trim texts, and convert them to upper case."""
    return pc.utf8_upper(pc.utf8_trim_whitespace(pa.array(column, pa.string())))
