"""Shows the progress of a benchmark on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Lines:
    """A spinner with the current task, and a line for each finished task."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Starting")
        self._doing = ""

    def working(self, what: str) -> None:
        self._doing = what
        self._progress.reset(self._task, description=f"{what} …")

    def done(self, result: str) -> None:
        self._progress.console.print(f"[green]✓[/] {self._doing}: {result}", highlight=False, soft_wrap=True)


@contextmanager
def progress_lines(console: Console) -> Iterator[Lines]:
    """Show the progress. The spinner disappears at the end, the lines stay."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Lines(progress)
