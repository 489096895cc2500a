"""Hands the record that each asset answers to the next asset, by way of a JSON file that a person can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg

from toko_assets.common.records import read_record, write_record
from toko_assets.defs.resources.sync_lock import locked_run
from toko_core.files import DataFolder

FIRST = "Do that first: `toko download` takes a backup, `toko extract` exports its prices, `toko sync` does everything."


class RecordIOManager(dg.ConfigurableIOManager):
    """`<data folder>/records/<asset>.json`: what the asset last answered.

    Every asset passes through here, so this is also what holds the sync lock while a run lasts.
    """

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Dagster's bracket around a run."""
        with locked_run(context, Path(self.root)):
            yield self

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write the record in one step."""
        write_record(self._records, context.asset_key.to_user_string(), obj)

    def load_input(self, context: dg.InputContext) -> Any:
        """Read the upstream asset's record, as the type that the input is annotated with."""
        asset = context.asset_key.to_user_string()
        record = read_record(self._records, asset, context.dagster_type.typing_type)
        if record is None:
            raise dg.Failure(f"{asset} is not materialised yet. {FIRST}", allow_retries=False)
        return record

    @property
    def _records(self) -> Path:
        return DataFolder(Path(self.root)).records
