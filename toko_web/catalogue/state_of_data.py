"""How old the data is, what is in the catalogue, and what is wrong with the newest one."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from toko_core.catalog.demo import is_demo_catalog
from toko_core.catalog.freshness import ClosedDays, is_old
from toko_core.catalog.live import LiveCatalog
from toko_core.catalog.reference.sales import TillAgreement

COUNTS = ("products", "prices", "barcodes", "photos")


@dataclass(frozen=True, slots=True)
class ServedState:
    """What is served."""

    name: str
    """The file of the catalogue."""
    backup: str
    data_time: datetime
    is_old: bool
    is_demo: bool
    published: datetime | None
    counts: dict[str, int]
    """Of products, prices, barcodes and photos."""
    version: str
    """The version of toko that built it."""
    sales_until: datetime | None
    agreement: TillAgreement | None


@dataclass(frozen=True, slots=True)
class DataState:
    """What is served, if anything is, and why the newest catalogue is not."""

    served: ServedState | None
    problem: str | None
    """In English, as the log has it."""
    newest: str | None
    """The file that CURRENT names, if another one is served."""


def read_state(live: LiveCatalog, stale_hours: float, zone: ZoneInfo, closed: ClosedDays) -> DataState:
    """Return the state of the data. It uses only memory."""
    served = live.served
    if served is None:
        return DataState(None, live.problem, live.newest)
    info, sales = served.catalog.info, served.catalog.sales
    published = info.get("published_at")
    state = ServedState(
        served.name,
        info.get("backup_name", "?"),
        served.data_time,
        is_old(served.data_time, stale_hours, zone, closed),
        is_demo_catalog(info),
        datetime.fromisoformat(published) if published else None,
        {name: int(info.get(f"{name}_count", 0)) for name in COUNTS},
        info.get("toko_version", "?"),
        sales.until,
        sales.agreement,
    )
    return DataState(state, live.problem, live.newest if live.newest != served.name else None)
