"""What a project says about itself: licence, version, changelog, pinned packages, targets, base images."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {path.stem: path.read_text() for path in sorted((ROOT / "requirements").glob("*.txt"))}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
BASE_IMAGES = ("PYTHON_IMAGE", "POSTGRES_IMAGE", "CADDY_IMAGE")


def pins(lock: str) -> dict[str, str]:
    """Versions by package; one that depends on the system is pinned once for each."""
    return dict(PIN.findall(LOCKS[lock]))


def requirements() -> list[Requirement]:
    """All that pyproject.toml asks for."""
    project = PYPROJECT["project"]
    groups = [*project.get("optional-dependencies", {}).values(), *PYPROJECT.get("dependency-groups", {}).values()]
    listed = [*project["dependencies"], *(entry for group in groups for entry in group if isinstance(entry, str))]
    return [required for required in map(Requirement, listed) if required.name != "toko"]


def test_the_changelog_begins_with_this_version() -> None:
    sections = re.findall(r"^## \[(.+?)\](?: - (.+))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    versions = [(version, date) for version, date in sections if version != "Unreleased"]
    assert versions[0][0] == PYPROJECT["project"]["version"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for _, date in versions)
    assert [date for _, date in versions] == sorted((date for _, date in versions), reverse=True)


def test_the_licence_is_the_one_that_the_package_names() -> None:
    project = PYPROJECT["project"]
    assert project["license"] == "MIT"
    assert [(ROOT / name).read_text().splitlines()[0] for name in project["license-files"]] == ["MIT License"]
    assert project["authors"] == [{"name": "toko contributors"}]


@pytest.mark.parametrize("package", PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
def test_a_package_ships_its_type_hints(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_the_project_cannot_be_uploaded_to_pypi_where_another_has_its_name() -> None:
    assert "Private :: Do Not Upload" in PYPROJECT["project"]["classifiers"]


@pytest.mark.parametrize("lock", sorted(LOCKS.keys() - {"dev"}))
def test_the_lock_file_of_an_image_has_the_versions_that_the_tests_run_with(lock: str) -> None:
    assert pins(lock)
    assert pins(lock).items() - pins("dev").items() == set()


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_every_pinned_package_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCKS[lock])
    assert [block for block in blocks if PIN.match(block) and "--hash=sha256:" not in block] == []


def test_the_lock_file_of_the_tests_has_all_that_the_project_asks_for() -> None:
    pinned = pins("dev")
    wrong = [str(one) for one in requirements() if not one.specifier.contains(pinned.get(one.name, "0"))]
    assert wrong == []


@pytest.mark.parametrize("name", BASE_IMAGES)
def test_a_base_image_is_named_alike_wherever_it_is_named(name: str) -> None:
    named = re.findall(rf"{name}(?::-|=)([\w.:/-]+)", "".join(map(text, ("docker-compose.yml", ".env.example"))))
    if name == "PYTHON_IMAGE":
        named += re.findall(r"^ARG PYTHON_IMAGE=(.+)$", text("Dockerfile"), re.MULTILINE)
    assert len(named) >= 2
    assert len(set(named)) == 1


def test_only_the_base_of_the_dockerfile_comes_from_outside() -> None:
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", text("Dockerfile"), re.MULTILINE)
    assert stages[0] == ("${PYTHON_IMAGE}", "base")
    assert {image for image, _ in stages[1:]} <= {stage for _, stage in stages}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "tests/README.md", "docs/deployment.md"])
def test_targets_that_a_document_names_exist(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", text(document), re.MULTILINE))
    assert named
    assert named - targets == set()


def test_hooks_run_the_programs_of_the_virtual_environment_and_download_nothing() -> None:
    repositories = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    assert [repository["repo"] for repository in repositories] == ["local"]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["entry"].split()[0] for hook in hooks} == {
        f".venv/bin/{program}" for program in ("ruff", "typos", "mypy", "lint-imports")
    }


def test_continuous_integration_needs_nothing_outside_the_repository() -> None:
    scripts = [*(ROOT / ".ci").iterdir(), *(ROOT / "tests/deploy").rglob("*.sh")]
    assert [script.name for script in scripts if re.search(r"\.\./[a-z]", script.read_text())] == []


def text(path: str) -> str:
    return (ROOT / path).read_text()
