"""An installation under test: the `toko` command run in this process, and what it left."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest

from tests import made_once
from toko_assets import cli
from toko_core.catalog.store import current_file


@dataclass(frozen=True)
class Answer:
    status: int
    output: str
    """What the command printed, white space made single: lines wrap at the width of the terminal."""
    error: str


@dataclass(frozen=True)
class Installation:
    data: Path

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    def run(self, *args: str | Path, capsys: pytest.CaptureFixture[str]) -> Answer:
        """Run `toko ARGS…` as its entry point does."""
        status = 0
        if args[0] == "sync":
            made_once.give_all(self.data)
        with patch("sys.argv", ["toko", *map(str, args)]):
            try:
                cli.main()
            except SystemExit as end:
                status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Answer(status, " ".join(out.split()), err.strip())

    def record(self, asset: str) -> dict[str, Any]:
        """What an asset last handed on."""
        record: dict[str, Any] = json.loads((self.data / "records" / f"{asset}.json").read_bytes())
        return record

    @property
    def catalog(self) -> Path | None:
        """The served file."""
        return current_file(self.data / "catalog")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the served catalogue."""
        assert self.catalog is not None
        with duckdb.connect(self.catalog, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def prices(self) -> dict[str, Decimal | None]:
        """Price by kodeitem, of shops with one price an item."""
        return dict(self.query("SELECT kodeitem, hargajual FROM prices JOIN products USING (product_id)"))

    def list_leftovers(self) -> list[str]:
        """Unfinished files, by their paths in the data folder."""
        return [str(p.relative_to(self.data)) for p in self.data.rglob("*.part")]
