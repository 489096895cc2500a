"""`make backup` and `make restore-backup` without containers; those with containers are in `upkeep_on_docker.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.stack import CHECKOUT
from tests.toko_bot.bot.shop import publish_shop
from toko_core.catalog.store import current_file


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an installation that serves a catalogue, on a machine without Docker."""
    for program, content in (("docker", "exit 1"), ("toko", f'exec {Path(sys.executable).with_name("toko")} "$@"')):
        file = tmp_path / ".venv" / "bin" / program
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{content}\n")
        file.chmod(0o755)
    publish_shop(tmp_path / "data")
    return tmp_path


def make(checkout: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a target of the Makefile."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("TOKO_DATA_DIR", "DAGSTER_HOME")},
        "PATH": f"{checkout / '.venv' / 'bin'}:{os.environ['PATH']}",
    }
    command = ["make", "-s", "-f", str(CHECKOUT / "Makefile"), "COMPOSE=docker", *args]
    (checkout / "deploy").mkdir(exist_ok=True)
    script = checkout / "deploy" / "upkeep.sh"
    if not script.exists():
        script.symlink_to(CHECKOUT / "deploy" / "upkeep.sh")
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_without_containers_both_are_those_of_the_command(checkout: Path) -> None:
    served = current_file(checkout / "data" / "catalog")
    for _ in range(2):
        saved_now = make(checkout, "backup", "TO=saved", "KEEP=1")
        assert (saved_now.returncode, saved_now.stderr) == (0, "")
        assert "is not a setting" not in saved_now.stdout
    (saved,) = (checkout / "saved").iterdir()
    assert saved.name.startswith("toko-backup-")
    newer = publish_shop(checkout / "data")
    done = make(checkout, "restore-backup", f"FROM={saved}")
    assert done.returncode == 0, done.stderr
    assert "Restored" in done.stdout
    assert current_file(checkout / "data" / "catalog") == served != newer
    assert sorted(path.name for path in checkout.iterdir()) == [".venv", "data", "deploy", "saved"]


def test_what_is_wrong_is_one_line(checkout: Path) -> None:
    for args, line in (
        (("backup", "KEEP=all"), "KEEP must be a number from 1 on: make backup KEEP=7"),
        (("restore-backup",), "Which one? make restore-backup FROM=toko-backup-TIME.tar.gz"),
        (("restore-backup", "FROM=gone.tar.gz"), "Which one? make restore-backup FROM=toko-backup-TIME.tar.gz"),
    ):
        assert make(checkout, *args).stderr.splitlines()[0] == line
    (checkout / ".venv" / "bin" / "toko").rename(checkout / ".venv" / "bin" / "gone")
    said = make(checkout, "backup").stderr.splitlines()[0]
    assert said == "There are neither containers nor .venv here: run `make install`, then try again."
    (checkout / ".env").write_text("POSTGRES_PASSWORD=secret\n")
    said = make(checkout, "backup").stderr.splitlines()[0]
    assert said == "The containers do not run: start them with `make up`, then try again."
    assert not list(checkout.glob("toko-backup-*"))
