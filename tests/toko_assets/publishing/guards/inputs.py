"""What an iPOS can do to a shop's prices: absurd inputs, which must be blocked, and honest ones, which must not.

`python -m tests.toko_assets.publishing.guards.inputs [PRODUCTS]` prints what is published, and the line of each block.
"""

import sys
import tempfile
from pathlib import Path

from tests.toko_assets.publishing.guards.sample_shop import LARGE_BRAND, Shop, failed, printed, sample_prices
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_core.files import DataFolder


def on_both(expression: str, where: str = "true") -> tuple[str, ...]:
    """Set every price, of which `expression` speaks as `price`, in both tables; `where` speaks of `kodeitem`."""
    return tuple(
        f"UPDATE {table} SET {column} = {expression.replace('price', column)} WHERE {column} > 0 AND {where}"
        for table, column in (("tbl_item", "hargajual1"), ("tbl_itemhj", "hargajual"))
    )


def share(percent: int, salt: str = "") -> str:
    """The condition that holds for this share of the items."""
    return f"abs(hashtext(kodeitem || '{salt}')) % 1000 < {percent * 10}"


def moved_by_one_row(table: str, column: str, key: str) -> str:
    return f"""
        UPDATE {table} t SET {column} = n.next
        FROM (SELECT {key}, lead({column}) OVER (ORDER BY {key}) AS next FROM {table}) n
        WHERE n.{key} = t.{key} AND n.next IS NOT NULL
    """


AT_COST = (
    "UPDATE tbl_item SET hargajual1 = hargapokok WHERE hargapokok > 0 AND hargajual1 > 0",
    """
    UPDATE tbl_itemhj h SET hargajual = coalesce(nullif(u.hargapokok, 0), i.hargapokok * u.jumlahkonv)
    FROM tbl_itemsatuanjml u JOIN tbl_item i USING (kodeitem)
    WHERE u.kodeitem = h.kodeitem AND upper(trim(u.satuan)) = upper(trim(h.satuan)) AND h.hargajual > 0
    AND coalesce(nullif(u.hargapokok, 0), i.hargapokok * u.jumlahkonv) > 0
    """,
)
OTHER_SYSTEM = (
    "UPDATE tbl_item SET sistemhargajual = CASE upper(trim(sistemhargajual)) WHEN 'L' THEN 'J' ELSE 'L' END",
    "DELETE FROM tbl_itemhj",
    """
    INSERT INTO tbl_itemhj (iddetail, kodeitem, satuan, level, jmlsampai, hargajual, tipehj)
    SELECT kodeitem, kodeitem, satuan, 1, 9999, 1, sistemhargajual FROM tbl_item
    """,
)
IN_THE_BRAND = f"kodeitem IN (SELECT kodeitem FROM tbl_item WHERE merek = '{LARGE_BRAND}')"
COSTS_RISE = (
    f"UPDATE tbl_item SET hargapokok = hargapokok * 1.3 WHERE {share(60)}",
    f"UPDATE tbl_itemsatuanjml SET hargapokok = hargapokok * 1.3 WHERE {share(60)}",
    *on_both(
        "round(price * 0.97)",
        "kodeitem IN (SELECT kodeitem FROM tbl_item WHERE hargajual1 > 0 ORDER BY md5(kodeitem) LIMIT 60)",
    ),
)

ABSURD: dict[str, tuple[str, ...]] = {
    "all prices at 1 rupiah": on_both("1"),
    "all prices × 10": on_both("price * 10"),
    "all prices ÷ 1,000": on_both("price / 1000"),
    "prices moved by one row": (
        moved_by_one_row("tbl_item", "hargajual1", "kodeitem"),
        moved_by_one_row("tbl_itemhj", "hargajual", "iddetail"),
    ),
    "39 % of them × 10": on_both("price * 10", share(39)),
    "every price at its cost": AT_COST,
    "every item moved to another system at 1 rupiah": OTHER_SYSTEM,
    "one brand at 0": on_both("0", IN_THE_BRAND),
}
HONEST: dict[str, tuple[str, ...]] = {
    "8 % on everything": on_both("round(price * 1.08)"),
    "8 % on everything, rounded up to 500": on_both("ceil(price * 1.08 / 500) * 500"),
    "30 % by ± 5 %": (
        *on_both("round(price * 1.05)", share(15, "up")),
        *on_both("round(price * 0.95)", f"{share(15, 'down')} AND NOT {share(15, 'up')}"),
    ),
    "400 prices by + 12 %": on_both(
        "round(price * 1.12)", "kodeitem IN (SELECT kodeitem FROM tbl_item ORDER BY md5(kodeitem) LIMIT 400)"
    ),
    "costs recalculated on a day with 60 changed prices": COSTS_RISE,
    "a supplier's + 25 % on 60 %": on_both("round(price * 1.25)", share(60)),
    "PPN + 11 % on everything": on_both("round(price * 1.11)"),
}
CLEARANCE = on_both("round(price * 0.5)", share(30))
SIXTY_ITEMS = (
    "DELETE FROM tbl_item WHERE kodeitem NOT IN "
    "(SELECT kodeitem FROM tbl_item WHERE upper(trim(sistemhargajual)) = 'O' AND hargajual1 > 0 LIMIT 60)",
)
THIRTY_CHANGES = on_both("price * 2", "kodeitem IN (SELECT kodeitem FROM tbl_item ORDER BY kodeitem LIMIT 30)")


def main(products: int) -> None:
    """Print a row for each input."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        EmbeddedPostgres(Path(temporary, "postgres")) as server,
        sample_prices(server, Path(temporary), products) as prices,
    ):
        served = Shop(DataFolder(Path(temporary, "served")))
        served.publish(prices.export(), 0)
        for number, (name, statements) in enumerate({**ABSURD, **HONEST, "clearance": CLEARANCE}.items()):
            shop = served.copy(Path(temporary, f"shop {number}"))
            publication = shop.publish(prices.export(statements), 1)
            warns = ", ".join(sorted(failed(publication, blocking=False)))
            said = printed(publication) or (f"warnings: {warns}" if warns else "")
            print(f"| {name} | {'published' if publication.catalog else 'blocked'} | {said} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
