"""Leaves items out of the restored tbl_item that no code tells apart: rows without a code, and repeated codes.

An intact iPOS has neither. Restored, repaired and imported databases do, and one such row must not keep a shop's
prices from being published.
"""

from typing import Any, Final

import psycopg

from toko_assets.ipos.decoding import decode

LEFT_OUT: Final = "items_left_out"
"""The table of the restored database that keeps them, if there are any, for the check and for their photos' numbers."""
NO_CODE, OLDER = "no code", "a newer row has this code"

CREATE = (
    f"CREATE UNLOGGED TABLE IF NOT EXISTS public.{LEFT_OUT} (kodeitem text, namaitem text, gambar integer, reason text)"
)
BLANK = r"(kodeitem IS NULL OR btrim(kodeitem, E' \t\n\r\f\x0b') = '')"
NEWEST_FIRST = "dateupd DESC NULLS LAST, ctid DESC"
"""Of rows with one code the newest counts, and of equally new ones the last of the backup."""

FIND = f"""
    SELECT ctid, CASE WHEN {BLANK} THEN 0 ELSE row_number() OVER (PARTITION BY kodeitem ORDER BY {NEWEST_FIRST}) END
    FROM public.tbl_item WHERE {BLANK} OR kodeitem IN (
        SELECT kodeitem FROM public.tbl_item GROUP BY kodeitem HAVING count(*) > 1)
"""  # noqa: S608 - constants
FIND_NOT_ASCII = rf"""
    SELECT ctid, kodeitem FROM public.tbl_item WHERE kodeitem ~ '[^\x01-\x7f]' ORDER BY {NEWEST_FIRST}
"""  # noqa: S608 - constants
MOVE = f"""
    WITH gone AS (DELETE FROM public.tbl_item WHERE ctid = ANY(%s::tid[]) RETURNING kodeitem, namaitem, gambar)
    INSERT INTO public.{LEFT_OUT} SELECT kodeitem, namaitem, gambar, %s FROM gone
"""  # noqa: S608 - constants


def leave_out_items(connection: psycopg.Connection[Any]) -> int:
    """Move the rows without a code, and all but one of those with the same code, into LEFT_OUT. Return how many.

    In an SQL_ASCII database codes are also the same if they are equal once decoded.
    """
    found = connection.execute(FIND.encode()).fetchall()
    without = [_text(place) for place, rank in found if rank == 0]
    older = [_text(place) for place, rank in found if rank > 1]
    moved = _move(connection, without, NO_CODE) + _move(connection, older, OLDER)
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        moved += _move(connection, _repeated_once_decoded(connection), OLDER)
    return moved


def has_left_out(connection: psycopg.Connection[Any]) -> bool:
    """Whether any items of the restored database were left out."""
    found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{LEFT_OUT}"]).fetchone()
    return bool(found and found[0])


def photos_left_out(connection: psycopg.Connection[Any]) -> frozenset[int]:
    """Return the numbers of the photos of the items that were left out."""
    if not has_left_out(connection):
        return frozenset()
    query = f"SELECT gambar FROM public.{LEFT_OUT} WHERE gambar IS NOT NULL"  # noqa: S608
    return frozenset(number for (number,) in connection.execute(query.encode()))


def _repeated_once_decoded(connection: psycopg.Connection[Any]) -> list[str]:
    seen: set[str] = set()
    again = []
    for place, code in connection.execute(FIND_NOT_ASCII.encode()):
        text = _text(code)
        if text in seen:
            again.append(_text(place))
        seen.add(text)
    return again


def _text(value: str | bytes) -> str:
    """Decode a value of an SQL_ASCII database, which arrives as bytes."""
    return decode(value) if isinstance(value, bytes) else value


def _move(connection: psycopg.Connection[Any], places: list[str], reason: str) -> int:
    if not places:
        return 0
    connection.execute(CREATE.encode())
    return connection.execute(MOVE.encode(), [places, reason]).rowcount
