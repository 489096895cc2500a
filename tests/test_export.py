"""The whole chain against the independent statement of the rules in tests/oracle, on the sample maker's shop.

The oracle reads a **full** restore of the same backup, made by a plain `pg_restore` with all its tables, functions and
constraints; the chain restores four tables by itself. What both say must be equal, row by row, to the last decimal.
"""

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.installation import Installation
from tests.oracle import rules
from tests.oracle.seed_join import seed_join_losses
from toko_assets.postgres.server import PostgresServer, clean_environment, program
from toko_assets.sample.backup import write_sample_backup

PRODUCTS = {"UTF8": 5_000, "WIN1252": 1_000, "SQL_ASCII": 1_000}
"""With 2,000, a sample has all famous goods; it has every kind of fault in any size."""


@contextmanager
def full_restore(server: PostgresServer, backup: Path, encoding: str) -> Iterator[psycopg.Connection[Any]]:
    """Everything that is in the backup, restored as anybody would."""
    with server.connect("postgres", autocommit=True) as admin:
        admin.execute(
            f"CREATE DATABASE everything TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'".encode()
        )
        address = {"PGHOST": server.host, "PGPORT": str(server.port), "PGUSER": server.user}
        command = [str(program("pg_restore")), "--no-owner", "--no-privileges", "-d", "everything", str(backup)]
        subprocess.run(command, env=clean_environment(address), check=True, capture_output=True)
        try:
            with server.connect("everything") as connection:
                yield connection
        finally:
            admin.execute("DROP DATABASE everything WITH (FORCE)")


@pytest.mark.parametrize("encoding", PRODUCTS)
def test_the_catalogue_says_what_the_rules_say(
    encoding: str, postgres: PostgresServer, toko: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    products, backup = PRODUCTS[encoding], toko.inbox / "sample.i5bu"
    toko.inbox.mkdir(parents=True)
    write_sample_backup(postgres, backup, products=products, history=products, seed=5, encoding=encoding)
    answer = toko.run("sync", capsys=capsys)
    assert (answer.status, answer.error) == (0, "")

    with full_restore(postgres, backup, encoding) as connection:
        expected = rules.expected(connection)
        seed = seed_join_losses(connection)
    assert len(expected.products) > 0.9 * products
    assert seed.lost > 0
    assert seed.repeated > 0

    def same(rows: str, wanted: Any) -> None:
        found = Counter(toko.query(rows))
        assert found == Counter(tuple(getattr(row, name) for name in row.__slots__) for row in wanted)

    same("SELECT kodeitem, namaitem, jenis, merek, rak, satuan, sistem_harga, dijual FROM products", expected.products)
    same(
        "SELECT kodeitem, t.satuan, konversi, level, jumlah_sampai, hargapokok, hargajual "
        "FROM prices t JOIN products USING (product_id)",
        expected.prices,
    )
    same("SELECT kodeitem, barcode, t.satuan FROM barcodes t JOIN products USING (product_id)", expected.barcodes)
    same("SELECT kodeitem, kantor, stok FROM stock JOIN products USING (product_id)", expected.stock)
    assert toko.query("SELECT count(*), count(DISTINCT kodeitem), max(product_id) + 1 FROM products") == [
        (len(expected.products),) * 3
    ]
