"""Makes a sample backup file: fills a temporary database like that of iPOS, and dumps it with pg_dump."""

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
from toko_assets.sample.items import TODAY
from toko_assets.sample.ledgers import LEAST_ROWS, make_history
from toko_assets.sample.shop import PHOTO_SHARE, Shop, build_shop
from toko_assets.sample.table_rows import Row

DATABASE = "i5_TOKO_CONTOH"
"""The name of a sample shop's database, as of a company in iPOS."""
OWNER = "sysi5adm"
"""The role that owns all objects in the databases of iPOS 5."""

NAMING = 1_234_567_890
"""The key of PostgreSQL's advisory lock while a database bears the sample's name."""

COMPRESSION = "--compress=gzip:3"
"""gzip, as in iPOS, but with a lower level. iPOS's level 6 takes 1.7 times as long, and saves a tenth of the size."""

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
    database: str = DATABASE,
    history_end: datetime = TODAY,
    progress: Callable[[str], None] = _silent,
) -> None:
    """Write a backup of a sample shop, in the format of iPOS (`pg_dump -Fc`), to `out`, replacing an older file.

    `products` is the number of rows in tbl_item, `history` that in all history tables together. `encoding` is UTF8,
    WIN1252 or SQL_ASCII. `photos` is the share of products that have a photo. A dump's header has the local time of
    `zone`, the shop's time zone, and the name `database`. The history ends at `history_end`, in the shop's time.
    `server` must connect as superuser. Even after an error, no database, role or incomplete file is left behind.
    """
    encode = encoder(encoding)
    if 0 < history < LEAST_ROWS:
        raise ValueError(f"A sample history has no rows or at least {LEAST_ROWS}, not {history}.")
    progress(f"Shop: {products:,} products")
    shop = build_shop(products, seed, photos)
    with _owner(server), _scratch_database(server, encoding) as scratch, _renamed_when_whole(out) as target:
        with server.connect(scratch) as connection:
            # One transaction: rows need no write-ahead log if their table was created in the same transaction.
            progress("Rows of the shop")
            _load(connection, shop, encode)
            progress(f"History: {history:,} rows")
            make_history(connection, history, seed, history_end)
            progress("Keys and indexes")
            connection.execute(_script("constraints.sql"))
        progress(f"Dump: {out.name}")
        with _named(server, scratch, database):
            options = ("--format=custom", COMPRESSION, f"--file={target}", f"--dbname={_connection_text(database)}")
            server.run("pg_dump", *options, environment={"TZ": _posix_zone(zone)})


def _posix_zone(zone: ZoneInfo) -> str:
    """Format the zone for TZ by its current offset. Without a time zone database, a name would mean UTC."""
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
    # COPY reads bytes in the client's encoding. If that equals the database's encoding, it checks but does not convert.
    connection.execute("SELECT set_config('client_encoding', current_setting('server_encoding'), true)")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy_blocks(rows, encode):
            copy.write(block)


def _script(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


@contextmanager
def _owner(server: PostgresServer) -> Iterator[None]:
    """Create the role that owns the objects, and drop it afterwards, if it does not exist yet."""
    with server.connect("postgres", autocommit=True) as connection:
        present = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
        if not present:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(OWNER)))
    try:
        yield
    finally:
        if not present:
            # If another sample is being made on this server, that process drops the role.
            with (
                server.connect("postgres", autocommit=True) as connection,
                suppress(psycopg.errors.DependentObjectsStillExist),
            ):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(OWNER)))


@contextmanager
def _scratch_database(server: PostgresServer, encoding: str) -> Iterator[str]:
    """Create an empty database with this encoding and a unique name, and drop it afterwards."""
    name = f"sample_{secrets.token_hex(8)}"
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


def _connection_text(database: str) -> str:
    """Format a database's name for pg_dump, which reads a bare name like `a=b` as other parameters."""
    quoted = database.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{quoted}'"


@contextmanager
def _named(server: PostgresServer, scratch: str, name: str) -> Iterator[None]:
    """Give the scratch database this name, and its own name back afterwards. One process at a time may do so.

    Raises ValueError if the server already has a database of this name.
    """
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    scratch_name, wanted = sql.Identifier(scratch), sql.Identifier(name)
    with server.connect("postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [NAMING])
        try:
            connection.execute(rename.format(scratch_name, wanted))
        except psycopg.Error as error:
            raise ValueError(f"The sample's database cannot be named {name}: {error.diag.message_primary}.") from error
        try:
            yield
        finally:
            connection.execute(rename.format(wanted, scratch_name))


@contextmanager
def _renamed_when_whole(out: Path) -> Iterator[Path]:
    """Provide a temporary path next to `out`. At the end it is renamed to `out`, or removed after an error."""
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
