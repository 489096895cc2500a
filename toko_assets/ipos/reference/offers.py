"""Reads when, and for which goods, a discount or a promotion of the shop applies.

The rules marked (a) are our assumptions where no public source gives an answer. They are in docs/pricing.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.reference.names import comparable
from toko_assets.ipos.text_columns import each
from toko_core.catalog.reference.periods import EVERY_DAY, Period

DATES, HOURS, WEEKDAYS = "1", "2", "3"
"""Values of `tipeper`: what limits an offer besides its dates."""
WEEKDAY_COLUMNS = ("w1", "w2", "w3", "w4", "w5", "w6", "w7")
FIRST_YEAR, LAST_YEAR = 1000, 9000
"""Dates outside these years are no limit."""
KEPT_AFTER_END: Final = timedelta(days=1)
"""An offer that ended longer before the backup is left out."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The head of a discount or promotion: a row of tbl_itemdisp or tbl_itempromo that is switched on."""

    code: str
    period: Period
    values: dict[str, Any]
    """All columns of the row."""


def read_offers(rows: pd.DataFrame, key: str, dumped_at: datetime) -> tuple[dict[str, Offer], list[tuple[str, str]]]:
    """Return the offers that are switched on and not over, by code, and (code, reason) of what had to be interpreted.

    `dumped_at` is the time of the backup in the shop's wall clock. Rules 13 to 15.
    """
    offers: dict[str, Offer] = {}
    unclear: list[tuple[str, str]] = []
    for row in records(rows):
        code = _text(row[key])
        if not code or not row["stsact"] or code in offers:
            continue
        period = _period(row)
        if period.end is not None and period.end + KEPT_AFTER_END <= dumped_at:
            continue
        if _text(row["tipeper"]) not in {DATES, HOURS, WEEKDAYS}:
            unclear.append((code, "tipeper is unknown: it counts as a period (1)"))
        if period.start and period.end and period.start >= period.end:
            unclear.append((code, "it ends before it begins"))
        offers[code] = Offer(code, period, row)
    return offers, unclear


def records(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows as dictionaries of Python values."""
    yield from pa.Table.from_pandas(rows, preserve_index=False).to_pylist()


class Goods:
    """The products that an offer for a range of goods can apply to."""

    def __init__(self, products: pd.DataFrame) -> None:
        self._codes = pa.array(products["kodeitem"].astype("str"))
        self.codes = frozenset(self._codes.to_pylist())
        """The codes of all products."""
        self._labels = {name: pa.array(each(products[name], comparable)) for name in ("jenis", "merek")}

    def of(self, offer: Offer) -> list[str]:
        """Return the codes of the products that meet every condition of the offer that is filled in (rule 17)."""
        kept = pa.array([True] * len(self._codes), pa.bool_())
        for column, function in (("kodeitemd", pc.greater_equal), ("kodeitems", pc.less_equal)):
            if _text(limit := offer.values[column]):
                kept = pc.and_(kept, function(self._codes, pa.scalar(limit, self._codes.type)))  # byte by byte
        for column, labels in self._labels.items():
            if wanted := comparable(offer.values[column]):
                kept = pc.and_(kept, pc.equal(labels, wanted))
        codes: list[str] = self._codes.filter(kept).to_pylist()
        return codes


def period_columns(period: Period) -> tuple[datetime | None, datetime | None, time | None, time | None, int | None]:
    """Return the values of the catalogue's columns dari, sebelum, jam_dari, jam_sampai and hari."""
    days = None if period.weekdays == EVERY_DAY else period.weekdays
    return period.start, period.end, period.first_time, period.last_time, days


def _period(row: dict[str, Any]) -> Period:
    start, last = (_date(row[name]) for name in ("tgldari", "tglsampai"))
    # A last time at midnight means that whole day (a).
    end = last and last + (timedelta(days=1) if last.time() == time() else timedelta(microseconds=1))
    kind = _text(row["tipeper"])
    if kind == HOURS:
        first, until = (row[name] and row[name].time() for name in ("jamdari", "jamsampai"))
        if first == until:  # the whole day (a)
            first = until = None
        return Period(start, end, first, until)
    if kind == WEEKDAYS:
        return Period(start, end, weekdays=sum(1 << day for day, name in enumerate(WEEKDAY_COLUMNS) if row[name]))
    return Period(start, end)


def _date(value: datetime | None) -> datetime | None:
    return value if value is not None and FIRST_YEAR <= value.year < LAST_YEAR else None


def _text(value: str | None) -> str:
    return (value or "").strip()
