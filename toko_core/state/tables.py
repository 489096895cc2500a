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
    Date,
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
    delete,
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

decisions = Table(
    "decisions",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    shop_column(),
    Column("key", String, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("text", String, nullable=False),
    Column("details", JSON, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("choice", Integer, nullable=True),
    Column("decided_at", Moment, nullable=True),
    *person_columns("decided_by"),
    Column("launching_at", Moment, nullable=True),
    Column("run_id", String(60), nullable=True),
    Column("problem", String, nullable=False, server_default=""),
    UniqueConstraint("shop", "key", name="decisions_one"),
)
"""What owners are asked to decide, and what they decided (`decisions.records.Decision`)."""

decision_messages = Table(
    "decision_messages",
    metadata,
    row_id(),
    shop_column(),
    Column("decision", BigInteger, nullable=False),
    *person_columns("owner"),
    Column("message", BigInteger, nullable=False),
    Index("decision_messages_decision", "shop", "decision"),
    sqlite_autoincrement=True,
)
"""The messages that ask for decisions, in the private chats of owners. They are edited after the decision."""

options = Table(
    "options",
    metadata,
    shop_column(primary_key=True),
    Column("option", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
)
"""What owners have set in the bot for the whole shop, by name."""

searches = Table(
    "searches",
    metadata,
    shop_column(primary_key=True),
    Column("day", Date, primary_key=True),
    Column("query", String, primary_key=True),
    Column("searched", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
)
"""How often each query was searched for (`demand.counts.Count`). No person and no chat belongs in here."""

opened_products = Table(
    "opened_products",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("viewer"),
    Column("kodeitem", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Index("opened_products_viewer", "shop", "viewer_id"),
    sqlite_autoincrement=True,
)
"""The products that each person opened last. A row of a higher number is a later one."""

watches = Table(
    "watches",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("person"),
    Column("kodeitem", String, nullable=False),
    Column("favourite", Boolean, nullable=False),
    Column("notify", Boolean, nullable=False),
    UniqueConstraint("shop", "person_id", "kodeitem", name="watches_product"),
    sqlite_autoincrement=True,
)
"""The products that somebody marked, as a favourite, to be notified of their prices, or both."""

watchers = Table(
    "watchers",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("person"),
    Column("notified_until", Moment, nullable=False),
    Column("morning_hour", Integer, nullable=True),
    Column("morning_day", String(10), nullable=False),
    Column("morning_until", Moment, nullable=False),
    UniqueConstraint("shop", "person_id", name="watchers_person"),
    sqlite_autoincrement=True,
)
"""Who is notified of prices. Of changes up to `notified_until`, by the time of the backup, they get no other message.

`morning_hour` is the hour of the morning message; null: none. `morning_day` is the last day for which it was written,
and `morning_until` the time up to which it listed changes."""

deliveries = Table(
    "deliveries",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("person"),
    Column("kind", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("begun_at", Moment, nullable=True),
    Column("sent_at", Moment, nullable=True),
    UniqueConstraint("shop", "person_id", "kind", "until", name="deliveries_occasion"),
    Index("deliveries_waiting", "shop", "begun_at"),
    sqlite_autoincrement=True,
)
"""Messages about prices that changed after `since`, up to `until`. See `toko_core.state.watching.deliveries`."""

OF_WATCHING = (watches, watchers, deliveries)
"""The tables whose rows are worth nothing without the person: they are deleted when the person is erased."""


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

passwords = Table(
    "passwords",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("person"),
    Column("sign_in_name", String(40), nullable=True),
    Column("hash", String(200), nullable=False),
    Column("set_at", Moment, nullable=False),
    UniqueConstraint("shop", "person_id", name="passwords_person"),
    UniqueConstraint("shop", "sign_in_name", name="passwords_sign_in_name"),
    sqlite_autoincrement=True,
)
"""The passwords of people, hashed (`toko_core.people.passwords`). Names for signing in are in lower case."""

sign_ins = Table(
    "sign_ins",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("person"),
    Column("hash", String(64), nullable=False),
    Column("way", String(20), nullable=False),
    Column("device", String(100), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    UniqueConstraint("shop", "hash", name="sign_ins_one"),
    Index("sign_ins_person", "shop", "person_id"),
    sqlite_autoincrement=True,
)
"""The browsers in which people are signed in. `hash` is that of the id in the cookie. What has ended has no row."""

sign_in_links = Table(
    "sign_in_links",
    metadata,
    row_id(),
    shop_column(),
    *person_columns("person"),
    Column("hash", String(64), nullable=False),
    Column("until", Moment, nullable=False),
    UniqueConstraint("shop", "hash", name="sign_in_links_one"),
    sqlite_autoincrement=True,
)
"""Links that sign in once. `hash` is that of the token in the link. The row is deleted when the link is used."""

OF_SIGN_IN = (passwords, sign_ins, sign_in_links)
"""The tables that let somebody in: without the person their rows must not exist."""

api_keys = Table(
    "api_keys",
    metadata,
    row_id(),
    shop_column(),
    Column("key_name", String(40), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("scopes", String(100), nullable=False),
    Column("level", Integer, nullable=True),
    *person_columns("added_by"),
    Column("added_at", Moment, nullable=False),
    UniqueConstraint("shop", "key_name", name="api_keys_name"),
    UniqueConstraint("shop", "hash", name="api_keys_one"),
    sqlite_autoincrement=True,
)
"""The keys of programs that use the API (`toko_core.people.keys`). Revoked keys have no row."""

api_key_uses = Table(
    "api_key_uses",
    metadata,
    shop_column(primary_key=True),
    Column("day", Date, primary_key=True),
    Column("key_name", String(40), primary_key=True),
    Column("uses", Integer, nullable=False),
)
"""How many requests each key made on a day."""


OWN = (opened_products, *OF_WATCHING, *OF_SIGN_IN)
"""The tables whose rows concern nobody but the person whom they name: they are deleted with the access."""


def forget_own(connection: Connection, shop: str, user_id: int) -> int:
    """Delete somebody's rows of the OWN tables. Return how many rows that were."""
    changed = 0
    for table in OWN:
        (person,) = (column for column in table.columns if _PERSON in column.info)
        changed += connection.execute(delete(table).where(table.c.shop == shop, person == user_id)).rowcount
    return changed


def forget(connection: Connection, shop: str, user_id: int) -> int:
    """Erase who somebody is from all rows of all tables that have `person_columns`. Return how many rows that were.

    What they typed is erased from their quotations, too. The rows of the OWN tables are deleted.
    """
    own = select(quotations.c.id).where(quotations.c.shop == shop, quotations.c.maker_id == user_id)
    connection.execute(update(quotation_lines).where(quotation_lines.c.quotation_id.in_(own)).values(asked=""))
    of_chat = update(quotations).where(quotations.c.shop == shop, quotations.c.maker_id == user_id)
    connection.execute(of_chat.values(asked_message=None))
    changed = forget_own(connection, shop, user_id)
    for table in metadata.sorted_tables:
        for column in table.columns:
            if prefix := column.info.get(_PERSON):
                values = {column.name: None, f"{prefix}_name": FORGOTTEN}
                rows = update(table).where(table.c.shop == shop, column == user_id).values(values)
                changed += connection.execute(rows).rowcount
    return changed
