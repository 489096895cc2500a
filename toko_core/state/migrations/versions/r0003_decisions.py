"""Decisions of owners, the messages that ask for them, and options of the shop."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("choice", sa.Integer),
        sa.Column("decided_at", Moment),
        sa.Column("decided_by_id", sa.BigInteger),
        sa.Column("decided_by_name", sa.String, nullable=False, server_default=""),
        sa.Column("launching_at", Moment),
        sa.Column("run_id", sa.String(60)),
        sa.Column("problem", sa.String, nullable=False, server_default=""),
        sa.UniqueConstraint("shop", "key", name="decisions_one"),
    )
    op.create_table(
        "decision_messages",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("decision", sa.BigInteger, nullable=False),
        sa.Column("owner_id", sa.BigInteger),
        sa.Column("owner_name", sa.String, nullable=False, server_default=""),
        sa.Column("message", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("decision_messages_decision", "decision_messages", ["shop", "decision"])
    op.create_table(
        "options",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("option", sa.String(40), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
