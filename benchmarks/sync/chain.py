"""The measured process of our chain: the real `toko sync` with the real job `sync`, from a backup file to the end.

`process.py` starts it with an environment that names an empty data folder, or yesterday's.
"""

import sys
import time
from pathlib import Path

from benchmarks.measured import prepare
from benchmarks.sync.report import write_report
from benchmarks.sync.results import Step

SECONDS = "seconds_"
"""The prefix of the metadata keys with the seconds of a step."""
AFTERWARDS = (("product_catalog", "describe"), ("product_catalog", "draw"))
"""Steps after the publication."""


def main(report: Path, backup: Path) -> None:
    """Sync the backup, and report each step's seconds as the assets recorded them in Dagster."""
    prepare()
    from toko_assets.cli.commands import cli  # isort: skip - first, as `toko` does
    import toko_assets.cli.run  # noqa: F401 - Dagster's import belongs to the start-up
    from toko_core import TokoError

    imported = time.monotonic()
    try:
        cli.main(["sync", "--backup", str(backup), "--most-lost", "100"], standalone_mode=False)
    except TokoError as error:
        sys.exit(str(error))
    ended = time.monotonic()
    published = _published()
    write_report(report, _recorded_steps(), imported, published, afterwards=ended - published)


def _published() -> float:
    """Return when CURRENT was pointed to the new catalogue, on the clock of `time.monotonic`."""
    from toko_assets.common.settings import load_settings
    from toko_core.catalog.store import CURRENT
    from toko_core.files import DataFolder

    pointer = DataFolder(load_settings().data_folder).catalog / CURRENT
    return time.monotonic() - (time.time() - pointer.stat().st_mtime)


def _recorded_steps() -> tuple[Step, ...]:
    """Read the steps up to the publication from the metadata of the chain's materialisations, in order."""
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
