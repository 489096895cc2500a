"""Quotations and their lines."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Exact, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "quotations",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("maker_id", sa.BigInteger),
        sa.Column("maker_name", sa.String, nullable=False, server_default=""),
        sa.Column("asked_message", sa.BigInteger),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("priced_at", Moment, nullable=False),
        sa.Column("next_place", sa.Integer, nullable=False),
        sa.UniqueConstraint("shop", "year", "number", name="quotations_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("quotations_maker", "quotations", ["shop", "maker_id"])
    op.create_table(
        "quotation_lines",
        sa.Column("quotation_id", number, sa.ForeignKey("quotations.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("asked", sa.String, nullable=False),
        sa.Column("number", Exact, nullable=False),
        sa.Column("unit", sa.String),
        sa.Column("kodeitem", sa.String),
        sa.Column("namaitem", sa.String, nullable=False),
        sa.Column("satuan", sa.String),
        sa.Column("price", Exact),
        sa.Column("choices", sa.JSON, nullable=False),
    )
