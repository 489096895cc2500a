"""What the reading needs to know of the published catalogue: its items, and since when their prices are in force."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toko_assets.ipos.decoding import clean_code
from toko_assets.ipos.sales.values import NEVER, places

UNIT_BITS: Final = 24
"""A pair of an item and a unit is one number: the item's place, and the unit's in the lower bits."""

PRICED = pa.schema(
    [
        ("kodeitem", pa.string()), ("satuan", pa.string()), ("edited", pa.timestamp("us")),
        ("seen", pa.timestamp("us")),
    ]
)  # fmt: skip
"""A unit that has a price: when iPOS last wrote its prices, and when a backup first showed them, in the shop's time."""
CONVERSIONS = pa.schema([("kodeitem", pa.string()), ("satuan", pa.string()), ("konversi", pa.decimal128(20, 3))])


@dataclass(frozen=True, slots=True)
class KnownItems:
    """The published items, the units with a price, and the conversions of all units."""

    codes: pa.Array
    """kodeitem."""
    priced: pa.Table
    conversions: pa.Table


class Pairs:
    """Numbers the pairs of an item and a unit. The texts of units are clean."""

    def __init__(self, codes: pa.Array) -> None:
        self.codes = codes
        self._items: dict[str, int] = {code: place for place, code in enumerate(codes.to_pylist())}
        self._units: dict[str, int] = {}

    def item(self, code: str) -> int:
        """Return the place of an item, -1 if it is not in the catalogue."""
        return self._items.get(code, -1)

    def unit(self, name: str) -> int:
        """Return the number of a unit."""
        return self._units.setdefault(clean_code(name), len(self._units))

    def name(self, table: pa.Table) -> pa.Table:
        """Replace the column `pair` with kodeitem and satuan, and sort by them."""
        pairs, units = table["pair"].to_numpy(), pa.array(self._units, pa.string())
        named = {
            "kodeitem": self.codes.take(pa.array(pairs >> UNIT_BITS)),
            "satuan": units.take(pa.array(pairs & ((1 << UNIT_BITS) - 1))),
            **{name: table[name] for name in table.column_names if name != "pair"},
        }
        return pa.table(named).sort_by([("kodeitem", "ascending"), ("satuan", "ascending")])

    def of_table(self, table: pa.Table) -> NDArray[np.int64]:
        """Return the pair of each row of a table with kodeitem and satuan, -1 for unknown items."""
        items = pc.index_in(table["kodeitem"], value_set=self.codes).fill_null(-1).to_numpy()
        units = table["satuan"].combine_chunks().dictionary_encode()
        numbers = np.array([self.unit(name or "") for name in units.dictionary.to_pylist()] + [self.unit("")], np.int64)
        return np.where(items < 0, -1, (items.astype(np.int64) << UNIT_BITS) | numbers[places(units, len(numbers) - 1)])


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds the row of a table by its pair. If a pair has several rows, the first counts."""

    keys: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: NDArray[np.int64]) -> "Lookup":
        """Index the rows of a table by their pairs."""
        keys, rows = np.unique(pairs, return_index=True)
        return cls(keys, rows)

    def find(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each pair, -1 if there is none."""
        if not len(self.keys):
            return np.full(len(pairs), -1)
        at = np.minimum(np.searchsorted(self.keys, pairs), len(self.keys) - 1)
        return np.where(self.keys[at] == pairs, self.rows[at], -1)


def micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Convert times to microseconds since 1970; null is NEVER."""
    return np.asarray(column.cast(pa.int64()).fill_null(NEVER).to_numpy(), np.int64)
