"""Keeps the record that each asset answers, as a JSON file a person can read, and hands it to the next asset."""

from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
from pydantic import TypeAdapter

from toko_assets.files import whole_file

Record = TypeVar("Record")

FIRST = "Do that first: `toko download` takes a backup, `toko extract` exports its prices, `toko sync` does everything."


class RecordIOManager(dg.ConfigurableIOManager):
    """`<folder>/<asset>.json`: what the asset last answered."""

    folder: str

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write the record in one step."""
        with whole_file(self._file(context.asset_key)) as file:
            file.write_bytes(TypeAdapter(type(obj)).dump_json(obj, indent=2))

    def load_input(self, context: dg.InputContext) -> Any:
        """Read the upstream asset's record, as the type that the input is annotated with."""
        file = self._file(context.asset_key)
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            raise dg.Failure(
                f"{context.asset_key.to_user_string()} is not materialised yet. {FIRST}", allow_retries=False
            ) from None
        return TypeAdapter(context.dagster_type.typing_type).validate_json(content)

    def last(self, asset: str, record: type[Record]) -> Record | None:
        """What an asset last answered, or None."""
        file = self._file(dg.AssetKey(asset))
        return TypeAdapter(record).validate_json(file.read_bytes()) if file.exists() else None

    def _file(self, key: dg.AssetKey) -> Path:
        return Path(self.folder, "-".join(key.path) + ".json")
