"""A PostgreSQL of the shop's own, at DB_HOST: real servers of three versions, and each way in which they fail."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap  # what the web interface is given
from dagster._serdes import serialize_value
from pydantic import SecretStr
from rich.console import Console

from tests.acceptance.places import installed, run_toko
from tests.backups import Shop, a_shop, write_backup
from tests.code_location import load_defs
from tests.installation import Answer, Installation
from tests.servers.old_postgres import postgres_of_version
from tests.servers.postgres import VERSIONS, RealServer, free_port, make_certificate, real_server
from toko_assets.cli.run import run_assets
from toko_assets.common.settings import load_settings
from toko_assets.postgres import external
from toko_assets.postgres.external import ExternalServer, open_external
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer
from toko_assets.sample.backup import write_sample_backup
from toko_core import PermanentError, TokoError, TransientError

TABLES = ("products", "prices", "barcodes", "stock", "photos", "search_index")
ROWS = 100_000
NO_SPACE = r"(No space left on device|wrote only \d+ of \d+ bytes)"
"""How PostgreSQL 15 says it: the second if a part of a page still fits."""
"""About 20 MB in a table: too much for a small disk, and long enough to be interrupted."""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[int, RealServer]]:
    """15 as Debian sets it up with ICU, and behind TLS; 16 without a database `postgres`; 18 plain."""
    with ExitStack() as stack:
        icu = ("--locale-provider=icu", "--icu-locale=id")
        running = {v: stack.enter_context(real_server(v, *(icu if v == 15 else ()))) for v in VERSIONS}
        if 15 in running:
            running[15].require_tls()
        running[16].do("DROP DATABASE postgres")
        yield running


@pytest.fixture(scope="module")
def samples(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A backup of the same invented shop, with all its disorder, in each encoding."""
    folder = tmp_path_factory.mktemp("samples")
    for encoding in ("UTF8", "WIN1252", "SQL_ASCII"):
        write_sample_backup(postgres, folder / f"{encoding}.i5bu", products=200, history=500, seed=3, encoding=encoding)
    return {file.stem: file for file in folder.iterdir()}


