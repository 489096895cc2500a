"""The measured process of the first version's way: restore everything, join three tables, write a CSV.

Two ways: as it was (one job, on a PostgreSQL with its stock settings), and at its best (two jobs, on one with the
settings of our chain's, which does without fsync). Either gets the better of every doubt: no Dagster to import, no
check, no copy of the backup, no photos to scale; the server's end is not counted. Where our chain publishes a verified
DuckDB file, this only writes a CSV.
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
"""Of PostgreSQL; the stock ones say where it listens, and no more."""

JOIN = """
    SELECT i.kodeitem, i.namaitem, u.jumlahkonv, u.satuan, u.hargapokok, h.hargajual
    FROM tbl_item i
    JOIN tbl_itemsatuanjml u ON u.kodeitem = i.kodeitem
    JOIN tbl_itemhj h ON h.kodeitem = i.kodeitem AND h.satuan = u.satuan
"""
"""The well-known query. It loses every item with a fixed price, and repeats others: see docs/pricing.md."""


def main(report: Path, backup: Path, postgres: Path, settings: str, jobs: int) -> None:
    """Restore that backup into the cluster `postgres` with so many `pg_restore` jobs, then join and write the CSV."""
    prepare()
    import pandas as pd
    from sqlalchemy import create_engine

    imported = time.monotonic()
    steps: list[Step] = []
    table = report.with_suffix(".csv")
    embedded = EmbeddedPostgres(postgres, settings=SETTINGS[settings])
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
        pd.read_csv(table)  # what its bot does with every new CSV
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
