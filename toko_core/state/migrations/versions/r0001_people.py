"""People, their requests for access, and the audit list."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "people",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("stock", sa.Boolean, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("since", Moment, nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("decided_at", Moment),
        sa.Column("decided_by_id", sa.BigInteger),
        sa.Column("decided_by_name", sa.String, nullable=False, server_default=""),
        sa.Column("role", sa.String(20)),
    )
    op.create_index("requests_user", "requests", ["shop", "user_id"])
    op.create_table(
        "request_messages",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("request", sa.BigInteger, nullable=False),
        sa.Column("owner_id", sa.BigInteger),
        sa.Column("owner_name", sa.String, nullable=False, server_default=""),
        sa.Column("message", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("request_messages_request", "request_messages", ["shop", "request"])
    op.create_table(
        "audit",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("by_id", sa.BigInteger),
        sa.Column("by_name", sa.String, nullable=False, server_default=""),
        sa.Column("subject_id", sa.BigInteger),
        sa.Column("subject_name", sa.String, nullable=False, server_default=""),
        sa.Column("details", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_newest", "audit", ["shop", "id"])
