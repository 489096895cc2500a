"""A shop with discounts in a real PostgreSQL, exported and published as the chain does, beside the oracle's reading."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from pyarrow import parquet

from tests.oracle.discounts import Offers, read_offers
from tests.oracle.rules import PriceRow
from tests.real_shop_tables import NAMED, ddl
from toko_assets.ipos.export import SCHEMAS, write_tables
from toko_assets.ipos.pricing import price_shop
from toko_assets.ipos.reference.tables import Reference, read_reference
from toko_assets.ipos.source_tables import read_source
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.build import build
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.prices.payable import EVERYBODY

DUMPED_AT = datetime(2026, 11, 15, 9)
"""A Sunday."""
Rows = Mapping[str, Iterable[Mapping[str, Any]]]
"""Rows of iPOS's tables; a column that is not given is null."""


@dataclass(frozen=True)
class Shop:
    catalog: PublishedCatalog
    offers: Offers
    """What the oracle read from the same database."""
    reference: Reference

    @cached_property
    def rows(self) -> dict[str, int]:
        """The product_id of each item."""
        products = self.catalog.products
        return {products.code(row): row for row in range(len(products))}

    def at(self, kodeitem: str, moment: datetime) -> Product:
        return self.catalog.products.at(self.rows[kodeitem], moment)


def group_of(product: Product, code: str | None) -> CustomerGroup:
    """The group as the catalogue has it for the product; customers without one if `code` is None."""
    return EVERYBODY if code is None else next(group for group in product.groups if group.code == code)


def same_row(price: Price, rows: Iterable[PriceRow]) -> PriceRow:
    """The oracle's row of a published price."""
    key = (price.satuan, price.level, price.jumlah_sampai)
    return next(row for row in rows if (row.satuan, row.level, row.jumlah_sampai) == key)


@contextmanager
def database(server: PostgresServer, name: str, rows: Rows) -> Iterator[psycopg.Connection[Any]]:
    """A database with the tables of a real shop and these rows, without any key, while the block lasts."""
    identifier = sql.Identifier(name)
    with server.connect("postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(identifier))
        try:
            with server.connect(name, autocommit=True) as connection:
                for table in NAMED:
                    connection.execute(ddl(table).encode())
                for table_name, given in rows.items():
                    insert(connection, table_name, given)
                yield connection
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def insert(connection: psycopg.Connection[Any], table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        columns = sql.SQL(", ").join(map(sql.Identifier, row))
        values = sql.SQL(", ").join(map(sql.Placeholder, row))
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), columns, values)
        connection.execute(query, row)


def publish(connection: psycopg.Connection[Any], folder: Path, dumped_at: datetime = DUMPED_AT) -> Shop:
    """Export the database and build its catalogue."""
    offers = read_offers(connection)
    export = folder / "export"
    export.mkdir(parents=True)
    priced = price_shop(read_source(connection))
    reference = read_reference(connection, priced, dumped_at)
    write_tables(export, priced, reference)
    parquet.write_table(SCHEMAS["photos"].empty_table(), export / "photos.parquet")
    file = folder / "catalog.duckdb"
    build(file, export, folder / "history", {"schema_version": str(SCHEMA_VERSION)})
    return Shop(PublishedCatalog(file), offers, reference)
