"""What the rules had to assume, and the price systems that they speak of."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

FIXED, PER_UNIT, PER_LEVEL, PER_QUANTITY = "O", "S", "L", "J"
LISTED: Final = (PER_UNIT, PER_LEVEL, PER_QUANTITY)
"""The systems whose prices are in tbl_itemhj. `tipehj` names one of them."""
SYSTEMS: Final = (FIXED, *LISTED)

SHOWN: Final = ("kodeitem", "namaitem", "satuan", "konversi", "jumlahkonv", "level", "jumlah_sampai", "hargajual")


@dataclass(frozen=True, slots=True)
class Assumption:
    """Rows that a rule had to interpret because the backup is ambiguous or incomplete."""

    name: str
    rule: str
    rows: pd.DataFrame


def note(name: str, rule: str, rows: pd.DataFrame, *more: str) -> Assumption:
    """Make an assumption with the columns of the rows that people need, and those named in `more`."""
    return Assumption(name, rule, rows[[column for column in (*SHOWN, *more) if column in rows]])
