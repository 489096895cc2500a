"""A folder that others write into: conflicted copies, files that still grow, files that come and go."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko, set_time, sync
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from tests.reliability.refusals import refusal
from toko_assets.backups.folder import FolderSource
from toko_assets.backups.source import is_conflicted
from toko_assets.defs.run_log import LOGGER
from toko_assets.postgres.server import PostgresServer

OLD, NEW = 1_700_000_000, 1_700_100_000


@pytest.fixture(scope="module")
def dumps(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[int, bytes]:
    """Backups by the price that they begin with."""
    file = tmp_path_factory.mktemp("dumps") / "a.i5bu"
    return {price: write_backup(postgres, file, a_shop(price=price)).read_bytes() for price in (1000, 2000, 3000)}


@pytest.fixture(scope="module")
def toko(dumps: dict[int, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that serves the prices from 1000."""
    with installed(tmp_path_factory.mktemp("toko")) as toko:
        toko.inbox.mkdir(parents=True)
        sync("--backup", put(toko.data.parent / "served.i5bu", dumps[1000], OLD))
        yield toko


@pytest.fixture
def inbox(toko: Installation, dumps: dict[int, bytes]) -> Iterator[Path]:
    """With one backup in it, that of the prices served."""
    put(toko.inbox / "toko.i5bu", dumps[1000], OLD)
    yield toko.inbox
    for file in toko.inbox.iterdir():
        file.unlink()


def put(file: Path, content: bytes, seconds: int) -> Path:
    file.write_bytes(content)
    return set_time(file, seconds)


@contextmanager
def just_before_copying(action: logging.Handler) -> Iterator[None]:
    """Act when the run says that it begins to copy: the file was found whole, and is read a second time."""
    logger = logging.getLogger(LOGGER)
    logger.addHandler(action)
    try:
        yield
    finally:
        logger.removeHandler(action)


class Grow(logging.Handler):
    """Writes on at the end of a file, as a program that is not done with it."""

    def __init__(self, file: Path, more: bytes) -> None:
        super().__init__()
        self.file = file
        self.more = more

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().endswith(f"Copying {self.file.name}"):
            with self.file.open("ab") as end:
                end.write(self.more)


CONFLICTED = [
    "toko (conflicted copy 2026-01-05).i5bu",
    "toko (Kasir 2's conflicted copy 2026-01-05).i5bu",
    "toko (PC (lama)'s Conflicted Copy 2026-01-05 (1)).i5bu",
    "toko (salinan konflik dari Kasir 2026-01-05).i5bu",
    "toko (Case Conflict).i5bu",
]
CONFLICTS = [
    "toko (Case Conflict 1).i5bu", "TOKO (CASE CONFLICT).I5BU", "toko (Kasir 2's Case Conflict).i5bu",
    "toko (Selective Sync Conflict).i5bu", "toko (Selective Sync Conflict 2).i5bu",
    "toko (selective sync conflict (1)).i5bu", "toko (Unicode Encoding Conflict).i5bu",
    "toko (Unicode Encoding Conflict 12).i5bu", "toko (Unicode Encoding Conflict) (1).i5bu",
    "toko (White Space Conflict).i5bu", "toko (Whitespace Conflict 1).i5bu",
]  # fmt: skip


@pytest.mark.parametrize("name", CONFLICTS)
def test_names_of_every_conflict_are_copies(name: str) -> None:
    assert is_conflicted(name)


def test_conflicted_copies_beside_the_original_are_left_out_with_a_warning_each(
    toko: Installation, inbox: Path, dumps: dict[int, bytes]
) -> None:
    for name in CONFLICTED:
        put(inbox / name, dumps[2000], NEW)
    answer = run_toko("download")
    assert answer.status == 0
    assert toko.record("raw_backup")["name"] == "toko.i5bu"
    for name in CONFLICTED:
        assert f"! Skipped: {name} is a conflicted copy." in answer.output


@pytest.mark.parametrize("name", [
    "toko (2).i5bu", "konflik.i5bu", "Toko Conflicted Copy.i5bu", "toko.i5bu", "Case Conflict.i5bu",
    "toko (Case Conflict) Januari.i5bu", "toko (showcase conflict).i5bu", "toko (Case Conflicts).i5bu",
])  # fmt: skip
def test_other_names_are_no_conflicted_copies(name: str) -> None:
    assert not is_conflicted(name)


