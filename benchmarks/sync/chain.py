"""The measured process of our way: the real `toko sync`, by the real job `sync`, from a backup file to the end.

Started by `process.py` with an environment that names an empty, or yesterday's, data folder.
"""

import sys
import time
from pathlib import Path

from benchmarks.measured import prepare
from benchmarks.sync.report import write_report
from benchmarks.sync.results import Step

SECONDS = "seconds_"
"""How the assets name the seconds of their steps in their metadata."""
AFTERWARDS = (("product_catalog", "describe"), ("product_catalog", "draw"))
"""Steps that follow the publication."""


def main(report: Path, backup: Path) -> None:
    """Sync that backup; the report has each step's seconds as the assets recorded them in Dagster."""
    prepare()
    from toko_assets.cli.commands import cli  # isort: skip - first, as `toko` does
    import toko_assets.cli.run  # noqa: F401 - Dagster's import belongs to the start-up
    from toko_core.errors import TokoError

    imported = time.monotonic()
    try:
        cli.main(["sync", "--backup", str(backup), "--most-lost", "100"], standalone_mode=False)
    except TokoError as error:
        sys.exit(str(error))
    ended = time.monotonic()
    published = _published()
    write_report(report, _recorded_steps(), imported, published, afterwards=ended - published)


def _published() -> float:
    """The moment when CURRENT named the new catalogue, by the clock of `time.monotonic`."""
    from toko_assets.common.settings import load_settings
    from toko_core.catalog.store import CURRENT
    from toko_core.files import DataFolder

    pointer = DataFolder(load_settings().data_folder).catalog / CURRENT
    return time.monotonic() - (time.time() - pointer.stat().st_mtime)


def _recorded_steps() -> tuple[Step, ...]:
    """From the metadata of the chain's materialisations, in their order, up to the publication."""
    import dagster as dg

    from toko_assets.defs.jobs import CHAIN

    steps = []
    with dg.DagsterInstance.get() as instance:
        for asset in CHAIN:
            event = instance.get_latest_materialization_event(asset.key)
            if event is None or event.asset_materialization is None:
                sys.exit(f"{asset.key.to_user_string()} was not materialised.")
            for name, entry in event.asset_materialization.metadata.items():
                if name.startswith(SECONDS) and isinstance(entry, dg.FloatMetadataValue):
                    steps.append(Step(asset.key.to_user_string(), name.removeprefix(SECONDS), entry.value or 0.0))
    return tuple(step for step in steps if (step.group, step.name) not in AFTERWARDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
