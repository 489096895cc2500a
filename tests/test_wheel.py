"""The wheel is the whole program: it works in an empty folder, on a machine that has no checkout."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.web_interface import web_interface_of

ROOT = Path(__file__).parent.parent
PACKAGES = ("toko_core", "toko_assets", "toko_bot", "toko_web")
PRODUCTS = 200
TEXTS = (".py", ".md", ".toml", ".yaml", ".yml", ".txt", "Makefile", "Dockerfile", ".example", ".sh")
INSTALL = re.compile(r"""\b(?:install|add|uvx|--from)\s+(?:(?:--[\w-]+|-[qU])\s+)*["'`]?toko(?![\w./-])""")
"""A command that would install the package `toko` of a registry, which is another project's."""
LOCATIONS = """{
  workspaceOrError { ... on Workspace { locationEntries { name loadStatus locationOrLoadError { __typename } } } }
}"""
SEE_WHERE = f"import {', '.join(PACKAGES)}; print({', '.join(f'{package}.__file__' for package in PACKAGES)})"


@dataclass(frozen=True)
class Installed:
    """The wheel in a virtual environment of its own."""

    environment: Path
    folder: Path
    """Empty but for what the commands write."""

    def program(self, name: str) -> Path:
        return self.environment / "bin" / name

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's programs in the empty folder."""
        command: list[str | Path] = [self.program(name), *arguments]
        return subprocess.run(command, cwd=self.folder, env=bare_environment(), capture_output=True, text=True)

    def output(self, name: str, *arguments: str) -> str:
        """What the program prints; it must succeed."""
        done = self.run(name, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def bare_environment() -> dict[str, str]:
    """This process's, without settings and without PYTHONPATH: a checkout in it would be imported."""
    dropped = ("TOKO_", "DAGSTER_", "BACKUP_", "PYTHON", "DB_", "TELEGRAM_")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this checkout, offline: with the build tools that are installed."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    (file,) = folder.glob("toko-*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Installed without a download: other packages are this environment's, without its own link to the checkout."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(environment, symlinks=True)
    installed = Installed(environment, tmp_path_factory.mktemp("empty"))
    options: list[str | Path] = ["--quiet", "--offline", "--no-deps", "--python", installed.program("python")]
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", *options, wheel], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return installed


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    tracked = {path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()}
    wanted = {str(path.relative_to(ROOT)) for path in tracked if path.suffix != ".pyc"}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == wanted
    others = {name for name in held if not name.endswith((".py", ".typed", ".sql"))}
    pages = {name for name in others if re.match("toko_web/.*/(templates|static)/", name)}
    assert {"toko_web/pages/templates/base.html", "toko_web/pages/static/toko.css"} <= pages
    assert others - pages == {
        "toko_assets/defs/dagster.yaml", "toko_core/people/common_passwords.txt.gz",
        "toko_core/search/language/synonyms.txt",
    }  # fmt: skip


def test_the_wheel_requires_what_the_images_hold() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    held = {name for group in ("core", "platform", "bot", "web") for name in groups[group] if isinstance(name, str)}
    required = [Requirement(text) for text in project["project"]["dependencies"]]
    assert {f"{r.name}[{','.join(sorted(r.extras))}]" if r.extras else r.name for r in required} == held


def test_the_wheel_needs_no_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = BytesHeaderParser().parsebytes(archive.read(name))
    required = {Requirement(text).name for text in metadata.get_all("Requires-Dist", [])}
    assert {"dagster", "dagster-webserver", "duckdb", "python-telegram-bot"} <= required
    assert metadata.get_all("Provides-Extra") is None


def test_the_installed_program_is_the_wheels(installed: Installed) -> None:
    where = installed.output("python", "-c", SEE_WHERE).split()
    assert [file for file in where if not Path(file).is_relative_to(installed.environment)] == []
    assert "demo" in installed.output("toko", "--help")


def test_the_demo_and_a_search_work_in_an_empty_folder(installed: Installed) -> None:
    said = installed.output("toko", "demo", "--products", str(PRODUCTS))
    assert "Published data/catalog/catalog-" in said
    assert f"{installed.program('toko')} dev" in said
    assert "make " not in said, "there is no Makefile"
    assert "Rp" in installed.output("toko", "search", "indomie")
    assert "Nothing new" in installed.output("toko", "sync", "--backup", "data/inbox/i5_CONTOH.i5bu")


def test_the_web_interface_of_the_wheel_serves_its_code_location(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(installed.folder)
    with web_interface_of(installed.program("toko"), tmp_path / "data", tmp_path / "web.log", {}) as web:
        (entry,) = web.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
    assert entry == {
        "name": "toko",
        "loadStatus": "LOADED",
        "locationOrLoadError": {"__typename": "RepositoryLocation"},
    }


def test_the_bot_of_the_wheel_starts_with_its_settings(installed: Installed) -> None:
    done = installed.run("toko", "bot")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("toko: The setting TELEGRAM_BOT_TOKEN is missing")


def test_no_text_installs_another_projects_package() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    texts = [ROOT / name for name in listed.split("\0") if name.endswith(TEXTS) and name != "tests/test_wheel.py"]
    found = [(file.name, match.group()) for file in texts for match in INSTALL.finditer(file.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("text", "installs"),
    [
        ("pip install 'toko[bot]'", True),
        ("pip install toko", True),
        ("uv tool install --force toko and so on", True),
        ("uvx toko demo", True),
        ("install toko[bench], or", True),
        ("pip install ./toko-*.whl", False),
        ("uv tool install ./toko-0.2.0-py3-none-any.whl", False),
        ("install toko_core", False),
    ],
)
def test_a_text_that_installs_by_name_is_found(text: str, installs: bool) -> None:
    assert bool(INSTALL.search(text)) is installs
