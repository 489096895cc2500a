"""The sample maker's shop in a PostgreSQL, changed as an iPOS would, priced, and published one day after the other."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import psycopg
from psycopg import sql
from pyarrow import parquet

from tests.toko_assets.publishing.beside import WORKER
from tests.toko_assets.publishing.history.shops import a_backup
from toko_assets.common.checks import Outcome
from toko_assets.common.records import BackupFile, PriceHistory, ProductExport, write_record
from toko_assets.defs.reporting import report_checks
from toko_assets.ipos.export import SCHEMAS, write_tables
from toko_assets.ipos.pricing import price_shop
from toko_assets.ipos.reference.tables import read_reference
from toko_assets.ipos.source_tables import read_source
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.guards.limits import Limits
from toko_assets.publishing.history.merge import add
from toko_assets.publishing.publish import Publication, publish_export
from toko_assets.publishing.served import CATALOG_RECORD
from toko_assets.sample.backup import write_sample_backup
from toko_core.catalog.store import current_file
from toko_core.files import DataFolder

DEFAULTS = Limits()
LARGE_BRAND, ITS_ITEMS = "BESAR", 60
A_LARGE_BRAND = f"""
    UPDATE tbl_item SET merek = '{LARGE_BRAND}' WHERE kodeitem IN (
        SELECT kodeitem FROM tbl_item WHERE hargajual1 > 0 AND upper(trim(sistemhargajual)) = 'O'
        AND upper(trim(statushapus)) IS DISTINCT FROM 'Y' ORDER BY md5(kodeitem) LIMIT {ITS_ITEMS}
    )
"""
"""In a small sample shop, no brand has enough items to be checked."""


@dataclass(frozen=True)
class Prices:
    """An export, with the server's connection to make others of."""

    connection: psycopg.Connection[Any]
    folder: Path

    def export(self, statements: Sequence[str] = ()) -> Path:
        """Export the shop as it is after these statements, which are undone again; answers the folder."""
        made = self.folder / f"{len(list(self.folder.iterdir()))}"
        made.mkdir()
        with suppress(psycopg.Rollback), self.connection.transaction() as undone:
            for statement in statements:
                self.connection.execute(statement.encode())
            shop = price_shop(read_source(self.connection))
            write_tables(made, shop, read_reference(self.connection, shop, datetime(2026, 1, 1)))
            raise psycopg.Rollback(undone)
        parquet.write_table(SCHEMAS["photos"].empty_table(), made / "photos.parquet")
        return made


@contextmanager
def sample_prices(server: PostgresServer, folder: Path, products: int) -> Iterator[Prices]:
    """The sample shop with a large brand, restored by pg_restore from the sample maker's backup."""
    backup, name = folder / "sample.i5bu", sql.Identifier("sample_prices")
    write_sample_backup(server, backup, products=products, history=0, seed=1, photos=0)
    with server.connect("postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(name))
        try:
            server.run("pg_restore", "--no-owner", "--no-privileges", "-d", "sample_prices", backup)
            (folder / "exports").mkdir()
            with server.connect("sample_prices", autocommit=True) as connection:
                connection.execute(A_LARGE_BRAND)
                yield Prices(connection, folder / "exports")
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@dataclass(frozen=True)
class Shop:
    """A data folder in which one export is published after the other."""

    folder: DataFolder

    def publish(self, export: Path, day: float, limits: Limits = DEFAULTS, name: str = "") -> Publication:
        """Add that day's export to the history and publish it, as the chain does."""
        backup = a_backup(name or f"day {day}.i5bu", day)
        counts = add(self.folder.history, export, backup)
        history = PriceHistory(backup, self.folder.history, counts.backups, counts.periods, counts.since)
        publication = publish_export(
            self.folder, _product_export(export, backup), history,
            limits=limits, keep=5, log=logging.getLogger(__name__), worker=WORKER,
        )  # fmt: skip
        if publication.catalog:
            write_record(self.folder.records, CATALOG_RECORD, publication.catalog)
        return publication

    def copy(self, to: Path) -> "Shop":
        """The same, to be changed alone."""
        shutil.copytree(self.folder.root, to)
        return Shop(DataFolder(to))

    @property
    def served(self) -> Path | None:
        return current_file(self.folder.catalog)


def _product_export(export: Path, backup: BackupFile) -> ProductExport:
    rows = {table: parquet.read_metadata(export / f"{table}.parquet").num_rows for table in SCHEMAS}
    return ProductExport(backup, export, rows, export / "prices.csv")


def failed(publication: Publication, *, blocking: bool) -> set[str]:
    """The names of the checks that did not pass."""
    return {outcome.name for outcome in publication.outcomes if not outcome.passed and outcome.blocking is blocking}


def outcome(publication: Publication, name: str) -> Outcome:
    return next(outcome for outcome in publication.outcomes if outcome.name == name)


def printed(publication: Publication) -> str:
    """The one line that `toko sync` prints, and owners are sent, of a publication that was blocked; else nothing."""
    try:
        list(report_checks(publication.outcomes))
    except dg.Failure as failure:
        return failure.description or ""
    return ""


def without_catalog_info(catalog: Path, key: str) -> None:
    """Remove an entry of catalog_info, as if an earlier version had published the catalogue."""
    with duckdb.connect(catalog) as connection:
        connection.execute("DELETE FROM catalog_info WHERE key = ?", [key])
