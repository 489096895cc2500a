"""What arrives in the folder of backups: a shop's backup, then the same with other prices, then a far too small one."""

from contextlib import closing
from pathlib import Path

from tests.backups import JAKARTA
from toko_assets.postgres.server import PostgresServer
from toko_assets.sample.backup import DATABASE, write_sample_backup

BACKUP = "i5_TOKO.i5bu"
PRODUCTS, FEW_PRODUCTS = 2_000, 400
SCRATCH = DATABASE.lower()
"""The shop's database, as the sample maker names it."""
NEW_PRICES = (
    "UPDATE tbl_item SET hargajual1 = hargajual1 + 500 WHERE mod(hashtext(kodeitem), 20) = 0",
    "UPDATE tbl_itemhj SET hargajual = round(hargajual * 1.05) WHERE mod(hashtext(kodeitem), 20) = 0",
)


def put_backup(server: PostgresServer, inbox: Path, products: int = PRODUCTS) -> Path:
    """A sample shop's backup, as iPOS replaces the last one."""
    inbox.mkdir(parents=True, exist_ok=True)
    write_sample_backup(server, inbox / BACKUP, products=products, history=0, seed=1)
    return inbox / BACKUP


def change_prices(server: PostgresServer, inbox: Path) -> None:
    """The same shop a little later, with some prices raised."""
    with closing(server.connect("postgres", autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {SCRATCH} TEMPLATE template0")
        try:
            server.run("pg_restore", "--no-owner", "--no-acl", f"--dbname={SCRATCH}", inbox / BACKUP)
            with server.connect(SCRATCH) as connection:
                for statement in NEW_PRICES:
                    connection.execute(statement.encode())
            server.run("pg_dump", "-Fc", f"--file={inbox / BACKUP}", f"--dbname={SCRATCH}", environment={"TZ": JAKARTA})
        finally:
            admin.execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")
