"""A catalogue that cannot be locked, or is written to, is one line that says what to do."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.catalog_files import write_catalog
from tests.stand_in_disk import ROOT, on_disk
from toko_core import CatalogError
from toko_core.catalog.details import Details
from toko_core.catalog.open_file import lock_problem
from toko_core.catalog.reader import PublishedCatalog

OPENED = """
import sys
from pathlib import Path
from toko_core.catalog.details import Details
from toko_core.catalog.reader import PublishedCatalog, read_info
from toko_core import CatalogError
for opened in (PublishedCatalog, Details, read_info):
    try:
        opened(Path(sys.argv[1]))
    except CatalogError as error:
        print(error)
"""
WRITER = """
import sys, duckdb
with duckdb.connect(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue that CURRENT names."""
    file = tmp_path / "data" / "catalog" / "catalog-1.duckdb"
    file.parent.mkdir(parents=True)
    write_catalog(file, ["GULA PASIR 1KG"])
    (file.parent / "CURRENT").write_text(f"{file.name}\n")
    monkeypatch.setenv("TOKO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return file


def without_locks(file: Path) -> str:
    remedy = "set TOKO_DATA_DIR to a folder on a Linux disk, or mount the network share with locks."
    return f"{file} is on a disk without file locks, which DuckDB needs: {remedy}"


def test_every_way_to_open_a_catalogue_on_a_disk_without_locks_says_so(file: Path) -> None:
    command = on_disk("no-posix-locks", sys.executable, "-c", OPENED, file)
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout.splitlines(), done.stderr) == ([without_locks(file)] * 3, "")


def test_a_search_on_a_disk_without_locks_is_one_line(file: Path) -> None:
    command = on_disk("no-posix-locks", Path(sys.executable).with_name("toko"), "search", "gula")
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"toko: {without_locks(file)}\n")


def test_a_program_that_writes_to_the_catalogue_is_named(file: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        for opened in (PublishedCatalog, Details):
            with pytest.raises(CatalogError) as error:
                opened(file)
            assert str(error.value).startswith(f"Another program writes to {file}: close it, ")
            assert f"(PID {writer.pid})" in str(error.value)
            assert "\n" not in str(error.value)
        writer.kill()
    Details(file)


def test_other_errors_of_duckdb_are_no_matter_of_locks(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"x" * 5000)
    with pytest.raises(duckdb.Error) as error:
        duckdb.connect(tmp_path / "damaged", read_only=True)
    assert lock_problem(error.value) is None
    with pytest.raises(CatalogError, match=r"^The catalogue damaged cannot be read: run `toko sync` again\.$"):
        PublishedCatalog(tmp_path / "damaged")
