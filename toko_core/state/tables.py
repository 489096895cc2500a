"""The tables of the state database. Every row carries the shop's id.

A change of a table needs a migration in `migrations/versions/`; a test compares the two.

Columns that say who somebody is are marked, so that `forget` finds them in every table: a new table has
`*person_columns("by")` instead of two columns of its own. Other columns must not hold names of people.
"""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    select,
    update,
)

FORGOTTEN = "(dihapus)"
"""The name that stands in the entries of a person whose data were erased."""
_PERSON = "person"
"""The key in a column's `info`: the prefix of the two columns that `person_columns` returns."""


class Moment(TypeDecorator[datetime]):
    """A time with its zone, stored as UTC without a zone: SQLite has no type for zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC. Raises ValueError for a time without a zone."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        del dialect
        return value and value.replace(tzinfo=UTC)


class Exact(TypeDecorator[Decimal]):
    """An exact decimal, stored as text: SQLite's numbers are not exact."""

    impl = String(100)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Return the digits of the number."""
        del dialect
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Return the number."""
        del dialect
        return None if value is None else Decimal(value)


def shop_column(*, primary_key: bool = False) -> Column[str]:
    """Return the column that every table has: the id of the shop that the row belongs to."""
    return Column("shop", String(40), primary_key=primary_key, nullable=False)


def row_id() -> Column[int]:
    """Return a primary key that counts up and never uses a number again (in SQLite with `sqlite_autoincrement`)."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def person_columns(prefix: str) -> tuple[Column[int], Column[str]]:
    """Return the columns `<prefix>_id` and `<prefix>_name`: a Telegram id, and the name as it was at that time.

    The id is None and the name empty if it was nobody, or FORGOTTEN if that person's data were erased.
    """
    return (
        Column(f"{prefix}_id", BigInteger, nullable=True, info={_PERSON: prefix}),
        Column(f"{prefix}_name", String, nullable=False, server_default=""),
    )


metadata = MetaData(
    naming_convention={"pk": "%(table_name)s_key", "ix": "%(table_name)s_%(column_0_name)s", "uq": "%(table_name)s_one"}
)

people = Table(
    "people",
    metadata,
    shop_column(primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", String(20), nullable=False),
    Column("level", Integer, nullable=True),
    Column("stock", Boolean, nullable=False),
    Column("name", String, nullable=False),
    Column("username", String, nullable=False),
    Column("since", Moment, nullable=False),
)
"""Who has access, in addition to those whom `.env` names. Removed people have no row."""

requests = Table(
    "requests",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    shop_column(),
    Column("user_id", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("username", String, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("decided_at", Moment, nullable=True),
    *person_columns("decided_by"),
    Column("role", String(20), nullable=True),
    Index("requests_user", "shop", "user_id"),
)
"""Strangers who ask for access. A decided one without a role was rejected."""

request_messages = Table(
    "request_messages",
    metadata,
    row_id(),
    shop_column(),
    Column("request", BigInteger, nullable=False),
    *person_columns("owner"),
    Column("message", BigInteger, nullable=False),
    Index("request_messages_request", "shop", "request"),
    sqlite_autoincrement=True,
)
"""The bot's messages about requests that wait, in the private chats of owners. They are edited after the decision."""

audit = Table(
    "audit",
    metadata,
    row_id(),
    shop_column(),
    Column("at", Moment, nullable=False),
    Column("action", String(40), nullable=False),
    *person_columns("by"),
    *person_columns("subject"),
    Column("details", JSON, nullable=False),
    Index("audit_newest", "shop", "id"),
    sqlite_autoincrement=True,
)
"""What people changed. Entries are added and never changed, except that names are erased."""


quotations = Table(
    "quotations",
    metadata,
    row_id(),
    shop_column(),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    *person_columns("maker"),
    Column("asked_message", BigInteger, nullable=True),
    Column("level", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("priced_at", Moment, nullable=False),
    Column("next_place", Integer, nullable=False),
    UniqueConstraint("shop", "year", "number", name="quotations_number"),
    Index("quotations_maker", "shop", "maker_id"),
    sqlite_autoincrement=True,
)
"""Lists of goods with prices. `asked_message` is the message that asked for it, in the maker's chat with the bot."""

quotation_lines = Table(
    "quotation_lines",
    metadata,
    Column("quotation_id", BigInteger().with_variant(Integer, "sqlite"), ForeignKey("quotations.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    shop_column(),
    Column("asked", String, nullable=False),
    Column("number", Exact, nullable=False),
    Column("unit", String, nullable=True),
    Column("kodeitem", String, nullable=True),
    Column("namaitem", String, nullable=False),
    Column("satuan", String, nullable=True),
    Column("price", Exact, nullable=True),
    Column("choices", JSON, nullable=False),
)
"""The lines of quotations (`quotations.records.Line`). `asked` is what somebody typed, and may name people."""


chat_aliases = Table(
    "chat_aliases",
    metadata,
    shop_column(primary_key=True),
    Column("old_id", BigInteger, primary_key=True, autoincrement=False),
    Column("new_id", BigInteger, nullable=False),
    Column("title", String, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("told_at", Moment, nullable=True),
)
"""Groups that became supergroups. The title is erased at `told_at`, when the owners are notified."""


def forget(connection: Connection, shop: str, user_id: int) -> int:
    """Erase who somebody is from all rows of all tables that have `person_columns`. Return how many rows that were.

    What they typed is erased from their quotations, too.
    """
    own = select(quotations.c.id).where(quotations.c.shop == shop, quotations.c.maker_id == user_id)
    connection.execute(update(quotation_lines).where(quotation_lines.c.quotation_id.in_(own)).values(asked=""))
    of_chat = update(quotations).where(quotations.c.shop == shop, quotations.c.maker_id == user_id)
    connection.execute(of_chat.values(asked_message=None))
    changed = 0
    for table in metadata.sorted_tables:
        for column in table.columns:
            if prefix := column.info.get(_PERSON):
                values = {column.name: None, f"{prefix}_name": FORGOTTEN}
                rows = update(table).where(table.c.shop == shop, column == user_id).values(values)
                changed += connection.execute(rows).rowcount
    return changed
