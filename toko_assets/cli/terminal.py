"""Formats texts and paths for the terminal."""

import shutil
import sys
from pathlib import Path

from rich.markup import escape
from rich.text import Text

from toko_core.text import escape_controls


def plain(text: str) -> str:
    """Escape an external text: Rich takes square brackets for markup, a terminal control characters for commands."""
    return escape(escape_controls(text))


def unmarked(text: str, style: str = "") -> Text:
    """Return an external text with one style. It is not read as markup."""
    return Text(escape_controls(text), style)


def short_path(path: Path) -> str:
    """Return the path relative to the working folder, if it is below it."""
    path = path.resolve()
    return plain(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))


def toko_command() -> str:
    """Return how to call this program from here: `toko` if that is what the shell finds, else its path."""
    program, found = Path(sys.executable).with_name("toko"), shutil.which("toko")
    return "toko" if found and Path(found).resolve() == program.resolve() else short_path(program)
