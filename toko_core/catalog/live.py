"""The catalogue that is served now. A new one is loaded in a thread and takes its place between two queries."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from toko_core.catalog.details import Details
from toko_core.catalog.product_hashes import ProductHashes
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.store import current_file
from toko_core.errors import CatalogError

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks at CURRENT."""
AGAIN_AFTER = 300.0
"""Seconds after which a refused catalogue is tried once more: its disk may have been away."""
LOWER_PRIORITY = 14
WARMING = ("indomie goreng", "gula 1kg", "8991002101630")


@dataclass(frozen=True, slots=True)
class Served:
    """One catalogue, whole: every answer is made from one of these."""

    catalog: PublishedCatalog
    details: Details
    hashes: ProductHashes
    data_time: datetime
    """When the backup was made."""

    @property
    def name(self) -> str:
        return self.catalog.file.name


class Observer(Protocol):
    """Who counts what becomes of new catalogues."""

    def serving(self, products: int, data_time: datetime) -> None:
        """A catalogue of so many products is served from now on."""

    def rejected(self) -> None:
        """A new catalogue cannot be read; the old one stays."""


class LiveCatalog:
    """`served` is None until there is a catalogue that can be read."""

    def __init__(self, folder: Path, zone: ZoneInfo, observer: Observer) -> None:
        self._folder = folder
        self._zone = zone
        self._observer = observer
        self._refused: tuple[Path, float] | None = None
        self._loading = asyncio.Lock()
        self._loader = ThreadPoolExecutor(1, "loader", _step_back)
        self.served: Served | None = None
        self.problem: str | None = None
        """Why the newest catalogue is not served."""
        self.newest: str | None = None
        """The name that CURRENT held last."""

    async def look(self, *, again: bool = False) -> str | None:
        """Serve what CURRENT names; answers what is newly wrong with it. `again`: also if it was refused before."""
        async with self._loading:
            return await self._look(again)

    async def follow(self, report: Callable[[str], Awaitable[None]]) -> None:
        """Look for ever; `report` is called with each new problem."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                problem = await self.look()
                if problem is not None:
                    await report(problem)
            except Exception:
                log.exception("Looking for a new catalogue failed")

    def close(self) -> None:
        """End the thread that loads catalogues; waits for the catalogue that it is loading."""
        self._loader.shutdown(cancel_futures=True)

    async def _look(self, again: bool) -> str | None:
        try:
            file = current_file(self._folder)
        except OSError as error:
            return self._has_problem(f"CURRENT cannot be read: {error}")
        if file is None:
            if self.served is None:
                self.problem = "no catalogue is published yet"
            return None
        self.newest = file.name
        if self.served is not None and file == self.served.catalog.file:
            self.problem, self._refused = None, None
            return None
        now = asyncio.get_running_loop().time()
        if self._refused is not None and not again:
            refused, when = self._refused
            if refused == file and now - when < AGAIN_AFTER:
                return None
        try:
            served = await asyncio.get_running_loop().run_in_executor(self._loader, _load, file, self._zone)
        except CatalogError as error:
            problem = str(error)
        except Exception as error:  # whatever a damaged file leads to, the old one stays
            problem = f"{file.name} cannot be read: {type(error).__name__}: {error}"
        else:
            self.served, self.problem, self._refused = served, None, None
            self._observer.serving(len(served.catalog.products), served.data_time)
            log.info("Serving %s: %d products of %s", file.name, len(served.catalog.products), served.data_time)
            return None
        if current_file(self._folder) != file:  # a newer one has taken its place meanwhile: the next look finds it
            return None
        known = self._refused is not None and self._refused[0] == file
        self._refused = (file, now)
        if known:
            self.problem = problem
            return None
        return self._has_problem(problem)

    def _has_problem(self, problem: str) -> str | None:
        if self.problem == problem:
            return None
        self.problem = problem
        self._observer.rejected()
        kept = f"; {self.served.name} stays" if self.served else ""
        log.error("The new catalogue is refused%s: %s", kept, problem)
        return problem


def _step_back() -> None:
    """Let searches go first: Linux has a priority for each thread.

    Not the lowest one: on a core that another program keeps busy, this thread would then hardly run, also while it
    holds Python's lock, for which searches wait. Measured so: they took 34 ms (median) at priority 19, 23 ms at 0. On a
    core with nothing but searches, one after the other, loading makes their p99 1.3 times as long, at priority 5 4.6.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWER_PRIORITY)


def _load(file: Path, zone: ZoneInfo) -> Served:
    """Read it, and use it once, so that the first person does not wait for what is made on first use."""
    catalog = PublishedCatalog(file)
    if not len(catalog.products):
        raise CatalogError(f"The catalogue {file.name} is empty.")
    if len(catalog.index) != len(catalog.products):
        raise CatalogError(f"The catalogue {file.name} has another number of products than its search index.")
    details = Details(file)
    for query in (*WARMING, catalog.products.name(0)):
        catalog.search(query, 1)
    details.of(0)
    return Served(catalog, details, ProductHashes(catalog.products), _time(catalog.info["backup_time"], zone))


def _time(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CatalogError(f"The catalogue does not say when its data is from: {text!r}.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
