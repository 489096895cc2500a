"""Alembic runs this for each upgrade. The connection and its transaction are those of `migrations.migrate`."""

from alembic import context

from toko_core.state.migrations import VERSION_TABLE
from toko_core.state.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
