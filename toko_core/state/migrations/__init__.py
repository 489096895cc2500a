"""Brings the state database to this version's tables: creates them, or changes those of an earlier version.

A new database gets the tables at once. Only a database of an earlier version needs Alembic, which is imported for it:
it takes 10 MB of memory, and the bot keeps what it imported.

To change a table: change `tables.py`, and add `versions/r<number>_<subject>.py` with the next number.
"""

import logging
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from toko_core import PermanentError
from toko_core.state.tables import metadata

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
REVISIONS = tuple(sorted(file.stem[1:5] for file in FOLDER.glob("versions/r[0-9]*.py")))
"""Of all migrations, the first one first."""
VERSION_TABLE = "state_version"
_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))


class OtherVersionError(PermanentError):
    """The tables are not those of this version, and cannot be made so."""


def is_current(connection: Connection) -> bool:
    """Return whether the tables are those of this version. Raises OtherVersionError if a newer version made them."""
    return _find_version(connection) == REVISIONS[-1]


def migrate(connection: Connection) -> None:
    """Create or change the tables, in the transaction of the caller, which excludes other processes.

    Raises OtherVersionError if a newer version made them.
    """
    version = _find_version(connection)
    if version is None:
        metadata.create_all(connection, checkfirst=False)
        _VERSION.create(connection)
        connection.execute(insert(_VERSION).values(version_num=REVISIONS[-1]))
    elif version != REVISIONS[-1]:
        upgrade(connection)


def _find_version(connection: Connection) -> str | None:
    """Return the number of the last migration; None for an empty database."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if ours := sorted(metadata.tables.keys() & set(tables)):
            raise OtherVersionError(f"it has a table {ours[0]} that this program did not create")
        return None
    version = connection.execute(select(_VERSION.c.version_num)).scalar()
    if version not in REVISIONS:
        raise OtherVersionError(f"a newer toko made it (version {version}, this one reads {REVISIONS[-1]})")
    return str(version)


def upgrade(connection: Connection) -> None:
    """Run the migrations that the database lacks. Raises OtherVersionError if one fails."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except Exception as error:
        log.warning("A migration of the state database failed", exc_info=True)
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise OtherVersionError(f"its tables could not be changed to those of this version: {reason[0]}") from None
