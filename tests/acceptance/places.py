"""Installations that several tests share: the same as the `toko` fixture's, but kept for as long as a block lasts."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import made_once
from tests.installation import Answer, Installation
from tests.toko_web.serving import free_port
from toko_assets import cli
from toko_assets.ipos.archive.reader import HEADER_BYTES, read_header
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.postgres.server import PostgresServer

CLEARED = (
    "BACKUP_FOLDER", "CATALOG_URL", "SHOP_TIMEZONE", "SITE_ADDRESS", "DB_NAME", "DB_HOST", "KEEP_BACKUPS",
    "KEEP_CATALOGS", "MAX_CSV_FILES",
)  # fmt: skip


@contextmanager
def installed(folder: Path, **settings: str) -> Iterator[Installation]:
    """An empty installation below the folder, which is also the working folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in CLEARED:
            patch.delenv(name, raising=False)
        patch.setenv("TOKO_DATA_DIR", str(folder / "data"))
        patch.setenv("DAGSTER_HOME", str(folder / "data" / "dagster"))
        patch.setenv("CATALOG_LISTEN", f"127.0.0.1:{free_port()}")  # a developer may have pages at the usual one
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        yield Installation(folder / "data")


def run_toko(*args: str | Path) -> Answer:
    """Run `toko ARGS…` as its entry point does, for fixtures that outlive a test and so have no capsys."""
    out, err = io.StringIO(), io.StringIO()
    if args[0] == "sync":
        made_once.give_all(Path(os.environ["TOKO_DATA_DIR"]))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr("sys.argv", ["toko", *map(str, args)])
        with pytest.raises(SystemExit) as end:
            cli.main()
            raise SystemExit(0)
    return Answer(int(end.value.code or 0), " ".join(out.getvalue().split()), err.getvalue().strip())


def sync(*args: str | Path) -> Answer:
    """A sync that must succeed."""
    answer = run_toko("sync", *args)
    assert answer.status == 0, answer
    return answer


@dataclass(frozen=True)
class House:
    """An installation that serves one backup after the other."""

    folder: Path

    @contextmanager
    def serving(self, backup: Path) -> Iterator[Installation]:
        """The installation after a sync of the backup, whatever the last one was."""
        database = read_header(backup.read_bytes()[:HEADER_BYTES], backup.name).database
        with installed(self.folder) as toko:
            sync("--backup", backup, "--most-lost", "100", "--adopt", database)
            yield toko


def set_time(file: Path, seconds: int) -> Path:
    """Give the file a modification time, in seconds since 1970."""
    os.utime(file, (seconds, seconds))
    return file


@contextmanager
def its_postgres(toko: Installation) -> Iterator[PostgresServer]:
    """The installation's own embedded server, which stands still between commands."""
    with EmbeddedPostgres(toko.data / "postgres") as server:
        yield server


def published_files(toko: Installation) -> list[str]:
    return sorted(file.name for file in (toko.data / "catalog").glob("*.duckdb"))
