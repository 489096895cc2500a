"""Favourites, who is notified of prices, and the messages to them."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "watches",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("person_name", sa.String, nullable=False, server_default=""),
        sa.Column("kodeitem", sa.String, nullable=False),
        sa.Column("favourite", sa.Boolean, nullable=False),
        sa.Column("notify", sa.Boolean, nullable=False),
        sa.UniqueConstraint("shop", "person_id", "kodeitem", name="watches_product"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "watchers",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("person_name", sa.String, nullable=False, server_default=""),
        sa.Column("notified_until", Moment, nullable=False),
        sa.Column("morning_hour", sa.Integer),
        sa.Column("morning_day", sa.String(10), nullable=False),
        sa.Column("morning_until", Moment, nullable=False),
        sa.UniqueConstraint("shop", "person_id", name="watchers_person"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("person_name", sa.String, nullable=False, server_default=""),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("written_at", Moment, nullable=False),
        sa.Column("begun_at", Moment),
        sa.Column("sent_at", Moment),
        sa.UniqueConstraint("shop", "person_id", "kind", "until", name="deliveries_occasion"),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_waiting", "deliveries", ["shop", "begun_at"])
