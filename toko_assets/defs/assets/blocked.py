"""Records a backup that the checks blocked, if an owner may let it pass."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, zip_longest
from typing import Any

import dagster as dg
import pandas as pd

from toko_assets.common.checks import Outcome
from toko_assets.common.publications import Blocked, WorstRow, write_publication
from toko_assets.common.records import BackupFile
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.publishing.guards.limits import Limits
from toko_assets.publishing.served import read_served

UNPRICED, ADOPT = "most_unpriced_sold", "adopt_database"
"""Fields of the run config that `Limits` does not have."""
SHOWN = 5
"""How many of the worst rows the owners are shown."""
COLUMNS = {"namaitem": "name", "satuan": "unit", "before": "before", "now": "now", "hargapokok": "cost"}
"""The field of a row that shows each column of a check's table."""


def note_blocked(
    context: dg.AssetExecutionContext, storage: StorageResource, backup: BackupFile, outcomes: Sequence[Outcome]
) -> None:
    """Record that this run blocks a backup, if each check that did not pass has a limit that can be lifted.

    The run holds the sync lock, so what is served is what the backup was compared with.
    """
    stopping = [outcome for outcome in outcomes if outcome.stops]
    overrides = [outcome.override for outcome in stopping if outcome.override]
    if not stopping or len(overrides) < len(stopping):
        return
    served = read_served(storage.folder)
    last = served.backup if served else None
    given = dict(_given(context.run.run_config, {*Limits.__slots__, UNPRICED, ADOPT}))
    adopted = given.pop(ADOPT, None)
    blocked = Blocked(
        backup,
        last.sha256 if last else "",
        last.revision if last else "",
        {**given, **dict(override.lifted for override in overrides)},
        adopted or "",
        list(islice(_worst([outcome.rows for outcome in stopping]), SHOWN)),
    )
    write_publication(storage.folder.publications, context.run.run_id, blocked)


def _given(config: object, names: set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the fields with these names, wherever in a run's config they are."""
    for name, value in config.items() if isinstance(config, Mapping) else ():
        if name in names:
            yield name, value
        else:
            yield from _given(value, names)


def _worst(tables: Sequence[pd.DataFrame]) -> Iterator[WorstRow]:
    """Yield the rows of all checks, each product once: the worst of each check first."""
    seen = set()
    rows = (table.head(SHOWN * len(tables)).to_dict("records") for table in tables)
    for row in chain.from_iterable(zip_longest(*rows)):
        if row is not None and row.get("kodeitem") not in seen:
            seen.add(row.get("kodeitem"))
            texts = {field: row.get(column) for column, field in COLUMNS.items()}
            shown = {field: str(text) for field, text in texts.items() if text is not None and not pd.isna(text)}
            yield WorstRow(**{"name": str(row.get("kodeitem", "")), **shown})