@pytest.fixture(scope="module")
def expected(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the embedded PostgreSQL makes of them."""
    catalogues = {}
    for encoding, backup in samples.items():
        with installed(tmp_path_factory.mktemp("embedded")) as toko:
            assert run_toko("sync", "--backup", backup).status == 0
            catalogues[encoding] = catalogue(toko)
    return catalogues


def catalogue(toko: Installation) -> dict[str, Any]:
    return {table: toko.query(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


@pytest.mark.parametrize(
    ("version", "encoding"),
    [(version, "UTF8") for version in VERSIONS] + [(min(VERSIONS), "WIN1252"), (min(VERSIONS), "SQL_ASCII")],
)
def test_the_same_backup_gives_the_same_catalogue_on_every_version(
    servers: dict[int, RealServer], samples: dict[str, Path], expected: dict[str, Any], tmp_path: Path,
    version: int, encoding: str,
) -> None:  # fmt: skip
    server = servers[version]
    with installed(tmp_path, **server.settings, DB_NAME="harga") as toko:
        answer = run_toko("sync", "--backup", samples[encoding])
        assert (answer.status, answer.error) == (0, "")
        assert catalogue(toko) == expected[encoding]
        assert server.databases() == [toko.record("restored_database")["database"]]
        assert re.fullmatch("harga_[0-9a-f]{12}", server.databases()[0])
        assert not find_cluster(toko.data / "postgres").exists(), "an embedded server was set up as well"
        assert "nothing to remove" in run_toko("cleanup").output.partition("restored databases")[2]


if 15 in VERSIONS:  # the others come without TLS

    def test_what_the_server_must_prove_is_said_by_the_variables_of_libpq(
        servers: dict[int, RealServer], tmp_path: Path
    ) -> None:
        server, stranger = servers[15], tmp_path / "stranger.crt"
        make_certificate(tmp_path / "stranger.key", stranger)
        proven = {"TOKO_DATA_DIR": str(tmp_path / "data"), "PGSSLMODE": "verify-ca"}

        def doctor(certificate: Path) -> str:
            environment = {**os.environ, **server.settings, **proven, "PGSSLROOTCERT": str(certificate)}
            command = [str(Path(sys.executable).with_name("toko")), "doctor"]
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            return done.stdout

        assert "databases can be created, filled and dropped" in doctor(server.certificate)
        assert "certificate verify failed" in doctor(stranger)


def test_only_our_own_databases_are_dropped(
    servers: dict[int, RealServer], samples: dict[str, Path], tmp_path: Path
) -> None:
    server = servers[18]
    others = ["i5bu_0123456789ab", "i5bu_gudang", "i5bu_tahun2024"]
    server.do(f"CREATE DATABASE {others[0]}", *(f"CREATE DATABASE {name} OWNER toko" for name in others[1:]))
    server.do("CREATE DATABASE i5bu_ba9876543210_unfinished OWNER toko")  # of a sync that was killed
    try:
        with installed(tmp_path, **server.settings) as toko:
            assert run_toko("sync", "--backup", samples["UTF8"]).status == 0
            restored = toko.record("restored_database")["database"]
            assert [name for name in server.databases() if name.startswith("i5bu")] == sorted([*others, restored])
    finally:
        server.do(*(f"DROP DATABASE {name}" for name in others))


@dataclass(frozen=True)
class ServedShop:
    """An installation that has published one backup from an external server, and has another one to take."""

    folder: Path
    server: RealServer
    other: Path
    secrets: list[str]

    def sync_fails(self, saying: str, **settings: str) -> None:
        """The sync of the other backup, with these settings changed, is one line; all else is as before."""
        with installed(self.folder, **{**self.server.settings, "DB_NAME": "served", **settings}) as toko:
            served, content = toko.catalog, catalogue(toko)
            answer = run_toko("sync", "--backup", self.other)
            self.is_one_line(answer, saying)
            assert toko.catalog == served
            assert catalogue(toko) == content
            assert toko.list_leftovers() == []

    def is_one_line(self, answer: Answer, saying: str) -> None:
        assert answer.status == 1
        assert len(answer.error.splitlines()) == 1, answer.error
        assert re.search(saying, answer.error), answer.error
        for said in (answer.error, answer.output):
            assert "Traceback" not in said
            assert not any(secret in said for secret in self.secrets)


@pytest.fixture(scope="module")
def shop(
    servers: dict[int, RealServer], postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedShop]:
    folder, server = tmp_path_factory.mktemp("shop"), servers[18]
    with installed(folder, **server.settings, DB_NAME="served"):
        assert run_toko("sync", "--backup", write_backup(postgres, folder / "first.i5bu", a_shop())).status == 0
    (restored,) = [name for name in server.databases() if name.startswith("served_")]
    yield ServedShop(folder, server, write_backup(postgres, folder / "other.i5bu", a_shop(7)), [server.password])
    left = [name for name in server.databases() if name.startswith("served_")]
    assert left == [restored], "a refused sync left a database, or took the one that is kept"


def test_a_refused_connection_is_one_line(shop: ServedShop) -> None:
    port = str(free_port())
    shop.sync_fails(rf"127\.0\.0\.1:{port} cannot be reached: Connection refused\. Is it running", DB_PORT=port)


def test_an_unknown_host_is_one_line(shop: ServedShop) -> None:
    shop.sync_fails(r"db\.invalid:\d+ cannot be reached: .*DB_HOST", DB_HOST="db.invalid")


def test_a_wrong_password_is_one_line(shop: ServedShop) -> None:
    shop.secrets.append("salah-sekali")
    shop.sync_fails("rejects role toko: .*Check DB_USER and DB_PASSWORD", DB_PASSWORD="salah-sekali")  # noqa: S106


def test_an_unknown_role_is_one_line(shop: ServedShop) -> None:
    shop.sync_fails("rejects role siapa: .*Check DB_USER", DB_USER="siapa")


def test_a_role_that_may_not_create_databases_is_one_line(shop: ServedShop) -> None:
    shop.server.do("ALTER ROLE toko NOCREATEDB")
    try:
        shop.sync_fails("permission denied to create database.*ALTER ROLE")
    finally:
        shop.server.do("ALTER ROLE toko CREATEDB")


def test_a_server_that_is_too_old_is_one_line(shop: ServedShop) -> None:
    with postgres_of_version("14.19") as port:
        shop.sync_fails(r"is version 14\.19; 15 to 18 are supported", DB_PORT=str(port))


def refusal(server: RealServer, **changed: Any) -> TokoError:
    """What opening the server ends with, when this differs."""
    fields = {"host": "127.0.0.1", "port": server.port, "user": "toko", "password": SecretStr(server.password)}
    with pytest.raises(TokoError) as raised:
        open_external(ExternalServer(**{**fields, **changed}), print)
    assert "\n" not in str(raised.value)
    assert server.password not in str(raised.value)
    return raised.value


class TestOtherRefusals:
    """They end a sync as those above do."""

    def test_a_server_that_never_answers(self, shop: ServedShop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(external, "CONNECT_SECONDS", 2)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            error = refusal(shop.server, port=silent.getsockname()[1])
        assert re.search("cannot be reached: .*timeout", str(error))

    def test_a_missing_password(self, shop: ServedShop) -> None:
        assert "requires a password for role toko: set DB_PASSWORD" in str(refusal(shop.server, password=None))

    def test_a_much_older_version(self, shop: ServedShop) -> None:
        with postgres_of_version("9.5.25") as port:
            assert "is version 9.5.25; 15 to 18 are supported" in str(refusal(shop.server, port=port))

    def test_a_role_that_is_let_into_no_database(self, shop: ServedShop) -> None:
        names = "postgres", "template1"
        shop.server.do(*(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC" for name in names))
        try:
            error = refusal(shop.server)
        finally:
            shop.server.do(*(f"GRANT CONNECT ON DATABASE {name} TO PUBLIC" for name in names))
        assert re.search("does not let role toko into database postgres: .*GRANT CONNECT", str(error))

    def test_no_connection_left(self, shop: ServedShop) -> None:
        shop.server.do("ALTER ROLE toko CONNECTION LIMIT 0")
        try:
            error = refusal(shop.server)
        finally:
            shop.server.do("ALTER ROLE toko CONNECTION LIMIT -1")
        assert re.search("accepts no connection now: too many connections.*Try again", str(error))

    def test_only_what_passes_by_itself_may_be_tried_again(self, shop: ServedShop) -> None:
        assert isinstance(refusal(shop.server, port=free_port()), TransientError)
        assert isinstance(refusal(shop.server, user="siapa"), PermanentError)


def test_a_server_that_is_newer_than_tested_is_only_a_warning() -> None:
    said: list[str] = []
    with postgres_of_version("19beta1") as port:
        open_external(ExternalServer("127.0.0.1", port, "toko"), said.append)
    assert len(said) == 1
    assert "is version 19.0; only 15 to 18 were tested" in said[0]


def many_items(rows: int = ROWS) -> Shop:
    shop = a_shop()
    more = (
        "INSERT INTO tbl_item (kodeitem, namaitem, satuan, sistemhargajual, hargapokok, hargajual1, statusjual, "
        f"statushapus, keterangan) SELECT 'X-' || n, md5(n::text), 'PCS', 'O', 1, 2, 'Y', 'N', repeat(md5(n::text), 3) "
        f"FROM generate_series(1, {rows}) n"
    )
    return Shop(shop.items, shop.units, statements=[more])


@pytest.fixture(scope="module")
def large(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_backup(postgres, tmp_path_factory.mktemp("large") / "large.i5bu", many_items())


@pytest.fixture(scope="module")
def fragile(postgres: PostgresServer, large: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedShop]:
    """A shop whose server has a small disk, and may be killed."""
    folder = tmp_path_factory.mktemp("fragile")
    with real_server(min(VERSIONS), small_disk="12m") as server:
        server.do(f"CREATE TABLESPACE small LOCATION '{server.small_disk}'")
        with installed(folder, **server.settings, DB_NAME="served"):
            assert run_toko("sync", "--backup", write_backup(postgres, folder / "first.i5bu", a_shop())).status == 0
        yield ServedShop(folder, server, large, [server.password])


def test_a_full_disk_while_rows_are_restored_is_one_line(fragile: ServedShop) -> None:
    server = fragile.server
    before = server.databases()
    server.do("GRANT CREATE ON TABLESPACE small TO PUBLIC", "ALTER ROLE toko SET default_tablespace = small")
    try:
        fragile.sync_fails(f"has no disk space left: .*{NO_SPACE}.*Free some")
    finally:
        server.do("ALTER ROLE toko RESET default_tablespace")
    assert server.databases() == before


def test_a_full_disk_while_the_database_is_created_is_one_line(fragile: ServedShop) -> None:
    server = fragile.server
    before = server.databases()
    server.do("ALTER DATABASE template0 SET TABLESPACE small")
    try:
        fragile.sync_fails(f"has no disk space left: .*{NO_SPACE}")
    finally:
        server.do("ALTER DATABASE template0 SET TABLESPACE pg_default")
    assert server.databases() == before


class KillsWhileRestoring(threading.Thread):
    """`kill -9` of the server as soon as it takes rows."""

    def __init__(self, server: RealServer) -> None:
        super().__init__()
        self._server = server
        self.copying = 0

    def run(self) -> None:
        with self._server.admin() as connection:
            while not self.copying:
                found = connection.execute("SELECT count(*) FROM pg_stat_progress_copy").fetchone()
                self.copying = found[0] if found else 0
            self._server.kill()


def test_a_connection_lost_while_restoring_is_one_line_and_the_next_sync_recovers(fragile: ServedShop) -> None:
    server = fragile.server
    killer = KillsWhileRestoring(server)
    killer.start()
    fragile.sync_fails("The connection to PostgreSQL at .* was lost: .*Sync again when it is back")
    killer.join()
    fragile.sync_fails("cannot be reached: Connection refused")
    server.start()
    assert any(name.endswith("_unfinished") for name in server.databases()), "it was not killed while restoring"
    with installed(fragile.folder, **server.settings, DB_NAME="served") as toko:
        assert run_toko("sync", "--backup", fragile.folder / "first.i5bu").status == 0
        assert server.databases() == [toko.record("restored_database")["database"]]


def test_rows_that_a_crash_of_the_server_took_are_restored_again_before_anything_is_exported(
    servers: dict[int, RealServer], samples: dict[str, Path], tmp_path: Path
) -> None:
    server = servers[16]
    with installed(tmp_path, **server.settings) as toko:
        assert run_toko("sync", "--backup", samples["UTF8"]).status == 0
        served, exported = catalogue(toko), toko.record("exported_products")
        server.kill()
        server.start()
        run_assets(load_settings(), ["exported_products"], Console(quiet=True))
        assert toko.record("exported_products")["counts"] == exported["counts"]
        assert catalogue(toko) == served
        assert run_toko("sync", "--backup", samples["UTF8"]).status == 0


class TestThePasswordIsNeverShown:
    def test_nor_anything_that_holds_it(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DB_PASSWORD", "rahasia")
        settings = load_settings()
        assert settings.db_password is not None
        server = ExternalServer("h", 1, "u", settings.db_password)
        assert "rahasia" not in f"{settings!r} {settings} {settings.model_dump()} {server!r} {server}"
        assert "rahasia" not in settings.model_dump_json()

    # Dagster warns of itself where it makes the snapshot that its web interface reads.
    @pytest.mark.filterwarnings("ignore:Property .ScheduleDefinition.environment_vars:DeprecationWarning")
    def test_in_files_output_logs_run_config_or_the_web_interface(
        self, servers: dict[int, RealServer], samples: dict[str, Path], tmp_path: Path
    ) -> None:
        """With the password in `.env` only, as a shop has it; `toko` and Dagster's own command both find it there."""
        server = servers[18]
        secret = re.findall("[0-9a-f]{12}", server.password)[0]  # as it is, whatever quotes or escapes the rest
        quoted = server.password.replace("\\", "\\\\").replace("'", "\\'")
        connection = {**server.settings, "DB_PASSWORD": f"'{quoted}'"}
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in connection.items()))
        with installed(tmp_path) as toko:
            toko.inbox.mkdir(parents=True)
            shutil.copy(samples["SQL_ASCII"], toko.inbox)
            answers = [
                run_toko("sync", "--backup", samples["UTF8"]),
                run_toko("doctor"),
                run_toko("cleanup"),
            ]
            server.do("ALTER ROLE toko NOCREATEDB")
            answers += [run_toko("sync", "--backup", samples["WIN1252"]), run_toko("doctor")]
            server.do("ALTER ROLE toko CREATEDB")
            dagster = subprocess.run(
                [Path(sys.executable).with_name("dagster"), "job", "execute", "-m", "toko_assets.definitions",
                 "-j", "sync"],
                capture_output=True, text=True, check=False, cwd=tmp_path,
                env={name: value for name, value in os.environ.items() if not name.startswith("DB_")},
            )  # fmt: skip
            assert dagster.returncode == 0, dagster.stderr
            assert [answer.status for answer in answers[:3]] == [0, 0, 0], answers[1].output
            snapshot = serialize_value(RepositorySnap.from_def(load_defs().get_repository_def()))
            assert str(tmp_path) in snapshot, "the values of the resources are not in it"
            with dg.DagsterInstance.get() as instance:
                runs = instance.get_runs()
                events = [str(instance.all_logs(run.run_id)) for run in runs]
            assert len(runs) == 3
            shown = [*events, *(str(run.run_config) for run in runs), snapshot, dagster.stdout, dagster.stderr]
            shown += [answer.output + answer.error for answer in answers]
            assert [text for text in shown if secret in text] == []
            files = [path for path in toko.data.rglob("*") if path.is_file()]
            assert len(files) > 10
            assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_the_role_needs_no_more_than_to_create_databases(servers: dict[int, RealServer]) -> None:
    for server in servers.values():
        with server.admin() as connection:
            row = connection.execute(
                "SELECT rolcreatedb, rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls, "
                "(SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) FROM pg_roles r WHERE rolname = 'toko'"
            ).fetchone()
        assert row == (True, False, 0)
        with (
            pytest.raises(psycopg.OperationalError),
            psycopg.connect(host="127.0.0.1", port=server.port, user="toko", password="", dbname="template1"),
        ):
            pass  # it does ask for a password
