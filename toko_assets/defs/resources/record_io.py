"""Passes the record that each asset returns to the next asset, as a readable JSON file."""

from pathlib import Path
from typing import Any

import dagster as dg

from toko_assets.common.records import read_record, write_record
from toko_core.files import DataFolder

FIRST = (
    "Do that first: `toko download` fetches a backup, `toko extract` exports its prices, `toko sync` runs all steps."
)


def record_io_manager(folder: DataFolder) -> dg.IOManagerDefinition:
    """Return the IO manager of `<data folder>/records/<asset>.json`. It requires the sync lock for every asset."""

    @dg.io_manager(required_resource_keys={"sync_lock"}, description="Records of the assets, as JSON files.")
    def records(_: dg.InitResourceContext) -> RecordIOManager:
        return RecordIOManager(folder.records)

    return records


class RecordIOManager(dg.IOManager):
    """Stores the last record of each asset."""

    def __init__(self, records: Path) -> None:
        self._records = records

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write the record in one step."""
        write_record(self._records, context.asset_key.to_user_string(), obj)

    def load_input(self, context: dg.InputContext) -> Any:
        """Read the upstream asset's record, as the annotated type of the input."""
        asset = context.asset_key.to_user_string()
        record = read_record(self._records, asset, context.dagster_type.typing_type)
        if record is None:
            raise dg.Failure(f"{asset} is not materialised yet. {FIRST}", allow_retries=False)
        return record
