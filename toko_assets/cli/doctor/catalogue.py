"""Checks the published catalogue: which file CURRENT names, and whether it can be read."""

from collections.abc import Iterator
from datetime import UTC, datetime

from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_core.catalog.demo import is_demo_catalog
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.store import CURRENT, PATTERN, current_file
from toko_core.files import DataFolder

COUNTED = ("products", "prices", "barcodes", "photos")


def look_at_catalogue(settings: Settings) -> Iterator[Finding]:
    """Open the catalogue as a reader does."""
    folder = DataFolder(settings.data_folder).catalog
    file = current_file(folder)
    others = sorted(folder.glob(PATTERN))
    if file is None:
        if others:
            yield wrong(
                "catalogue", f"{CURRENT} is missing next to {others[-1].name}", "run `toko sync`, which writes it."
            )
        else:
            yield note("catalogue", "No catalogue is published yet", "run `toko sync`.")
        return
    if not file.is_file():
        yield wrong("catalogue", f"{CURRENT} names {file.name}, which is not there", "run `toko sync`.")
        return
    info = PublishedCatalog(file).info
    published = datetime.now(UTC) - datetime.fromisoformat(info["published_at"])
    counts = ", ".join(f"{int(info[key]):,} {name}" for name in COUNTED if (key := f"{name}_count") in info)
    made = f"{datetime.fromisoformat(info['backup_time']):%Y-%m-%d %H:%M}"
    yield good(
        "catalogue",
        f"{file.name}: {counts}, from {info['backup_name']} of {made}, published {shown_age(published)} ago",
    )
    if is_demo_catalog(info):
        yield note("catalogue", "It holds the demo's data: the first backup of a shop replaces it.")
