"""Which groups may use the bot: those of ALLOWED_CHATS, and the supergroups that they became."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from toko_core.state.database import StateDatabase
from toko_core.state.tables import chat_aliases


@dataclass(frozen=True, slots=True)
class Move:
    """A group became a supergroup."""

    old: int
    """The id that it had."""
    new: int
    title: str


class Groups:
    """The groups of one shop. All methods but `knows` may take as long as the disk, and raise StateError.

    ALLOWED_CHATS is in `.env`, which the program does not rewrite: the new ids are in the state database.
    """

    def __init__(self, state: StateDatabase, allowed: AbstractSet[int]) -> None:
        """`allowed` are the ids of ALLOWED_CHATS."""
        self._state = state
        self._settings = frozenset(allowed)
        self._known = set(allowed)

    def knows(self, chat_id: int) -> bool:
        """Return whether a group may use the bot, as far as this process knows. Reads nothing and raises nothing."""
        return chat_id in self._known

    def allows(self, chat_id: int) -> bool:
        """Return whether a group may use the bot. It may have become a supergroup while another process looked on."""
        if chat_id not in self._known and self._settings:
            self.all()
        return chat_id in self._known

    def all(self) -> frozenset[int]:
        """Return the ids of all groups that may use the bot, also those that a group had before."""
        found, following = set(self._settings), {move.old: move.new for move in self.moves()}
        for old in self._settings:
            while (new := following.get(old)) is not None and new not in found:
                found.add(new)
                old = new
        self._known |= found
        return frozenset(found)

    def moves(self) -> list[Move]:
        """Return the groups that became supergroups, the earliest first."""
        columns = chat_aliases.c
        rows = select(columns.old_id, columns.new_id, columns.title).where(columns.shop == self._state.shop)
        with self._state.read() as connection:
            return [Move(*row) for row in connection.execute(rows.order_by(columns.moved_at))]

    def move(self, move: Move) -> bool:
        """Store that a group became a supergroup. Return whether nobody knew it.

        It does nothing for groups that may not use the bot, and for new ids that ALLOWED_CHATS has already. If the
        database cannot be written, at least this process knows it.
        """
        if move.new in self._settings or not self.allows(move.old):
            return False
        self._known.add(move.new)
        columns = chat_aliases.c
        known = select(columns.new_id).where(columns.shop == self._state.shop, columns.old_id == move.old)
        values = {
            "shop": self._state.shop, "old_id": move.old, "new_id": move.new, "title": move.title,
            "moved_at": datetime.now(UTC),
        }  # fmt: skip
        with self._state.write() as connection:
            if connection.execute(known).first() is not None:
                return False
            connection.execute(insert(chat_aliases).values(values))
        return True

    def take_unreported(self) -> list[Move]:
        """Return the moves that the owners were not notified of. Each is returned once, to one process.

        The titles are erased then: they may name people.
        """
        columns = chat_aliases.c
        unreported = (columns.shop == self._state.shop) & columns.told_at.is_(None)
        with self._state.write() as connection:
            rows = select(columns.old_id, columns.new_id, columns.title).where(unreported)
            moves = [Move(*row) for row in connection.execute(rows.order_by(columns.moved_at))]
            if moves:
                connection.execute(update(chat_aliases).where(unreported).values(told_at=datetime.now(UTC), title=""))
        return moves
