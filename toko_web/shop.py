"""The objects that all requests share."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from starlette.requests import HTTPConnection

from toko_core.catalog.live import LiveCatalog, Observer, Served
from toko_core.people.passwords import Passwords
from toko_core.people.sign_in_links import SignInLinks
from toko_core.people.sign_ins import SignIns
from toko_core.people.store import People
from toko_core.state.database import StateDatabase, state_url
from toko_core.state.usage import Usage
from toko_web.catalogue.facets import PreparedFacets
from toko_web.catalogue.kept import KeptLists
from toko_web.settings import PageSettings

IN_FORCE_SECONDS = 10.0
"""Seconds after which a price filter knows of a discount that has begun or ended. What is shown knows at once."""


class NoCatalogueError(Exception):
    """No catalogue is published yet. The message says why, for the log."""


@dataclass
class Shop:
    """The settings, the catalogue that is served, and the people of one shop."""

    settings: PageSettings
    observer: Observer
    """Receives the outcome for each new catalogue."""
    facets: PreparedFacets = field(init=False)
    live: LiveCatalog = field(init=False)
    state: StateDatabase = field(init=False)
    people: People = field(init=False)
    passwords: Passwords = field(init=False)
    sign_ins: SignIns = field(init=False)
    links: SignInLinks = field(init=False)
    seeing: set[int] = field(default_factory=set)
    """The sign-ins of which it is stored just now that they are used."""
    usage: Usage = field(init=False)
    lists: KeptLists = field(default_factory=KeptLists)

    def __post_init__(self) -> None:
        settings = self.settings
        self.facets = PreparedFacets(settings.price_rounding)
        self.live = LiveCatalog(settings.folder.catalog, settings.zone, self.observer, self._prepare)
        self.state = StateDatabase(state_url(settings))
        self.people = People(self.state, settings.owners, settings.staff)
        self.passwords = Passwords(self.state)
        self.sign_ins = SignIns(self.state)
        self.links = SignInLinks(self.state)
        self.usage = Usage(self.state, settings.zone, settings.owners | settings.staff)

    @property
    def served(self) -> Served:
        """The catalogue that is served now. One request uses one. Raises NoCatalogueError."""
        if self.live.served is None:
            raise NoCatalogueError(self.live.problem or "no catalogue was read yet")
        return self.live.served

    @property
    def wall_clock(self) -> datetime:
        """The time in the shop, without a zone, as discounts have theirs."""
        return datetime.now(self.settings.zone).replace(tzinfo=None)

    async def keep_prices_in_force(self) -> None:
        """Let filters know of discounts that begin or end, forever."""
        while True:
            await asyncio.sleep(IN_FORCE_SECONDS)
            await asyncio.to_thread(self.facets.update, self.wall_clock)

    def _prepare(self, served: Served) -> None:
        served.details.keep_in_memory()
        self.facets.prepare(served, self.wall_clock)

    def close(self) -> None:
        """Close what was opened."""
        self.live.close()
        self.state.close()


def shop_of(request: HTTPConnection) -> Shop:
    """Return the shop of the app that received the request."""
    return cast(Shop, request.app.state.shop)
