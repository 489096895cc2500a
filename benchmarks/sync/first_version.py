"""The measured process of the first version: restore everything, join three tables, write a CSV.

It has two variants: as it was (one job, on a PostgreSQL with default settings), and at its best (two jobs, with our
chain's PostgreSQL settings, without fsync). Every doubt is decided in its favour: it does not import Dagster, check the
data, copy the backup or scale photos, and the server's shutdown does not count. Our chain publishes a verified DuckDB
file; this only writes a CSV.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measured import prepare
from benchmarks.sync.report import write_report
from benchmarks.sync.results import Step
from toko_assets.postgres.embedded import SERVER_SETTINGS, EmbeddedPostgres

GROUP = "first_version"
DATABASE = "first_version"

KEEPS_TO_ITSELF = ("listen_addresses", "unix_socket_permissions", "timezone", "lc_messages")
SETTINGS = {
    "stock": {name: SERVER_SETTINGS[name] for name in KEEPS_TO_ITSELF},
    "ours": SERVER_SETTINGS,
}
"""PostgreSQL settings of each variant. The stock ones only say where the server listens, its time zone and locale."""

JOIN = """
    SELECT i.kodeitem, i.namaitem, u.jumlahkonv, u.satuan, u.hargapokok, h.hargajual
    FROM tbl_item i
    JOIN tbl_itemsatuanjml u ON u.kodeitem = i.kodeitem
    JOIN tbl_itemhj h ON h.kodeitem = i.kodeitem AND h.satuan = u.satuan
"""
"""The commonly used query. It loses every item with a fixed price, and duplicates others: see docs/pricing.md."""


def main(report: Path, backup: Path, postgres: Path, settings: str, jobs: int) -> None:
    """Restore the backup into the cluster `postgres` with `jobs` jobs of `pg_restore`, then join and write the CSV."""
    prepare()
    import pandas as pd
    from sqlalchemy import create_engine

    imported = time.monotonic()
    steps: list[Step] = []
    table = report.with_suffix(".csv")
    embedded = EmbeddedPostgres(postgres, settings=SETTINGS[settings], keep=False)
    try:
        with _timed("start_server", steps):
            server = embedded.start()
        with _timed("restore", steps):
            with server.connect("postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
            options = ["--no-owner", "--no-privileges", "--exit-on-error", f"--jobs={jobs}"]
            server.run("pg_restore", *options, f"--dbname={DATABASE}", backup)
        with _timed("read", steps):
            engine = create_engine("postgresql+psycopg://", creator=lambda: server.connect(DATABASE))
            rows = pd.read_sql_query(JOIN, engine)
            engine.dispose()
        with _timed("write", steps):
            rows.to_csv(table, index=False)
        published = time.monotonic()
        pd.read_csv(table)  # the first version's bot does this with every new CSV
        loaded = time.monotonic()
    finally:
        embedded.stop()
    write_report(report, tuple(steps), imported, published, loaded - published)


@contextmanager
def _timed(name: str, steps: list[Step]) -> Iterator[None]:
    begun = time.monotonic()
    yield
    steps.append(Step(GROUP, name, time.monotonic() - begun))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
