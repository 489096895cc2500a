"""Texts and paths as the terminal shows them."""

from pathlib import Path

from rich.markup import escape

plain = escape
"""A text from outside: square brackets in it are no markup."""


def short_path(path: Path) -> str:
    """Relative to the working folder where it lies below it."""
    path = path.resolve()
    return plain(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
