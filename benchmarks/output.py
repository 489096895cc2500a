"""The output of a benchmark: its options, and tables or JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
from rich.console import Console

json_option = click.option("--json", "as_json", is_flag=True, help="All figures as JSON on standard output.")
picture_option = click.option(
    "--picture", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the figures as a PNG file."
)


class Figures(Protocol):
    """The figures of a benchmark."""

    def as_json(self) -> dict[str, Any]: ...


Measured = TypeVar("Measured", bound=Figures)


def put_out(benchmark: Measured, show: Callable[[Measured, Console], None], *, as_json: bool) -> None:
    """Print the figures to standard output: as JSON, or as the tables that `show` makes."""
    if as_json:
        print(json.dumps(benchmark.as_json(), indent=2))
    else:
        show(benchmark, Console())
