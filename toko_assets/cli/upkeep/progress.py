"""Shows how far a backup or a restore is, in bytes."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from toko_assets.cli.upkeep.tar import Progress as Advance


@contextmanager
def show_bytes(console: Console, what: str, total: int | None) -> Iterator[Advance]:
    """Show a bar in the terminal for as long as the block lasts. Yields the function that moves it on."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda size: bar.advance(task, size)


def shown_size(size: int) -> str:
    """Format bytes as 12.3 MB."""
    return f"{size / 1e6:,.1f} MB"