def test_a_conflicted_copy_is_taken_when_it_is_named(toko: Installation, inbox: Path, dumps: dict[int, bytes]) -> None:
    named = put(inbox / "toko (conflicted copy 2026-01-05).i5bu", dumps[2000], NEW)
    assert run_toko("download", "--backup", named).status == 0
    assert toko.record("raw_backup")["name"] == named.name


def test_a_folder_with_nothing_but_conflicted_copies_has_no_backup(
    toko: Installation, inbox: Path, dumps: dict[int, bytes]
) -> None:
    (inbox / "toko.i5bu").unlink()
    put(inbox / "toko (conflicted copy 2026-01-05).i5bu", dumps[2000], NEW)
    said = refusal(toko)
    assert "There is no iPOS backup (*.i5bu) in" in said
    assert ", only conflicted copies: put one there, or set BACKUP_FOLDER." in said


def test_a_file_that_grows_while_it_is_read_is_left_for_later_and_the_old_catalogue_stays(
    toko: Installation, inbox: Path, dumps: dict[int, bytes]
) -> None:
    growing = put(inbox / "baru.i5bu", dumps[3000], NEW)
    with just_before_copying(Grow(growing, b"more")):
        said = refusal(toko)
    assert "baru.i5bu changed while it was read" in said
    assert "ry again in a minute" in said
    assert toko.prices()["BRG-0"] == 1000


def test_a_file_that_was_still_being_written_is_taken_when_it_is_whole(
    toko: Installation, inbox: Path, dumps: dict[int, bytes]
) -> None:
    half = len(dumps[2000]) // 2
    growing = put(inbox / "baru.i5bu", dumps[2000][:half], NEW)
    assert run_toko("download").status == 0
    assert toko.record("raw_backup")["name"] == "toko.i5bu"
    put(growing, dumps[2000], NEW + 60)
    assert run_toko("download").status == 0
    assert toko.record("raw_backup")["name"] == "baru.i5bu"


def test_a_damaged_row_in_the_newest_file_makes_the_one_before_it_the_newest(
    toko: Installation, inbox: Path, dumps: dict[int, bytes]
) -> None:
    """Its length is right; only the checksum of the rows tells."""
    damaged = bytearray(dumps[2000])
    damaged[damaged.index(b"x\x9c") + 60] ^= 4
    put(inbox / "baru.i5bu", bytes(damaged), NEW)
    answer = run_toko("download")
    assert answer.status == 0
    assert "! Skipped: baru.i5bu is damaged" in answer.output
    assert toko.record("raw_backup")["name"] == "toko.i5bu"


def test_a_backup_folder_that_is_a_file_or_missing_is_one_line(toko: Installation, inbox: Path) -> None:
    question = "is its disk connected, and is BACKUP_FOLDER right?"
    with installed(toko.data.parent, BACKUP_FOLDER=str(inbox / "toko.i5bu")):
        assert f"toko.i5bu cannot be read (Not a directory): {question}" in refusal(toko)
    with installed(toko.data.parent, BACKUP_FOLDER=str(inbox / "tidak-ada")):
        assert f"There is no folder {inbox / 'tidak-ada'}: {question}" in refusal(toko)


@pytest.mark.parametrize("left", ["nothing", "another backup's"])
def test_rows_that_were_not_kept_are_made_anew_from_the_backup_that_is(
    toko: Installation, inbox: Path, dumps: dict[int, bytes], left: str
) -> None:
    rows = toko.data / "rows"
    for price, seconds in ((3000, NEW), (2000, NEW + 60)):
        put(inbox / "toko.i5bu", dumps[price], seconds)
        assert run_toko("download").status == 0
        if price == 3000:
            shutil.copytree(rows, toko.data / "others")
    shutil.rmtree(rows)
    if left != "nothing":
        (toko.data / "others").rename(rows)
    answer = run_toko("extract")
    shutil.rmtree(toko.data / "others", ignore_errors=True)
    assert answer.status == 0
    assert "2000" in Path(toko.record("exported_products")["csv"]).read_text()


def test_the_archive_of_a_revision_is_walked_once(tmp_path: Path, dumps: dict[int, bytes]) -> None:
    source, file = FolderSource(tmp_path), put(tmp_path / "toko.i5bu", dumps[1000], NEW)
    (backup,) = source.listing().backups
    assert source.is_whole(backup)
    put(file, bytes(backup.size), NEW)  # the same size and time
    assert source.is_whole(backup)
    put(file, bytes(backup.size), NEW + 1)
    (backup,) = source.listing().backups
    assert not source.is_whole(backup)
    file.unlink()
    assert not source.is_whole(backup)
