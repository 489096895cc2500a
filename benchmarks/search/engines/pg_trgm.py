"""PostgreSQL's extension pg_trgm in Debian's PostgreSQL 15: the ten best names by both of its similarities.

Settings tried on 18,186 real names, with 150 judged and 720 generated searches (success@1, nDCG@10, recall@10):

    similarity                                     .757  .677  .932
    word_similarity                                .693  .653
    word_similarity + similarity, names with
      a word_similarity over 0.3                   .729  .683  .970   nothing for 4 of 10 searches without an answer
      a word_similarity over 0.6, the default      .643  .507         nothing for 25 of 140 searches with an answer
      a similarity over 0.1                        .736  .691  .968   this one
    strict_word_similarity + similarity            .729  .692  .955

A GIN index is faster here than a GiST index, whose ten nearest names take 8 ms. The server runs on the same core as the
process that asks it, with everything in its cache.
"""

import atexit
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.search.engines.engine import LIMIT, Engine, Search
from benchmarks.server_user import as_server_user, give_to_server

if TYPE_CHECKING:
    import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
EXTENSION = Path("/usr/share/postgresql/15/extension/pg_trgm.control")
MISSING = "needs pg_trgm in Debian's PostgreSQL 15: apt-get install postgresql-15"
THRESHOLD = 0.1
NEAREST = """
    SELECT row FROM names WHERE name %% %(text)s
    ORDER BY word_similarity(%(text)s, name) + similarity(%(text)s, name) DESC, row LIMIT %(limit)s
"""
USER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "5",
    "fsync": "off", "autovacuum": "off", "jit": "off",
    "shared_buffers": "512MB", "maintenance_work_mem": "512MB", "work_mem": "64MB",
}  # fmt: skip
START_SECONDS = 60


def missing() -> str | None:
    """Return what to install, or None if the extension is installed."""
    return None if (PROGRAMS / "postgres").exists() and EXTENSION.exists() else MISSING


def build(names: Sequence[str], folder: Path) -> None:
    cluster, secret = folder / "cluster", folder / "password"
    cluster.mkdir(0o700)
    secret.write_text(secrets.token_hex())
    secret.chmod(0o600)
    for path in (cluster, secret):
        give_to_server(path)
    options = ["-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
    command = as_server_user([PROGRAMS / "initdb", "-D", cluster, "--pwfile", secret, *options])
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    server, connection = _start(folder)
    try:
        with connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            connection.execute("CREATE TABLE names (row integer, name text)")
            with connection.cursor().copy("COPY names FROM STDIN") as copy:
                for row, name in enumerate(names):
                    copy.write_row((row, name.casefold().replace("\0", " ")))
            connection.execute("CREATE INDEX ON names USING gin (name gin_trgm_ops)")
            connection.execute("VACUUM ANALYZE names")
    finally:
        _stop(server)


def load(folder: Path) -> Search:
    server, connection = _start(folder)
    atexit.register(_stop, server)
    connection.execute(f"SET pg_trgm.similarity_threshold = {THRESHOLD}")

    def search(text: str) -> list[int]:
        asked = {"text": text.casefold().replace("\0", " "), "limit": LIMIT}
        return [row for (row,) in connection.execute(NEAREST, asked).fetchall()]

    return search


def _start(folder: Path) -> "tuple[subprocess.Popen[bytes], psycopg.Connection[Any]]":
    """Start the server, which ends with this process, and connect to it."""
    import psycopg

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = as_server_user([PROGRAMS / "postgres", "-D", folder / "cluster", "-p", str(port), *settings])
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    password = (folder / "password").read_text()
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return server, psycopg.connect(
                host="127.0.0.1", port=port, user=USER, password=password, dbname="postgres", autocommit=True
            )
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                _stop(server)
                raise
            time.sleep(0.05)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        server.wait(START_SECONDS)


ENGINE = Engine(
    name="pg_trgm",
    setting="PostgreSQL 15's pg_trgm, word_similarity + similarity, GIN index; its memory is the server's",
    modules=("psycopg",),
    build=build,
    load=load,
    most_names=100_000,
    missing=missing,
)
