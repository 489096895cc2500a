"""The packages stay small enough to enter: few entries at the top, no crowded folder, tests where their subject is."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("toko_core", "toko_assets", "toko_bot", "toko_web")
MOST_ENTRIES, MOST_MODULES = 9, 12
SHIMS = frozenset({Path("toko_assets/dagster_storage.py")})
"""Names that existing installations use; each leads to where its subject is now."""
SHIM_LINES = 5
NO_ENTRIES = frozenset({"__init__.py", "__pycache__", "py.typed"})


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_few_entries_at_its_top(package: str) -> None:
    entries = {entry.relative_to(ROOT) for entry in (ROOT / package).iterdir() if is_entry(entry)}
    assert len(entries - SHIMS) <= MOST_ENTRIES, sorted(entries - SHIMS)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folder_of_a_package_is_crowded(package: str) -> None:
    modules = {folder: [file for file in folder.glob("*.py") if is_entry(file)] for folder in folders(ROOT / package)}
    assert {folder: len(files) for folder, files in modules.items() if len(files) > MOST_MODULES} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_lie_where_what_they_test_lies(package: str) -> None:
    of_tests = [folder for folder in folders(ROOT / "tests" / package) if any(folder.glob("test_*.py"))]
    subjects = {folder: ROOT / folder.relative_to(ROOT / "tests") for folder in of_tests}
    assert [folder for folder, subject in subjects.items() if not exists(subject)] == []


@pytest.mark.parametrize("shim", sorted(SHIMS), ids=str)
def test_a_shim_only_leads_to_another_module_and_says_since_when(shim: Path) -> None:
    lines = (ROOT / shim).read_text().splitlines()
    assert len(lines) <= SHIM_LINES
    assert lines[0].startswith('"""Since ')


def folders(top: Path) -> list[Path]:
    """All folders below `top` that hold a module."""
    return sorted({file.parent for file in top.rglob("*.py")} - {top})


def is_entry(path: Path) -> bool:
    return path.name not in NO_ENTRIES and (path.is_file() or any(path.rglob("*.py")))


def exists(subject: Path) -> bool:
    """Whether it is a folder of a package, or a module: its tests may fill a folder."""
    return subject.with_suffix(".py").is_file() or any(subject.glob("*.py"))
