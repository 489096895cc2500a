"""Which file of the backup folder is taken, and which are refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.dumps import dumped_at
from tests.acceptance.history import last_run
from tests.acceptance.places import installed, published_files, run_toko, set_time, sync
from tests.acceptance.rows import clean_shop
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

OLD, NEW, NEWEST = 1_700_000_000, 1_700_100_000, 1_700_200_000

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut by one byte": lambda whole: whole[:-1],
    "cut behind the needed tables": lambda whole: whole[: len(whole) - len(whole) // 8],
    "cut in the middle": lambda whole: whole[: len(whole) // 2],
    "cut in its header": lambda whole: whole[:20],
    "followed by something": lambda whole: whole + b"more",
    "empty": lambda _: b"",
    "text": lambda _: b"These are not the data you are looking for.\n" * 50,
    "text that begins like a dump": lambda _: b"PGDMP" + b" is how it begins.\n" * 50,
}


@pytest.fixture(scope="module")
def cheap(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with prices from 1000, most of it history, which pg_dump writes after the tables needed."""
    shop = replace(a_shop(price=1000), history=20_000)
    return write_backup(postgres, tmp_path_factory.mktemp("cheap") / "cheap.i5bu", shop)


@pytest.fixture(scope="module")
def dear(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with prices from 2000, dumped after `cheap`."""
    return write_backup(postgres, tmp_path_factory.mktemp("dear") / "dear.i5bu", a_shop(price=2000))


@pytest.fixture
def here(tmp_path: Path, cheap: Path) -> Iterator[Installation]:  # noqa: ARG001 - dumps are made outside
    """An empty installation with an inbox."""
    with installed(tmp_path) as toko:
        toko.inbox.mkdir(parents=True)
        yield toko


def put(file: Path, content: bytes, seconds: int) -> Path:
    file.write_bytes(content)
    return set_time(file, seconds)


def taken(toko: Installation) -> str:
    answer = run_toko("download")
    assert answer.status == 0, answer
    name: str = toko.record("raw_backup")["name"]
    return name


def test_the_newest_by_the_time_of_the_dump_is_taken_whatever_its_name_or_the_files_time(
    here: Installation, cheap: Path, dear: Path
) -> None:
    for name, content, day, seconds in (("z", dear, 1, NEW), ("a", cheap, 2, OLD)):
        file = put(here.inbox / f"{name}.i5bu", content.read_bytes(), seconds)
        set_time(dumped_at(file, datetime(2026, 1, day)), seconds)
    put(here.inbox / "notes.txt", dear.read_bytes(), NEWEST)
    assert taken(here) == "a.i5bu"


@pytest.mark.parametrize("damage", ["cut behind the needed tables", "empty", "text"])
def test_a_newer_file_is_passed_over_when_it_is(here: Installation, cheap: Path, dear: Path, damage: str) -> None:
    put(here.inbox / "whole.i5bu", dear.read_bytes(), OLD)
    put(here.inbox / "broken.i5bu", DAMAGE[damage](cheap.read_bytes()), NEW)
    assert taken(here) == "whole.i5bu"


def test_a_sync_passes_over_a_truncated_newer_file_and_publishes_the_newest_whole_one(
    here: Installation, cheap: Path, dear: Path
) -> None:
    put(here.inbox / "a.i5bu", cheap.read_bytes(), OLD)
    put(here.inbox / "b.i5bu", dear.read_bytes(), NEW)
    put(here.inbox / "c.i5bu", cheap.read_bytes()[:-500], NEWEST)
    sync()
    assert here.prices()["BRG-0"] == 2000


def test_a_backup_given_by_name_is_taken_from_anywhere_though_the_folder_has_a_newer_one(
    here: Installation, tmp_path: Path, cheap: Path, dear: Path
) -> None:
    put(here.inbox / "dear.i5bu", dear.read_bytes(), NEWEST)
    elsewhere = put(tmp_path / "BACKUP 5 Jan.i5bu", cheap.read_bytes(), OLD)
    sync("--backup", elsewhere)
    assert here.prices()["BRG-0"] == 1000
    assert here.query("SELECT value FROM catalog_info WHERE key = 'backup_name'") == [("BACKUP 5 Jan.i5bu",)]


def test_a_backup_folder_set_by_name_is_watched(tmp_path: Path, cheap: Path, dear: Path) -> None:
    watched = tmp_path / "Dropbox" / "IPOS"
    watched.mkdir(parents=True)
    put(watched / "mine.i5bu", cheap.read_bytes(), OLD)
    with installed(tmp_path, BACKUP_FOLDER=str(watched)) as toko:
        toko.inbox.mkdir(parents=True)
        put(toko.inbox / "other.i5bu", dear.read_bytes(), NEW)
        assert taken(toko) == "mine.i5bu"


@pytest.mark.parametrize("inbox", ["missing", "empty", "with nothing whole"])
def test_without_a_whole_backup_a_sync_ends_with_one_line_that_names_the_folder_or_the_file(
    here: Installation, cheap: Path, inbox: str
) -> None:
    if inbox == "missing":
        here.inbox.rmdir()
    if inbox == "with nothing whole":
        put(here.inbox / "broken.i5bu", cheap.read_bytes()[:-1], NEW)
    answer = run_toko("sync")
    assert answer.status == 1
    assert_one_line(answer.error)
    assert ("broken.i5bu" if inbox == "with nothing whole" else "inbox") in answer.error
    assert here.catalog is None


@pytest.fixture(scope="module")
def served(
    dear: Path, cheap: Path, tmp_path_factory: pytest.TempPathFactory  # noqa: ARG001 - dumps are made outside
) -> Iterator[Installation]:  # fmt: skip
    """An installation that serves the prices from 2000."""
    with installed(tmp_path_factory.mktemp("served")) as toko:
        sync("--backup", dear)
        yield toko


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_backup_given_by_name_is_refused_and_the_old_catalogue_stays_when_it_is(
    served: Installation, tmp_path: Path, cheap: Path, damage: str
) -> None:
    before = published_files(served), sorted((served.data / "backups").iterdir()), served.record("product_catalog")
    given = put(tmp_path / "given.i5bu", DAMAGE[damage](cheap.read_bytes()), NEW)
    answer = run_toko("sync", "--backup", given)
    assert answer.status == 1
    assert_one_line(answer.error)
    assert "given.i5bu" in answer.error
    assert served.prices()["BRG-0"] == 2000
    after = published_files(served), sorted((served.data / "backups").iterdir()), served.record("product_catalog")
    assert after == before
    assert served.list_leftovers() == []


def test_a_refused_file_is_a_failed_run_with_the_failed_check_of_the_archive(
    served: Installation, tmp_path: Path, cheap: Path
) -> None:
    run_toko("sync", "--backup", put(tmp_path / "given.i5bu", cheap.read_bytes()[:-1], NEW))
    run = last_run(served)
    assert not run.succeeded
    assert run.materialised == {}
    assert [(e.asset, e.passed) for e in run.evaluations if e.blocking] == [("raw_backup", False)]


def test_a_file_given_by_name_that_is_not_there_is_one_line_and_no_run(served: Installation, tmp_path: Path) -> None:
    answer = run_toko("sync", "--backup", tmp_path / "absent.i5bu")
    assert answer.status != 0
    assert "absent.i5bu" in answer.error
    assert served.prices()["BRG-0"] == 2000


def test_a_whole_dump_of_something_else_is_refused(postgres: PostgresServer, served: Installation) -> None:
    other = "CREATE TABLE pelanggan (nama text); CREATE TABLE tbl_ikdt (a bigint, b text, c numeric, d numeric);"
    empty = replace(clean_shop(0), history=10)
    backup = write_backup(postgres, served.data.parent / "other.i5bu", empty, schema=other)
    answer = run_toko("sync", "--backup", backup)
    assert answer.status == 1
    assert_one_line(answer.error)
    assert "tbl_item" in answer.error
    assert served.prices()["BRG-0"] == 2000


def assert_one_line(error: str) -> None:
    """The command's last word, below the marks of its progress."""
    said = [line for line in error.splitlines() if line.strip() and not line.startswith("✗")]
    assert len(said) == 1, error
    assert "Traceback" not in error
