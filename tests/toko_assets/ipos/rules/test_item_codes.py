"""Items without a code of their own are left out, and nothing else of the backup changes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.backups import Shop, a_shop, write_backup
from toko_assets.common.checks import Outcome
from toko_assets.ipos.archive.photo_column import stored_photos
from toko_assets.ipos.audit import audit_database
from toko_assets.ipos.restore import databases, restore
from toko_assets.ipos.rules.item_codes import photos_left_out
from toko_assets.ipos.sandbox.archives import open_excerpt
from toko_assets.postgres.embedded import RESTORER
from toko_assets.postgres.server import PostgresServer

DATABASE = "i5test_0123456789ab"
NO_KEY = ("ALTER TABLE tbl_item DROP CONSTRAINT tbl_item_pkey", "ALTER TABLE tbl_item ALTER kodeitem DROP NOT NULL")


@pytest.fixture
def restorer(postgres: PostgresServer) -> Iterator[PostgresServer]:
    server = PostgresServer(postgres.host, postgres.port, RESTORER)
    yield server
    with server.connect("postgres", autocommit=True) as connection:
        for name in databases(server, "i5test"):
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def added(*items: tuple[str, str, str | None], photos: bool = False) -> str:
    """SQL that adds items from SQL literals of (kodeitem, namaitem, dateupd); `photos`: the name is the photo too."""
    rows = ", ".join(
        f"({code}, '{name}', {'NULL' if date is None else repr(date)}, {repr(name) if photos else 'NULL'}::bytea)"
        for code, name, date in items
    )
    return f"INSERT INTO tbl_item (kodeitem, namaitem, dateupd, gambar) VALUES {rows}"


def shop_of(*statements: str, items: int = 1) -> Shop:
    return replace(a_shop(items), statements=(*NO_KEY, *statements))


def restored(
    postgres: PostgresServer, restorer: PostgresServer, folder: Path, shop: Shop, encoding: str = "UTF8"
) -> tuple[list[Any], dict[Any, bytes], list[Outcome]]:
    """(kodeitem, namaitem) of every item, the photos by code, and the outcomes of the checks."""
    file = write_backup(postgres, folder / "a.i5bu", shop, encoding=encoding)
    excerpt = open_excerpt(folder / "rows", file, "0123456789ab", file.name)
    counts = restore(restorer, excerpt.archive, DATABASE)
    with restorer.connect(DATABASE) as connection:
        items = connection.execute("SELECT kodeitem, namaitem FROM tbl_item ORDER BY ctid").fetchall()
        photos = stored_photos(connection, excerpt.archive, excerpt.photos, photos_left_out(connection))
        assert counts["tbl_item"] == len(items)
        return items, dict(photos), audit_database(connection, counts)


def outcome(outcomes: list[Outcome], name: str) -> Outcome:
    return next(outcome for outcome in outcomes if outcome.name == name)


def test_the_newest_row_of_a_code_counts_with_its_photo_and_rows_without_a_code_do_not(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    statement = added(
        ("'A'", "OLD", "2025-01-01"), ("'A'", "NEW", "2025-06-01"), ("'A'", "UNDATED", None),
        ("''", "EMPTY", "2025-06-01"), ("NULL", "NULL", "2025-06-01"), (r"E' \t'", "BLANK", "2025-06-01"),
        ("'a'", "ANOTHER CODE", "2024-01-01"), photos=True,
    )  # fmt: skip
    items, photos, outcomes = restored(postgres, restorer, tmp_path, shop_of(statement))
    assert items == [("BRG-0", "BARANG KE 0"), ("A", "NEW"), ("a", "ANOTHER CODE")]
    assert photos == {"A": b"NEW", "a": b"ANOTHER CODE"}
    assert outcome(outcomes, "items_left_out").rows.fillna("").to_numpy().tolist() == [
        ["", "BLANK", "no code"],
        ["", "EMPTY", "no code"],
        ["", "NULL", "no code"],
        ["A", "OLD", "a newer row has this code"],
        ["A", "UNDATED", "a newer row has this code"],
    ]


def test_of_equally_new_rows_the_last_of_the_backup_counts(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    dated = added(("'A'", "FIRST", "2025-01-01"), ("'A'", "LAST", "2025-01-01"))
    undated = added(("'B'", "FIRST", None), ("'B'", "LAST", None))
    items, _, _ = restored(postgres, restorer, tmp_path, shop_of(dated, undated))
    assert items == [("BRG-0", "BARANG KE 0"), ("A", "LAST"), ("B", "LAST")]


def test_without_dates_the_last_row_of_a_code_counts(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    statements = (added(("'A'", "FIRST", None), ("'A'", "LAST", None)), "ALTER TABLE tbl_item DROP COLUMN dateupd")
    assert restored(postgres, restorer, tmp_path, shop_of(*statements))[0][1:] == [("A", "LAST")]


def test_codes_that_are_equal_once_decoded_are_one(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    latin, utf8 = r"E'CAF\xe9'", r"E'CAF\xc3\xa9'"
    statement = added((latin, "NEW", "2025-06-01"), (utf8, "OLD", "2025-01-01"), (r"E'CAF\xe8'", "OTHER", None))
    items, _, outcomes = restored(postgres, restorer, tmp_path, shop_of(statement), "SQL_ASCII")
    assert items[1:] == [(b"CAF\xe9", b"NEW"), (b"CAF\xe8", b"OTHER")]
    assert outcome(outcomes, "items_left_out").rows["kodeitem"].tolist() == ["CAFÉ".replace("É", "é")]


@pytest.mark.parametrize(("whole", "stops"), [(199, False), (99, True), (98, True)])
def test_one_percent_of_the_items_blocks(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path, whole: int, stops: bool
) -> None:
    shop = shop_of(added(("''", "NAMELESS", None)), items=whole)
    _, _, outcomes = restored(postgres, restorer, tmp_path, shop)
    assert outcome(outcomes, "item_keys_unique").stops == stops
    assert not outcome(outcomes, "items_left_out").passed
    assert not outcome(outcomes, "items_left_out").stops


def test_a_sound_backup_leaves_nothing_out(postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path) -> None:
    _, _, outcomes = restored(postgres, restorer, tmp_path, a_shop(3))
    assert all(outcome.passed for outcome in outcomes)
