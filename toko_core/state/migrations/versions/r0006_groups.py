"""Groups that became supergroups."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "chat_aliases",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("old_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("new_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("moved_at", Moment, nullable=False),
        sa.Column("told_at", Moment),
    )
