"""restored_database: the tables that hold products and prices, in a separate PostgreSQL database."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from toko_assets.common.checks import Outcome
from toko_assets.common.records import BackupFile, RestoredDatabase
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.metadata.columns import rows_table
from toko_assets.defs.reporting import RETRIES, check_specs, one_line_failures, report_checks, seconds_metadata
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.ipos.archive.schema import Rejection, rejection
from toko_assets.ipos.audit import audit_database
from toko_assets.ipos.restore import drop_database, restore, skipped_tables
from toko_assets.postgres.access import PostgresAccess

CODE_VERSION = "3"
"""Change it when other tables, columns or types are restored."""


@dg.asset(
    code_version=CODE_VERSION,
    retry_policy=RETRIES,
    check_specs=check_specs(
        "restored_database",
        blocking=["needed_tables_and_columns", "tables_not_empty", "item_keys_unique", "amounts_in_range"],
        warning=["items_left_out", "optional_tables_read"],
    ),
)
def restored_database(
    context: dg.AssetExecutionContext,
    raw_backup: BackupFile,
    postgres: dg.ResourceParam[PostgresAccess],
    storage: StorageResource,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[RestoredDatabase]]:
    """Restore the needed tables, and check them before the next asset reads them."""
    watch, database = Stopwatch(), postgres.database_name(raw_backup.id)
    with one_line_failures():
        archive = storage.excerpt(raw_backup).archive
        schema = _schema(rejection(archive))
    yield from report_checks([schema])
    with one_line_failures():
        with watch("start_server"):
            server = postgres.server(context.log.warning)
        with watch("restore"):
            left_out: dict[str, str] = {}
            tables = restore(server, archive, database, left_out.__setitem__)
        with watch("check"), server.connect(database) as connection:
            outcomes = audit_database(connection, tables)
        if any(outcome.stops for outcome in outcomes):
            with server.administer() as connection:
                drop_database(connection, database)
    yield from report_checks([*outcomes, _left_out(left_out)], raw_backup.name)
    skipped = skipped_tables(archive)
    context.log.info(f"{sum(tables.values()):,} rows of {len(tables)} tables; {len(skipped)} tables left in the file")
    yield dg.MaterializeResult(
        value=RestoredDatabase(raw_backup, database, tables),
        metadata={
            "database": database,
            "dagster/row_count": sum(tables.values()),
            "tables": rows_table(pd.DataFrame(tables.items(), columns=["table", "rows"], dtype=object)),
            "tables_restored": len(tables),
            "tables_left_in_the_file": len(skipped),
            **{f"rows_{table}": rows for table, rows in tables.items()},
            "tables_skipped": dg.MetadataValue.json(skipped),
            "source_server_version": archive.server_version,
            "encoding": archive.encoding,
            **seconds_metadata(watch.seconds),
        },
    )


def _schema(rejection: Rejection | None) -> Outcome:
    return Outcome(
        "needed_tables_and_columns",
        rejection is None,
        rejection.summary if rejection else "All needed tables and columns are there, with the expected types.",
        blocking=True,
        count=len(rejection.problems) if rejection else 0,
        advice=rejection.advice if rejection else "",
    )


def _left_out(tables: dict[str, str]) -> Outcome:
    return Outcome(
        "optional_tables_read",
        not tables,
        f"Left out: {', '.join(sorted(tables))}. The catalogue lacks what they hold; codes stand for names."
        if tables
        else "The optional tables that the backup has are read: names, currencies, serials, groups and discounts.",
        rows=pd.DataFrame(sorted(tables.items()), columns=["table", "reason"]),
        advice="Prices are not affected. If iPOS itself wrote the backup, please report it with the rows below.",
    )
