"""The documentation names what exists: files, folders, modules, tests, pages."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
PACKAGES = "toko_core|toko_assets|toko_bot|toko_web|tests|benchmarks"
BEFORE = r"(?<![\w./-])"
FILE = re.compile(rf"{BEFORE}(?:[\w-]+/)*[\w-]+\.py\b")
PLACE = re.compile(rf"{BEFORE}(?:{PACKAGES}|deploy|requirements)(?:/[\w.-]*\w)+")
FOLDER = re.compile(r"`((?:[a-z_]+/)*[a-z_]+)/`")
MODULE = re.compile(rf"{BEFORE}(?:{PACKAGES})(?:\.\w+)+(?!\w*/)")
TEST = re.compile(r"\b(test_\w+|Test[A-Z]\w+)\b(?!\.py)(…?)")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def documents(*, named: str) -> pytest.MarkDecorator:
    """A test of each document."""
    return pytest.mark.parametrize(named, DOCUMENTS, ids=[str(document.relative_to(ROOT)) for document in DOCUMENTS])


@documents(named="document")
def test_files_and_folders_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text()
    named = {*FILE.findall(text), *PLACE.findall(text), *FOLDER.findall(text)}
    assert [name for name in sorted(named) if not is_place(name)] == []


@documents(named="document")
def test_modules_that_a_document_names_exist(document: Path) -> None:
    named = set(MODULE.findall(document.read_text()))
    assert [name for name in sorted(named) if not name.endswith((".py", ".md")) and not is_module(name)] == []


@documents(named="document")
def test_tests_that_a_document_names_exist(document: Path) -> None:
    named = set(TEST.findall(document.read_text()))
    assert [name for name, cut in sorted(named) if not is_test(name, cut=bool(cut))] == []


@documents(named="document")
def test_pages_and_pictures_that_a_document_links_to_exist(document: Path) -> None:
    links = {link for link in LINK.findall(document.read_text()) if "://" not in link}
    assert [link for link in sorted(links) if not (document.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("name", "exists"),
    [
        ("toko_core.search", True),
        ("toko_core.search.SearchIndex", True),
        ("toko_assets.definitions.defs", True),
        ("toko_core.catalog.reader", True),
        ("toko_core.catalog.gone", False),
        ("toko_core.catalog.reader.Gone", False),
    ],
)
def test_a_module_is_found_with_what_it_defines(name: str, exists: bool) -> None:
    assert is_module(name) is exists


def is_place(name: str) -> bool:
    """Whether a file or folder of the project has that path, or a path that ends so."""
    return any(f"/{place}".endswith(f"/{name}") for place in places())


def is_module(name: str) -> bool:
    """Whether it is a module, a package, or something that one of them defines."""
    path = ROOT / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    package, module = path.parent / "__init__.py", path.parent.with_suffix(".py")
    return any(path.name in defined(source) for source in (package, module) if source.exists())


def is_test(name: str, *, cut: bool) -> bool:
    return any(test.startswith(name) if cut else test == name for test in known_tests())


@cache
def places() -> frozenset[str]:
    """Paths of all files of the project and of their folders; a folder with nothing but a cache is none."""
    top = [path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "data"]
    files = [
        path for folder in top for path in (folder, *folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"
    ]
    paths = {place for file in files for place in (file.relative_to(ROOT), *file.relative_to(ROOT).parents)}
    return frozenset(path.as_posix() for path in paths)


@cache
def defined(source: Path) -> frozenset[str]:
    """Names that a module defines or imports, without running it."""
    names: set[str] = set()
    for node in ast.parse(source.read_bytes()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update(alias.asname or alias.name for alias in aliases)
            case ast.Assign(targets=targets):
                names.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return frozenset(names)


@cache
def known_tests() -> frozenset[str]:
    """Names of all tests, and of the classes that hold some."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    trees = [ast.parse(file.read_bytes()) for file in (ROOT / "tests").rglob("*.py")]
    return frozenset(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, kinds))
