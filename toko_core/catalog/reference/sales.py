"""What the products sold in the 90 days before the last backup whose sales were read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.names import has_table

UNTIL, MATCHING, COMPARED = "sales_until", "till_matching", "till_compared"
"""Keys of catalog_info: the time of the backup that the sales are of, the lines of the till at a published price, and
all lines that were compared. Without sales they are missing."""

THOUSANDTHS: Final = 1000
LARGEST: Final = 9 * 10**15
"""The largest quantity that is kept, in base units."""
NEVER: Final = -(1 << 63)
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's wall clock
READ: Final = f"""
    SELECT product_id, struk_7, struk_90,
        (least(terjual_7, {LARGEST})::DECIMAL(38,3) * {THOUSANDTHS})::BIGINT AS terjual_7,
        (least(terjual_90, {LARGEST})::DECIMAL(38,3) * {THOUSANDTHS})::BIGINT AS terjual_90,
        coalesce(epoch_us(terakhir_terjual), {NEVER}) AS terakhir
    FROM sales ORDER BY product_id
"""  # noqa: S608 - numbers

Days = Literal[7, 90]


@dataclass(frozen=True, slots=True)
class ProductSales:
    """What one product sold. Quantities are in base units, less returns."""

    struk_7: int
    """Distinct receipts of the last 7 days."""
    struk_90: int
    terjual_7: Decimal
    terjual_90: Decimal
    terakhir: datetime | None
    """When it was last sold, in the shop's time without a zone; None if not in 90 days."""


NOT_SOLD: Final = ProductSales(0, 0, Decimal(0), Decimal(0), None)


@dataclass(frozen=True, slots=True)
class TillAgreement:
    """How many lines of the till were asked at a published price, since the last change of each price."""

    matching: int
    compared: int


class Sales:
    """The sales of a catalogue, as arrays: 32 bytes for each product that was sold. Thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, info: Mapping[str, str]) -> None:
        """Read the table `sales`. A catalogue of an earlier version has none."""
        self.until: datetime | None = None
        """The time of the backup that the sales are of, which may be older than the catalogue's; None without sales."""
        self.agreement: TillAgreement | None = None
        """None if nothing could be compared."""
        self._columns: dict[str, NDArray[Any]] = {}
        if UNTIL not in info or not has_table(connection, "sales"):
            return
        self.until = datetime.fromisoformat(info[UNTIL])
        if compared := int(info.get(COMPARED, 0)):
            self.agreement = TillAgreement(int(info.get(MATCHING, 0)), compared)
        columns = connection.execute(READ).fetchnumpy()
        narrow = ("product_id", "struk_7", "struk_90")
        self._columns = {
            name: np.asarray(column, np.int32 if name in narrow else np.int64) for name, column in columns.items()
        }

    @property
    def are_known(self) -> bool:
        """Whether sales were ever read. If not, no product is known to be sold or unsold."""
        return self.until is not None

    def of(self, product_id: int) -> ProductSales | None:
        """Return what a product sold; None if sales were never read."""
        if not self.are_known:
            return None
        ids = self._columns["product_id"]
        place = int(ids.searchsorted(product_id))
        if place == len(ids) or ids[place] != product_id:
            return NOT_SOLD
        _, week, quarter, sold_week, sold_quarter, last = (int(column[place]) for column in self._columns.values())
        return ProductSales(
            week,
            quarter,
            Decimal(sold_week) / THOUSANDTHS,
            Decimal(sold_quarter) / THOUSANDTHS,
            None if last == NEVER else EPOCH + timedelta(microseconds=last),
        )

    def best(self, days: Days) -> list[int]:
        """Return the products by the number of receipts in the last days, most first; none that are on no receipt."""
        if not self.are_known:
            return []
        receipts = self._columns[f"struk_{days}"]
        order = np.argsort(-receipts, kind="stable")
        return [int(product) for product in self._columns["product_id"][order[: int((receipts > 0).sum())]]]

    def sold(self) -> NDArray[np.int32]:
        """Return the products that are on a receipt of the 90 days, by product_id."""
        if not self.are_known:
            return np.empty(0, np.int32)
        return np.asarray(self._columns["product_id"][self._columns["struk_90"] > 0], np.int32)
