"""What `make test` does before the first test, on machines that lack something."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MISSING = ("setpriv", "unshare", "mount", "openssl", "git", "curl", "systemd-analyze")
FAKE_APT_GET = """#!/bin/sh
echo "$*" >>"$0.calls"
case "$*" in install*) {install} ;; esac
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that stands for all of a machine's programs: a shell, and a sudo that asks for no password."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "ln"):
        (folder / name).symlink_to(str(shutil.which(name)))
    (folder / "sudo").write_text('#!/bin/sh\nshift\nexec "$@"\n')
    (folder / "sudo").chmod(0o755)
    return folder


def put_apt_get(programs: Path, install: str) -> None:
    """An apt-get that notes how it is called."""
    file = programs / "apt-get"
    file.write_text(FAKE_APT_GET.format(install=install))
    file.chmod(0o755)


def provide(programs: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": str(programs),
        "PLAYWRIGHT_BROWSERS_PATH": str(programs.with_name("browsers")),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",  # nobody listens there
    }
    command = [sys.executable, "-m", "tests.provide"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_machine_that_has_everything_is_left_alone() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.provide"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "apt-get" not in done.stdout
    assert "playwright" not in done.stdout


def test_where_nothing_can_be_installed_one_line_names_all_that_is_missing(programs: Path) -> None:
    done = provide(programs)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"make test: The tests need {', '.join(MISSING)}, Chromium: install them")


def test_what_is_missing_is_installed_in_one_go(programs: Path) -> None:
    names = " ".join((*MISSING, "chromium"))
    put_apt_get(programs, f'for name in {names}; do ln -s {shutil.which("true")} "${{0%/*}}/$name"; done')
    done = provide(programs)
    assert (done.returncode, done.stderr) == (0, "")
    assert (programs / "apt-get.calls").read_text().splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends chromium curl git mount openssl systemd util-linux",
    ]
    assert "apt-get" not in provide(programs).stdout, "the second time nothing is missing"


def test_a_failed_installation_is_one_line_with_its_cause(programs: Path) -> None:
    (programs / "chromium").symlink_to(programs / "sh")
    put_apt_get(programs, "echo 'E: Unable to locate package openssl' >&2; exit 100")
    done = provide(programs)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("failed: E: Unable to locate package openssl")
