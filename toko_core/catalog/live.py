"""The catalogue that is served now. A thread loads a new one, which replaces the old one between two queries."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from toko_core import CatalogError
from toko_core.catalog.details import Details
from toko_core.catalog.product_hashes import ProductHashes
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.store import check_whole, current_file

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""Seconds between two polls of CURRENT."""
RETRY_SECONDS = 300.0
"""Seconds after which a rejected catalogue is tried again: its disk may have been unavailable."""
LOWER_PRIORITY = 14
WARM_UP_QUERIES = ("indomie goreng", "gula 1kg", "8991002101630")


@dataclass(frozen=True, slots=True)
class Served:
    """One complete catalogue. Every answer comes from a single one."""

    catalog: PublishedCatalog
    details: Details
    hashes: ProductHashes
    data_time: datetime
    """When the backup was made."""

    @property
    def name(self) -> str:
        return self.catalog.file.name


class Observer(Protocol):
    """Receives the outcome for each new catalogue, for example to count it."""

    def serving(self, products: int, data_time: datetime) -> None:
        """Called when a new catalogue, with this many products, starts to be served."""

    def rejected(self) -> None:
        """Called when a new catalogue cannot be read. The old one stays."""


def _nothing(_: Served) -> None: ...


class LiveCatalog:
    """Follows CURRENT. `served` is None until a catalogue was read successfully."""

    def __init__(
        self, folder: Path, zone: ZoneInfo, observer: Observer, prepare: Callable[[Served], None] = _nothing
    ) -> None:
        """`prepare` is called with each catalogue before it is served, in the thread that loads it."""
        self._folder = folder
        self._zone = zone
        self._observer = observer
        self._prepare = prepare
        self._rejected: tuple[Path, float] | None = None
        self._loading = asyncio.Lock()
        self._loader = ThreadPoolExecutor(1, "loader", _lower_priority)
        self.served: Served | None = None
        self.problem: str | None = None
        """Why the newest catalogue is not served."""
        self.newest: str | None = None
        """The file name in CURRENT at the last poll."""

    async def poll(self, *, again: bool = False) -> str | None:
        """Serve the catalogue that CURRENT names. Returns a problem that is new, or None.

        `again` also tries a catalogue that was rejected before.
        """
        async with self._loading:
            return await self._poll(again)

    async def follow(self, report: Callable[[str], Awaitable[None]]) -> None:
        """Poll CURRENT forever, and call `report` with each new problem."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                problem = await self.poll()
                if problem is not None:
                    await report(problem)
            except Exception:
                log.exception("Polling CURRENT for a new catalogue failed")

    def close(self) -> None:
        """End the thread that loads catalogues, after the catalogue that it is loading now."""
        self._loader.shutdown(cancel_futures=True)

    async def _poll(self, again: bool) -> str | None:
        try:
            file = current_file(self._folder)
        except CatalogError as error:
            return self._has_problem(str(error))
        except OSError as error:
            return self._has_problem(f"CURRENT cannot be read: {error}")
        if file is None:
            if self.served is None:
                self.problem = "no catalogue is published yet"
            return None
        self.newest = file.name
        if self.served is not None and file == self.served.catalog.file:
            self.problem, self._rejected = None, None
            return None
        now = asyncio.get_running_loop().time()
        if self._rejected is not None and not again:
            rejected, when = self._rejected
            if rejected == file and now - when < RETRY_SECONDS:
                return None
        try:
            served = await asyncio.get_running_loop().run_in_executor(self._loader, self._load, file)
        except CatalogError as error:
            problem = str(error)
        except Exception as error:  # a damaged file may raise anything, and the old one stays
            problem = f"{file.name} cannot be read: {type(error).__name__}: {error}"
        else:
            self.served, self.problem, self._rejected = served, None, None
            self._observer.serving(len(served.catalog.products), served.data_time)
            log.info("Serving %s: %d products of %s", file.name, len(served.catalog.products), served.data_time)
            return None
        if self._has_moved(file):  # a newer one was published meanwhile: the next poll finds it
            return None
        known = self._rejected is not None and self._rejected[0] == file
        self._rejected = (file, now)
        if known:
            self.problem = problem
            return None
        return self._has_problem(problem)

    def _load(self, file: Path) -> Served:
        served = _load(file, self._zone)
        self._prepare(served)
        return served

    def _has_moved(self, file: Path) -> bool:
        with suppress(CatalogError, OSError):
            return current_file(self._folder) != file
        return True

    def _has_problem(self, problem: str) -> str | None:
        if self.problem == problem:
            return None
        self.problem = problem
        self._observer.rejected()
        kept = f"; {self.served.name} stays" if self.served else ""
        log.error("The new catalogue is rejected%s: %s", kept, problem)
        return problem


def _lower_priority() -> None:
    """Let searches run before this thread. On Linux each thread has its own priority.

    The lowest priority, 19, is too low. On a core that another program keeps busy, this thread would hardly run, not
    even while it holds Python's lock, for which searches wait. Measured on such a core, a search took 34 ms (median)
    at priority 19 and 23 ms at 0. On a core that does only searches, one after the other, loading at this priority
    makes their p99 1.3 times as long; at priority 5 it was 4.6 times. A program that was started at an even lower
    priority, with `nice`, stays there: only root may raise it.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        present = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(present, LOWER_PRIORITY))


def _load(file: Path, zone: ZoneInfo) -> Served:
    """Read a catalogue and run a few queries, so that the first person does not wait for work done on first use."""
    check_whole(file)
    catalog = PublishedCatalog(file)
    if not len(catalog.products):
        raise CatalogError(f"The catalogue {file.name} is empty.")
    if len(catalog.index) != len(catalog.products):
        raise CatalogError(f"The catalogue {file.name} does not have as many products as its search index.")
    details = Details(file)
    for query in (*WARM_UP_QUERIES, catalog.products.name(0)):
        catalog.search(query, 1)
    catalog.index.forget_arrays()
    details.of(0)
    return Served(catalog, details, ProductHashes(catalog.products), _time(catalog.info["backup_time"], zone))


def _time(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CatalogError(f"The catalogue's backup_time is not a time: {text!r}.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
