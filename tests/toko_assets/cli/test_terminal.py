"""Names of files and goods come from outside: printed, they command no terminal and are no markup."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tests.acceptance.places import installed, run_toko
from toko_assets.backups.folder import FolderSource
from toko_assets.cli.terminal import plain, short_path, unmarked

HOSTILE = "a\x1b[2J\x9b1m\u202egpj.\n✓ forged [bold red]"


def test_an_external_text_is_shown_on_one_line_without_commands() -> None:
    written = io.StringIO()
    console = Console(file=written, width=200)
    console.print(plain(HOSTILE), highlight=False)
    console.print(unmarked(HOSTILE))
    console.print(short_path(Path("/x") / HOSTILE), highlight=False)
    first, second, third = written.getvalue().splitlines()
    assert first == second == r"a\u001b[2J\u009b1m\u202egpj.\u000a✓ forged [bold red]"
    assert third == f"/x/{first}"


def test_an_error_that_names_a_path_commands_no_terminal(tmp_path: Path) -> None:
    with installed(tmp_path, TOKO_DATA_DIR=str(tmp_path / "data\x1b[2J\u202e")):
        answer = run_toko("search", "teh")
    assert answer.status == 1
    assert r"data\u001b[2J\u202e" in answer.error.replace("\n", "")
    assert all(line.isprintable() for line in answer.error.splitlines())


@pytest.mark.parametrize(
    ("file", "shown"),
    [("toko\x1b[2J.i5bu", r"toko\u001b[2J.i5bu"), ("a\n\u202e.i5bu", r"a\u000a\u202e.i5bu"), ("é.i5bu", "é.i5bu")],
)
def test_the_name_of_a_backup_is_safe_to_show_and_its_file_is_found(tmp_path: Path, file: str, shown: str) -> None:
    (tmp_path / file).write_bytes(b"PGDMP")
    (listed,) = FolderSource(tmp_path).listing().backups
    assert listed.name == shown
    assert FolderSource(tmp_path).head(listed, 5) == b"PGDMP"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_standard_stream_that_is_closed_is_no_error(tmp_path: Path, closed: str) -> None:
    program = "import os, sys; from toko_assets.cli import main; main()"
    command = f'exec "$0" -c "{program}" restore-backup --check - {closed}'
    with installed(tmp_path):
        done = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
