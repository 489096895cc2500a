"""Keeps quotations in the state database. Every change is one transaction, so several replicas can change one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from toko_core.state.database import StateDatabase
from toko_core.state.quotations.records import MOST_LINES, Line, Quotation
from toko_core.state.tables import quotation_lines, quotations

MOST_KEPT = 200
"""How many quotations of one person are kept: a new one replaces the oldest."""


class Quotations:
    """The quotations of one shop. All methods touch the disk: do not call them in the event loop.

    They raise StateError if the database cannot be used.
    """

    def __init__(self, state: StateDatabase, zone: ZoneInfo) -> None:
        self._state = state
        self._zone = zone

    def create(
        self,
        maker_id: int,
        maker_name: str,
        level: int,
        lines: Sequence[Line],
        now: datetime,
        asked_message: int | None = None,
    ) -> Quotation:
        """Store a new quotation of at most MOST_LINES lines, under the next number of the year.

        If there is one that `asked_message` of this person asked for, that one gets the lines instead: the message was
        edited, or Telegram delivered it again.
        """
        shop, year = self._state.shop, now.astimezone(self._zone).year
        lines = lines[:MOST_LINES]
        with self._state.write() as connection:
            if asked_message is not None and (head := self._find_asked(connection, maker_id, asked_message)):
                return self._replace(connection, head, level, lines, now)
            kept = _placed(lines, 1)
            last = select(func.max(quotations.c.number)).where(quotations.c.shop == shop, quotations.c.year == year)
            number = (connection.execute(last).scalar() or 0) + 1
            values = {
                "shop": shop, "year": year, "number": number, "maker_id": maker_id, "maker_name": maker_name,
                "asked_message": asked_message, "level": level, "created_at": now, "priced_at": now,
                "next_place": len(kept) + 1,
            }  # fmt: skip
            made = connection.execute(insert(quotations).values(values)).inserted_primary_key
            assert made is not None  # noqa: S101 - for mypy: the table has one key
            _insert_lines(connection, shop, made[0], kept)
            self._remove_oldest(connection, maker_id)
        return Quotation(made[0], year, number, maker_id, maker_name, level, now, now, tuple(kept))

    def find(self, quotation_id: int) -> Quotation | None:
        """Return a quotation by its id."""
        return next(iter(self._read([quotations.c.id == quotation_id])), None)

    def find_number(self, number: int, year: int) -> Quotation | None:
        """Return a quotation by the number that people see."""
        return next(iter(self._read([quotations.c.number == number, quotations.c.year == year])), None)

    def newest(self, limit: int, offset: int = 0, maker_id: int | None = None) -> list[Quotation]:
        """Return the newest quotations, of one person or of everybody."""
        whose = [] if maker_id is None else [quotations.c.maker_id == maker_id]
        return self._read(whose, limit, offset)

    def count(self, maker_id: int | None = None) -> int:
        """Return how many quotations there are, of one person or of everybody."""
        where = [quotations.c.shop == self._state.shop]
        where += [] if maker_id is None else [quotations.c.maker_id == maker_id]
        with self._state.read() as connection:
            return connection.execute(select(func.count()).select_from(quotations).where(*where)).scalar() or 0

    def add(self, quotation_id: int, lines: Sequence[Line]) -> int:
        """Add lines at the end. Returns how many of them were left out, as a quotation has at most MOST_LINES."""
        with self._state.write() as connection:
            where = self._where(quotation_id)
            place = connection.execute(select(quotations.c.next_place).where(*where)).scalar()
            if place is None:
                return len(lines)
            of_it = quotation_lines.c.quotation_id == quotation_id
            used = connection.execute(select(func.count()).select_from(quotation_lines).where(of_it)).scalar() or 0
            kept = _placed(lines[: max(MOST_LINES - used, 0)], place)
            _insert_lines(connection, self._state.shop, quotation_id, kept)
            connection.execute(update(quotations).where(*where).values(next_place=place + len(kept)))
        return len(lines) - len(kept)

    def change(self, quotation_id: int, line: Line) -> None:
        """Replace the line of the same place; nothing if it was removed."""
        with self._state.write() as connection:
            self._update_line(connection, quotation_id, line)

    def remove(self, quotation_id: int, place: int) -> None:
        """Remove a line; nothing if it is not there."""
        with self._state.write() as connection:
            connection.execute(delete(quotation_lines).where(*self._line(quotation_id, place)))

    def reprice(self, quotation_id: int, level: int, lines: Iterable[Line], now: datetime) -> None:
        """Store other prices of its lines. It holds from now."""
        with self._state.write() as connection:
            values = {"level": level, "priced_at": now}
            connection.execute(update(quotations).where(*self._where(quotation_id)).values(values))
            for line in lines:
                self._update_line(connection, quotation_id, line)

    def _read(self, where: Sequence[ColumnElement[bool]], limit: int = 1, offset: int = 0) -> list[Quotation]:
        """Return the newest quotations with their lines."""
        found = (
            select(quotations)
            .where(quotations.c.shop == self._state.shop, *where)
            .order_by(quotations.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._state.read() as connection:
            heads = connection.execute(found).mappings().all()
            ids = [head["id"] for head in heads]
            in_order = select(quotation_lines).where(quotation_lines.c.quotation_id.in_(ids))
            rows = connection.execute(in_order.order_by(quotation_lines.c.place)).mappings().all() if ids else []
        lines: defaultdict[int, list[Line]] = defaultdict(list)
        for row in rows:
            lines[row["quotation_id"]].append(_line(dict(row)))
        return [_quotation(dict(head), lines[head["id"]]) for head in heads]

    def _find_asked(self, connection: Connection, maker_id: int, asked_message: int) -> dict[str, Any] | None:
        own = [quotations.c.maker_id == maker_id, quotations.c.asked_message == asked_message]
        found = select(quotations).where(quotations.c.shop == self._state.shop, *own)
        head = connection.execute(found).mappings().first()
        return None if head is None else dict(head)

    def _replace(
        self, connection: Connection, head: dict[str, Any], level: int, lines: Sequence[Line], now: datetime
    ) -> Quotation:
        """Give a quotation other lines. Old buttons, which name places, find none of them."""
        kept = _placed(lines, head["next_place"])
        connection.execute(delete(quotation_lines).where(quotation_lines.c.quotation_id == head["id"]))
        values = {"level": level, "priced_at": now, "next_place": head["next_place"] + len(kept)}
        connection.execute(update(quotations).where(*self._where(head["id"])).values(values))
        _insert_lines(connection, self._state.shop, head["id"], kept)
        return _quotation(head | values, kept)

    def _update_line(self, connection: Connection, quotation_id: int, line: Line) -> None:
        where = self._line(quotation_id, line.place)
        connection.execute(update(quotation_lines).where(*where).values(_values(line)))

    def _remove_oldest(self, connection: Connection, maker_id: int) -> None:
        """Remove what one person has too many of. The newest number is never removed, so no number comes again."""
        own = [quotations.c.shop == self._state.shop, quotations.c.maker_id == maker_id]
        kept = select(quotations.c.id).where(*own).order_by(quotations.c.id.desc()).offset(MOST_KEPT)
        old = connection.execute(kept.limit(MOST_KEPT)).scalars().all()
        if old:
            connection.execute(delete(quotation_lines).where(quotation_lines.c.quotation_id.in_(old)))
            connection.execute(delete(quotations).where(quotations.c.id.in_(old)))

    def _where(self, quotation_id: int) -> tuple[ColumnElement[bool], ...]:
        return quotations.c.shop == self._state.shop, quotations.c.id == quotation_id

    def _line(self, quotation_id: int, place: int) -> tuple[ColumnElement[bool], ...]:
        columns = quotation_lines.c
        return columns.shop == self._state.shop, columns.quotation_id == quotation_id, columns.place == place


def _placed(lines: Sequence[Line], start: int) -> list[Line]:
    return [replace(line, place=place) for place, line in enumerate(lines, start)]


def _insert_lines(connection: Connection, shop: str, quotation_id: int, lines: Sequence[Line]) -> None:
    if lines:
        key = {"shop": shop, "quotation_id": quotation_id}
        connection.execute(insert(quotation_lines), [key | {"place": line.place} | _values(line) for line in lines])


def _values(line: Line) -> dict[str, Any]:
    return {
        "asked": line.asked, "number": line.number, "unit": line.unit, "kodeitem": line.kodeitem,
        "namaitem": line.namaitem, "satuan": line.satuan, "price": line.price, "choices": list(line.choices),
    }  # fmt: skip


def _line(row: dict[str, Any]) -> Line:
    del row["shop"], row["quotation_id"]
    return Line(**row | {"choices": tuple(row["choices"])})


def _quotation(row: dict[str, Any], lines: Sequence[Line]) -> Quotation:
    del row["shop"], row["next_place"], row["asked_message"]
    return Quotation(**row, lines=tuple(lines))
