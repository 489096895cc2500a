"""Formats texts and paths for the terminal."""

from pathlib import Path

from rich.markup import escape

plain = escape
"""Escapes square brackets in an external text, so that Rich does not treat them as markup."""


def short_path(path: Path) -> str:
    """Return the path relative to the working folder, if it is below it."""
    path = path.resolve()
    return plain(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
