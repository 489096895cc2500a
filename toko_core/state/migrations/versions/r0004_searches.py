"""Counts of searches, and the products that people opened."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "searches",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("query", sa.String, primary_key=True),
        sa.Column("searched", sa.Integer, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("opened", sa.Integer, nullable=False),
    )
    op.create_table(
        "opened_products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("viewer_id", sa.BigInteger),
        sa.Column("viewer_name", sa.String, nullable=False, server_default=""),
        sa.Column("kodeitem", sa.String, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("opened_products_viewer", "opened_products", ["shop", "viewer_id"])
