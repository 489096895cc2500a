"""A sample backup file: a scratch database like that of iPOS, filled, dumped by pg_dump and dropped again."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from toko_assets.postgres.server import PostgresServer
from toko_assets.sample.copy_text import Encode, copy_blocks, encoder
from toko_assets.sample.ledgers import LEAST_ROWS, make_history
from toko_assets.sample.shop import PHOTO_SHARE, Shop, build_shop
from toko_assets.sample.table_rows import Row

OWNER = "sysi5adm"
"""The role that owns everything in the databases of iPOS 5."""

COMPRESSION = "--compress=gzip:3"
"""gzip as iPOS uses it, but not its level 6: that takes 1.7 times as long for a file a tenth smaller."""

JAKARTA = ZoneInfo("Asia/Jakarta")


def _silent(_: str) -> None:
    pass


def write_sample_backup(
    server: PostgresServer,
    out: Path,
    *,
    products: int,
    history: int,
    seed: int,
    encoding: str = "UTF8",
    photos: float = PHOTO_SHARE,
    zone: ZoneInfo = JAKARTA,
    progress: Callable[[str], None] = _silent,
) -> None:
    """Write a backup of a sample shop, as iPOS writes it (`pg_dump -Fc`), to `out`; an older file there is replaced.

    `products` rows in tbl_item, `history` rows in all history tables together, `encoding` UTF8, WIN1252 or SQL_ASCII,
    `photos` the share of products that have one, `zone` the shop's time zone: a dump's header has the local time.
    `server` must be ours as superuser. Whether this ends well or not, no database, role or half a file is left behind.
    """
    encode = encoder(encoding)
    if 0 < history < LEAST_ROWS:
        raise ValueError(f"A sample history has no rows or at least {LEAST_ROWS}, not {history}.")
    progress(f"Shop: {products:,} products")
    shop = build_shop(products, seed, photos)
    with _owner(server), _scratch_database(server, encoding) as database, _renamed_when_whole(out) as target:
        with server.connect(database) as connection:
            # One transaction: rows of a table that was made in the same transaction need no write-ahead log.
            progress("Rows of the shop")
            _load(connection, shop, encode)
            progress(f"History: {history:,} rows")
            make_history(connection, history, seed)
            progress("Keys and indexes")
            connection.execute(_script("constraints.sql"))
        progress(f"Dump: {out.name}")
        options = ("--format=custom", COMPRESSION, f"--file={target}", f"--dbname={database}")
        server.run("pg_dump", *options, environment={"TZ": _posix_zone(zone)})


def _posix_zone(zone: ZoneInfo) -> str:
    """The zone as TZ takes it, by its offset now: its name means UTC on a machine without a time zone database."""
    offset = f"{datetime.now(zone):%z}"
    return f"<{offset}>{'-' if offset[0] == '+' else '+'}{offset[1:3]}:{offset[3:5]}"


def _load(connection: psycopg.Connection[Any], shop: Shop, encode: Encode) -> None:
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER)))
    connection.execute(_script("schema.sql"))
    for table, rows in shop.tables():
        if rows:
            _copy(connection, table, rows, encode)


def _copy(connection: psycopg.Connection[Any], table: str, rows: tuple[Row, ...], encode: Encode) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]._fields))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    # COPY reads bytes in the client's encoding: told to be the database's own, it checks them and converts nothing.
    connection.execute("SELECT set_config('client_encoding', current_setting('server_encoding'), true)")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy_blocks(rows, encode):
            copy.write(block)


def _script(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


@contextmanager
def _owner(server: PostgresServer) -> Iterator[None]:
    """The role that owns the objects; made and removed only where it is missing."""
    with server.connect("postgres", autocommit=True) as connection:
        present = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
        if not present:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(OWNER)))
    try:
        yield
    finally:
        if not present:
            # Another sample may be in the making on this server; then the role is its own to remove.
            with (
                server.connect("postgres", autocommit=True) as connection,
                suppress(psycopg.errors.DependentObjectsStillExist),
            ):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(OWNER)))


@contextmanager
def _scratch_database(server: PostgresServer, encoding: str) -> Iterator[str]:
    """An empty database of this encoding, named as iPOS names a company's, dropped at the end."""
    name = f"i5_TOKO_CONTOH_{secrets.token_hex(4)}"
    quoted = sql.Identifier(name)
    create = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING {} TEMPLATE template0 LOCALE 'C'")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted)
    with server.connect("postgres", autocommit=True) as connection:
        connection.execute(create.format(quoted, sql.Identifier(OWNER), sql.Literal(encoding)))
    try:
        yield name
    finally:
        with server.connect("postgres", autocommit=True) as connection:
            connection.execute(drop)


@contextmanager
def _renamed_when_whole(out: Path) -> Iterator[Path]:
    """A name beside `out` to write to; it becomes `out` at the end, or is removed when that end is an error."""
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
