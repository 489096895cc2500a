"""What the well-known query of the first version loses and repeats."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from .rules import is_deleted
from .tables import select, text

FIRST_VERSION_QUERY = """
    SELECT i.kodeitem, u.satuan
    FROM public.tbl_item i
    JOIN public.tbl_itemsatuanjml u ON u.kodeitem = i.kodeitem
    JOIN public.tbl_itemhj h ON h.kodeitem = i.kodeitem AND h.satuan = u.satuan
"""


@dataclass(frozen=True, slots=True)
class SeedJoin:
    """Counts of items that are not deleted: not shown at all; shown more than once in one and the same unit."""

    lost: int
    repeated: int


def seed_join_losses(connection: Connection[Any]) -> SeedJoin:
    """Run the first version's query on a full restore and count what it makes of the items that are not deleted."""
    kept = {
        text(kodeitem)
        for kodeitem, statushapus in select(connection, "tbl_item", "kodeitem statushapus")
        if kodeitem is not None and not is_deleted(text(statushapus))
    }
    with connection.cursor(row_factory=tuple_row) as cursor:
        shown = Counter((text(kodeitem), text(satuan)) for kodeitem, satuan in cursor.execute(FIRST_VERSION_QUERY))
    return SeedJoin(
        lost=len(kept - {kodeitem for kodeitem, _ in shown}),
        repeated=len({kodeitem for (kodeitem, _), times in shown.items() if times > 1} & kept),
    )
