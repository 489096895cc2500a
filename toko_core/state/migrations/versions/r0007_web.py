"""Passwords, sign-ins in browsers, links that sign in, and the keys of the API."""

import sqlalchemy as sa
from alembic import op

from toko_core.state.tables import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "passwords",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("person_name", sa.String, nullable=False, server_default=""),
        sa.Column("sign_in_name", sa.String(40)),
        sa.Column("hash", sa.String(200), nullable=False),
        sa.Column("set_at", Moment, nullable=False),
        sa.UniqueConstraint("shop", "person_id", name="passwords_person"),
        sa.UniqueConstraint("shop", "sign_in_name", name="passwords_sign_in_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("person_name", sa.String, nullable=False, server_default=""),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("device", sa.String(100), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.UniqueConstraint("shop", "hash", name="sign_ins_one"),
        sqlite_autoincrement=True,
    )
    op.create_index("sign_ins_person", "sign_ins", ["shop", "person_id"])
    op.create_table(
        "sign_in_links",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("person_name", sa.String, nullable=False, server_default=""),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.UniqueConstraint("shop", "hash", name="sign_in_links_one"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", number, primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("key_name", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("added_by_id", sa.BigInteger),
        sa.Column("added_by_name", sa.String, nullable=False, server_default=""),
        sa.Column("added_at", Moment, nullable=False),
        sa.UniqueConstraint("shop", "key_name", name="api_keys_name"),
        sa.UniqueConstraint("shop", "hash", name="api_keys_one"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_key_uses",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("key_name", sa.String(40), primary_key=True),
        sa.Column("uses", sa.Integer, nullable=False),
    )
