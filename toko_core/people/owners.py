"""The owners whom the state database names, for the messages to the owners."""

from sqlalchemy import inspect, select

from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
from toko_core.state.tables import people


def stored_owners(state: StateDatabase) -> frozenset[int]:
    """Return the Telegram ids of the owners in the database; none if there is no database yet. Raises StateError.

    It reads the tables of an earlier or later version too, and changes nothing if `state` does not prepare the
    database: the chain may be of another version than the bot.
    """
    if state.file is not None and not state.file.exists():
        return frozenset()
    with state.read() as connection:
        if not inspect(connection).has_table(people.name):
            return frozenset()
        owners = select(people.c.user_id).where(people.c.shop == state.shop, people.c.role == Role.OWNER.value)
        return frozenset(connection.execute(owners).scalars())
