"""`toko backup` and `toko restore-backup`: what was saved is back, and only that; a damaged backup changes nothing."""

import gzip
import io
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.acceptance.places import installed, run_toko
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from tests.servers.telegram import TelegramServer
from tests.toko_assets.cli.upkeep.shop import no_leftovers, saved_files
from tests.toko_bot.bot.process import BUDI, running_bot
from toko_assets.cli.dev.lock import only_one
from toko_assets.cli.upkeep.archive import FORMAT, HEADER, MANIFEST
from toko_assets.cli.upkeep.seal import make_seal
from toko_assets.common.lock import run_mark, sync_lock
from toko_assets.postgres.server import PostgresServer
from toko_core.catalog.schema import SCHEMA_VERSION

FLIPPED = 40
ROOT = Path(__file__).parents[4]
ANYTHING = ("--most-lost", "100", "--most-changed", "100", "--most-jumped", "100")


@pytest.fixture(scope="module")
def made(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation with one catalogue, and of its backup, shop.tar.gz."""
    folder = tmp_path_factory.mktemp("made")
    with installed(folder) as toko:
        write_backup(postgres, toko.inbox / "i5_TOKO.i5bu", a_shop())
        write_backup(postgres, folder / "later.i5bu", a_shop(price=2000))
        assert run_toko("sync").status == 0
        assert run_toko("people", "add", "103", "--role", "owner", "--name", "Rina").status == 0
        answer = run_toko("backup", "shop.tar.gz")
    assert (answer.status, answer.error) == (0, "")
    assert re.match(r"Saved shop\.tar\.gz, [\d.]+ MB, in [\d.]+ s\. Not in it: \.env, because", answer.output)
    return folder


@pytest.fixture
def toko(made: Path, tmp_path: Path) -> Iterator[Installation]:
    """A copy of it, to be spoilt."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("postgres"))
    with installed(tmp_path) as toko:
        yield toko


@pytest.fixture
def empty(made: Path, tmp_path: Path) -> Iterator[Installation]:
    """An empty installation, and the backup."""
    shutil.copyfile(made / "shop.tar.gz", tmp_path / "shop.tar.gz")
    with installed(tmp_path) as toko:
        yield toko


def test_a_lost_shop_is_back_as_it_was_saved_and_goes_on_and_a_newer_state_is_replaced_while_the_bot_answers(
    toko: Installation, tmp_path: Path
) -> None:
    before = saved_files(toko.data)
    assert {
        "catalog/CURRENT",
        "records/product_catalog.json",
        "history/prices.parquet",
        "dagster/history/runs.db",
        "state/state.db",
    } <= set(before)
    assert (tmp_path / "shop.tar.gz").stat().st_mode & 0o077 == 0
    shutil.move(toko.data / "inbox", tmp_path / "inbox")
    shutil.rmtree(toko.data)
    answer = run_toko("restore-backup", "shop.tar.gz")
    assert (answer.status, answer.error) == (0, "")
    assert answer.output.startswith("Restored shop.tar.gz, made ")
    assert "Not in it: .env, because it holds secrets. Copy yours to this folder." in answer.output
    assert saved_files(toko.data) == before
    assert no_leftovers(toko.data)
    assert "BARANG KE 2 PCS Rp1.002" in run_toko("search", "barang ke 2").output
    shutil.move(tmp_path / "inbox", toko.inbox)
    assert run_toko("sync", "--backup", "later.i5bu", *ANYTHING).status == 0
    assert run_toko("doctor").status == 0
    replace_while_the_bot_answers(toko, tmp_path)
    assert saved_files(toko.data) == before
    assert no_leftovers(toko.data)


def replace_while_the_bot_answers(toko: Installation, tmp_path: Path) -> None:
    """Restore an earlier state while a bot serves a newer one."""
    with TelegramServer() as telegram, running_bot(telegram, toko.data, tmp_path / "bot") as bot:
        budi = telegram.user(BUDI, "Budi")
        assert "Rp2.002" in budi.ask("barang ke 2").text
        assert run_toko("people", "add", "104").status == 0
        assert run_toko("restore-backup", "shop.tar.gz").status == 0
        bot.wait_for_log(f"Serving {toko.catalog.name if toko.catalog else ''}")
        assert "Rp1.002" in budi.ask("barang ke 2").text
        assert bot.check().returncode == 0


def test_to_and_keep_say_where_a_backup_is_written_and_how_many_are_kept(toko: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    for name in ("toko-backup-1.tar.gz", "toko-backup-2.tar.gz", "another.tar.gz"):
        shutil.copyfile("shop.tar.gz", tmp_path / name)
    assert run_toko("backup", "--keep", "2").status == 0
    left = {path.name for path in tmp_path.glob("*.tar.gz")}
    assert {"another.tar.gz", "shop.tar.gz", "toko-backup-2.tar.gz"} < left
    assert len(left) == 4
    assert run_toko("backup", f"{folder}/").status == 0
    assert re.fullmatch(r"toko-backup-\d{8}-\d{6}\.tar\.gz", next(folder.iterdir()).name)
    assert run_toko("backup", "shop.tar.gz").error == "toko: shop.tar.gz exists: name a new file, or a folder."
    for _ in range(2):  # each night, also the first one
        assert run_toko("backup", tmp_path / "usb" / "toko", "--keep", "1").status == 0
    assert [path.suffix for path in (tmp_path / "usb" / "toko").iterdir()] == [".gz"]
    program = [sys.executable, "-c", "from toko_assets.cli import main; main()"]
    piped = subprocess.run([*program, "backup", "-"], capture_output=True, check=True)
    assert b"Saved" in piped.stderr
    checked = subprocess.run(
        [*program, "restore-backup", "--check", "-"], input=piped.stdout, capture_output=True, check=True
    )
    assert checked.stdout.startswith(b"Complete: The standard input, made ")
    assert no_leftovers(toko.data)


def test_a_backup_that_is_damaged_anywhere_is_rejected_before_anything_changes(empty: Installation, made: Path) -> None:
    content = (made / "shop.tar.gz").read_bytes()
    rng = random.Random(1)
    places = [*range(len(HEADER)), *(rng.randrange(len(content)) for _ in range(FLIPPED)), *range(-8, 0)]
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << rng.randrange(8)
        assert_rejected(empty, bytes(flipped), "")
    for size in (0, 5, len(HEADER), len(content) // 2, len(content) - 1):
        assert_rejected(empty, content[:size], "cut off")
    assert_rejected(empty, content + b"x", "")


def test_what_no_backup_holds_is_rejected_before_anything_changes(empty: Installation, made: Path) -> None:
    members = unpack((made / "shop.tar.gz").read_bytes())
    manifest = json.loads(members.pop(MANIFEST))

    def rejected(reason: str, files: dict[str, bytes], *, change: dict[str, Any] | None = None, **header: Any) -> None:
        listed = [entry for entry in manifest["files"] if entry["name"] in files]
        listed += [
            {"name": name, "size": len(text), "sha256": "0" * 64, "modified_ns": 0}
            for name, text in files.items()
            if name not in members
        ]
        text = json.dumps({**manifest, "files": listed, **(change or {})}).encode()
        assert_rejected(empty, pack({MANIFEST: text, **files}, **header), reason)

    for name in ("../outside", "/etc/outside", "data/catalog/../../outside", "data/bot/x.json", ".env", "data/records"):
        rejected("a name that no backup has", {**members, name: b"x"})
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.XHDTYPE, b"L"):
        rejected("not a file", members, last=kind)
    rejected("its checksum is wrong", {**members, "data/records/new.json": b"{}"})
    rejected("the catalogue that it serves", {n: c for n, c in members.items() if not n.endswith(".duckdb")})
    rejected(
        f"format {FORMAT + 1}, this one reads {FORMAT}): upgrade toko", members, change={"toko_backup": FORMAT + 1}
    )
    rejected("upgrade toko", members, change={"dagster_version": "99.1.0"})
    for odd in ("1.²", f"1.{'9' * 5000}", "", "new"):
        rejected("its list of files is damaged", members, change={"dagster_version": odd})
    rejected("its list of files is damaged", members, change={"files": "all"})
    huge = {**manifest, "files": [{**manifest["files"][0], "size": 1 << 60}, *manifest["files"][1:]]}
    assert_rejected(empty, pack({MANIFEST: json.dumps(huge).encode()}), "No space left on device")
    assert_rejected(empty, gzip.compress(b"x" * 2000, 1, mtime=0), "")
    assert_rejected(empty, (made / "later.i5bu").read_bytes(), "`toko sync --backup FILE` reads")
    assert_rejected(empty, b"SELECT 1;\n" * 10, "it is not a file that `toko backup` wrote")


def test_a_dagster_yaml_that_is_not_ours_is_not_restored_because_dagster_runs_what_it_names(
    empty: Installation, made: Path, tmp_path: Path
) -> None:
    members = unpack((made / "shop.tar.gz").read_bytes())
    manifest = json.loads(members.pop(MANIFEST))
    members["dagster/dagster.yaml"] = b"run_launcher: {module: data.records.hostile, class: Launcher}\n"
    members["data/records/hostile.py"] = b"raise SystemExit('hostile')\n"
    files = [
        {"name": name, "size": len(text), "sha256": sha256(text).hexdigest(), "modified_ns": 1}
        for name, text in members.items()
    ]
    file = tmp_path / "hostile.tar.gz"
    file.write_bytes(pack({MANIFEST: json.dumps({**manifest, "files": files}).encode(), **members}))
    answer = run_toko("restore-backup", file)
    assert answer.status == 0
    assert "! Its dagster.yaml was edited. It names code that Dagster runs, so it was not restored." in answer.output
    config = empty.data / "dagster" / "dagster.yaml"
    assert not config.exists() or "hostile" not in config.read_text()


def test_a_catalogue_of_a_newer_schema_is_rejected_and_the_bot_and_doctor_say_so_in_one_line(
    toko: Installation, tmp_path: Path
) -> None:
    with TelegramServer() as telegram, running_bot(telegram, toko.data, tmp_path / "bot") as bot:
        budi = telegram.user(BUDI, "Budi")
        assert "Rp1.002" in budi.ask("barang ke 2").text
        newer = make_newer(toko)
        said = (
            f"The catalogue {newer} was written by a newer version of toko (schema {SCHEMA_VERSION + 1}, this one "
            f"reads {SCHEMA_VERSION}): upgrade this one, or run `toko sync` with this version."
        )
        bot.wait_for_log(f"stays: {said}")
        assert "Rp1.002" in budi.ask("barang ke 2").text
        assert bot.check().stderr.strip() == f"toko: {said}"
        assert said in run_toko("doctor").output
        assert run_toko("search", "barang").error == f"toko: {said}"
        assert run_toko("backup", "newer.tar.gz").status == 0
        before = saved_files(toko.data)
        answer = run_toko("restore-backup", "newer.tar.gz")
        assert answer.error == f"toko: newer.tar.gz cannot be restored: {said} Nothing was changed."
        assert saved_files(toko.data) == before
        assert run_toko("sync").status == 0  # the way back: this version makes a catalogue of its own
        bot.wait_for_log(f"Serving {toko.catalog.name if toko.catalog else ''}")
        assert bot.check().returncode == 0


def test_a_restore_that_is_killed_at_any_step_leaves_the_old_state_or_the_new_one(
    toko: Installation, tmp_path: Path
) -> None:
    new = saved_files(toko.data)
    spoil(toko)
    old = saved_files(toko.data)
    assert not [path for path, content in new.items() if path.endswith("CURRENT") and old[path] == content]
    (tmp_path / "states.json").write_text(json.dumps({"old": old, "new": new}))
    program = [sys.executable, "-m", "tests.toko_assets.cli.upkeep.killed_restores", str(tmp_path)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    states = done.stdout.split()
    assert states == ["old"] * states.count("old") + ["new"] * states.count("new")
    assert states.count("old") >= 1
    assert states.count("new") >= 10


def test_a_damaged_or_newer_state_database_is_one_line_and_a_restore_replaces_it(
    toko: Installation, tmp_path: Path
) -> None:
    file, before = toko.data / "state" / "state.db", saved_files(toko.data)
    file.write_bytes(b"damaged" * 2000)
    answer = run_toko("backup", "second.tar.gz")
    assert answer.error.startswith(f"toko: The state database {file} cannot be copied: ")
    assert not (tmp_path / "second.tar.gz").exists()
    assert run_toko("people", "list").error.startswith(f"toko: The state database {file} cannot be used: ")
    assert run_toko("restore-backup", "shop.tar.gz").status == 0
    assert (toko.data / "state" / "state.db.replaced").read_bytes() == b"damaged" * 2000
    assert saved_files(toko.data) == before
    with closing(sqlite3.connect(file)) as state:
        state.execute("UPDATE state_version SET version_num = '9999'")
        state.commit()
    assert "a newer toko made it" in run_toko("people", "list").error
    assert run_toko("restore-backup", "shop.tar.gz").status == 0
    assert saved_files(toko.data) == before
    assert no_leftovers(toko.data)


def test_a_backup_of_an_earlier_version_leaves_the_people_as_they_are(toko: Installation, made: Path) -> None:
    assert "104" not in run_toko("people", "list").output
    members = unpack((made / "shop.tar.gz").read_bytes())
    manifest = json.loads(members.pop(MANIFEST))
    del members["data/state/state.db"]
    listed = [entry for entry in manifest["files"] if entry["name"] in members]
    manifest |= {"files": listed, "toko_backup": 1}
    (toko.data.parent / "earlier.tar.gz").write_bytes(pack({MANIFEST: json.dumps(manifest).encode(), **members}))
    assert run_toko("people", "add", "104", "--name", "Wati").status == 0
    answer = run_toko("restore-backup", "earlier.tar.gz")
    assert "People were not restored: the backup holds none." in answer.output
    assert "Wati" in run_toko("people", "list").output


def test_a_restore_waits_for_nothing_and_says_what_is_running(toko: Installation) -> None:
    before = saved_files(toko.data)
    for holder, line in (
        (sync_lock(toko.data, None), "Another sync is running in "),
        (only_one(toko.data / "dagster", 3000), "`toko dev` is running for "),
        (run_mark(toko.data, "a-run"), "A run is at work in "),
    ):
        with ExitStack() as stack:
            stack.enter_context(holder)
            if line.startswith("Another sync"):  # of another process
                from toko_assets.common import lock

                lock._held.clear()
            answer = run_toko("restore-backup", "shop.tar.gz")
        assert answer.status == 1
        assert answer.error.startswith(f"toko: {line}")
        assert len(answer.error.splitlines()) == 1
    assert saved_files(toko.data) == before
    assert run_toko("restore-backup", "nowhere.tar.gz").error == "toko: No such file or directory: nowhere.tar.gz"


def test_nothing_to_save_is_one_line(empty: Installation) -> None:
    assert run_toko("backup").error.startswith("toko: There is nothing to save: ")
    empty.data.mkdir()
    assert run_toko("backup").error.startswith("toko: No catalogue is published yet, so there is nothing to save")
    assert no_leftovers(empty.data)
    assert not list(empty.data.parent.glob("toko-backup-*"))


def assert_rejected(toko: Installation, content: bytes, reason: str) -> None:
    """The restore of this file fails with one line that has the reason, and the empty installation stays empty."""
    file = toko.data.parent / "rejected"
    file.write_bytes(content)
    answer = run_toko("restore-backup", file)
    assert answer.status == 1, answer
    assert len(answer.error.splitlines()) == 1
    assert reason in answer.error, answer.error
    assert "Nothing was changed." in answer.error or "No space left" in answer.error
    assert not [path for path in toko.data.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert {path.name for path in toko.data.parent.iterdir()} == {"data", "shop.tar.gz", "rejected"}


def unpack(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = {}
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            members[member.name] = file.read()
    return members


def pack(files: dict[str, bytes], last: bytes = tarfile.REGTYPE) -> bytes:
    """An archive with these files, whose last one is of another type."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 1, packed, mtime=0) as zipped:
        for number, (name, content) in enumerate(files.items(), start=1):
            header = tarfile.TarInfo(name)
            header.size = len(content)
            header.type = last if number == len(files) else tarfile.REGTYPE
            zipped.write(header.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512))
        zipped.write(bytes(1024))
    return packed.getvalue() + make_seal(sha256(packed.getvalue()).hexdigest())


def spoil(toko: Installation) -> None:
    """Give every folder that a backup holds another content."""
    served = toko.catalog
    assert served is not None
    other = served.with_name("catalog-20990101T000000.000Z-000000000000.duckdb")
    shutil.copyfile(served, other)
    (toko.data / "catalog" / "CURRENT").write_text(f"{other.name}\n")
    for file in ("records/a.json", "history/a", "sales/a/a", "dagster/history/runs/a.db"):
        (toko.data / file).parent.mkdir(parents=True, exist_ok=True)
        (toko.data / file).write_bytes(b"")
    assert run_toko("people", "add", "104").status == 0
    with closing(sqlite3.connect(toko.data / "state" / "state.db")) as state:
        state.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def make_newer(toko: Installation) -> str:
    """Publish the served catalogue as a newer version of toko would. Returns its name."""
    served = toko.catalog
    assert served is not None
    newer = served.with_name("catalog-20990101T000000.000Z-000000000000.duckdb")
    shutil.copyfile(served, newer)
    with duckdb.connect(newer) as connection:
        connection.execute(f"UPDATE catalog_info SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema_version'")
    (toko.data / "catalog" / "CURRENT").write_text(f"{newer.name}\n")
    return newer.name
