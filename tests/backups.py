"""Small iPOS backups for tests: rows in, a true `pg_dump -Fc` file out."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import sql

from toko_assets.postgres.server import PostgresServer

SCHEMA = """
CREATE TABLE tbl_item (
    kodeitem varchar(100) PRIMARY KEY, namaitem text, jenis varchar(50), tipe varchar(15) DEFAULT 'Y',
    merek varchar(50), satuan varchar(50), sistemhargajual varchar(1) DEFAULT 'J', hargapokok numeric(35,20),
    hargajual1 numeric(20,3), stok numeric(20,3), rak varchar(100), keterangan text, gambar bytea,
    statusjual varchar(15), statushapus varchar(15), supplier1 varchar(50), dateupd timestamp);
CREATE TABLE tbl_itemsatuanjml (
    iddetail varchar(150) PRIMARY KEY, kodeitem varchar(100), satuan varchar(30), jumlahkonv numeric(20,3),
    kodebarcode varchar(100), hargapokok numeric(35,20), tipe varchar(15), dateupd timestamp);
CREATE TABLE tbl_itemhj (
    iddetail varchar(150) PRIMARY KEY, kodeitem varchar(100), tipehj varchar(10), jmlsampai numeric(20,3),
    level integer, prosentase numeric(20,3), satuan varchar(50), hargajual numeric(35,20), dateupd timestamp);
CREATE TABLE tbl_itemstok (kodeitem varchar(100), kantor varchar(50), stok numeric(20,3), hppdasar numeric(35,20));
CREATE TABLE tbl_ikdt (iddetail bigint PRIMARY KEY, kodeitem varchar(100), jumlah numeric(20,3), harga numeric(20,3));
"""

JAKARTA = "<+07>-7"
"""The time zone of the shop's computer, as PostgreSQL's programs read it."""
HISTORY = "INSERT INTO tbl_ikdt SELECT n, 'BRG-0', 1, 1000 FROM generate_series(1, %s) n"


@dataclass(frozen=True)
class Shop:
    """Rows by table, each a dict of the columns that are not null."""

    items: Sequence[dict[str, Any]]
    units: Sequence[dict[str, Any]] = ()
    prices: Sequence[dict[str, Any]] = ()
    stock: Sequence[dict[str, Any]] = ()
    history: int = 0
    statements: Sequence[str] = field(default=())
    """SQL run after the rows are in: what makes this backup special."""

    def tables(self) -> dict[str, Sequence[dict[str, Any]]]:
        return {
            "tbl_item": self.items,
            "tbl_itemsatuanjml": self.units,
            "tbl_itemhj": self.prices,
            "tbl_itemstok": self.stock,
        }


def a_shop(items: int = 3, price: int = 1000) -> Shop:
    """A plain shop: items BRG-0, BRG-1 … with one fixed price each."""
    return Shop(
        items=[
            {"kodeitem": f"BRG-{n}", "namaitem": f"BARANG KE {n}", "satuan": "PCS", "sistemhargajual": "O",
             "hargapokok": 800, "hargajual1": price + n, "statusjual": "Y", "statushapus": "N"}
            for n in range(items)
        ],
        units=[
            {"iddetail": f"BRG-{n}-PCS", "kodeitem": f"BRG-{n}", "satuan": "PCS", "jumlahkonv": 1} for n in range(items)
        ],
    )  # fmt: skip


def write_backup(
    server: PostgresServer,
    out: Path,
    shop: Shop,
    *,
    encoding: str = "UTF8",
    options: Iterable[str] = (),
    schema: str = SCHEMA,
    database: str = "test_scratch",
) -> Path:
    """Build the shop in a scratch database of the server and dump it to `out`."""
    name = sql.Identifier(database)
    with closing(server.connect("postgres", autocommit=True)) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'").format(
                name, sql.Literal(encoding)
            )
        )
        try:
            with server.connect(database) as connection:
                connection.execute(schema.encode())
                for table, rows in shop.tables().items():
                    for row in rows:
                        columns = sql.SQL(", ").join(map(sql.Identifier, row))
                        values = sql.SQL(", ").join(sql.Placeholder() * len(row))
                        connection.execute(
                            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), columns, values),
                            list(row.values()),
                        )
                connection.execute(HISTORY, [shop.history])
                for statement in shop.statements:
                    connection.execute(statement.encode())
            out.parent.mkdir(parents=True, exist_ok=True)
            server.run("pg_dump", "-Fc", *options, "-f", out, database, environment={"TZ": JAKARTA})
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    return out
