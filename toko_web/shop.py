"""The objects that all requests share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from starlette.requests import HTTPConnection

from toko_core.catalog.live import LiveCatalog, Served
from toko_core.people.store import People
from toko_core.state.database import StateDatabase, state_url
from toko_core.state.usage import Usage
from toko_web.catalogue.kept import KeptLists
from toko_web.settings import PageSettings


class NoCatalogueError(Exception):
    """No catalogue is published yet. The message says why, for the log."""


class Uncounted:
    """Counts nothing."""

    def serving(self, products: int, data_time: datetime) -> None: ...
    def rejected(self) -> None: ...


@dataclass
class Shop:
    """The settings, the catalogue that is served, and the people of one shop."""

    settings: PageSettings
    live: LiveCatalog = field(init=False)
    state: StateDatabase = field(init=False)
    people: People = field(init=False)
    usage: Usage = field(init=False)
    lists: KeptLists = field(default_factory=KeptLists)

    def __post_init__(self) -> None:
        settings = self.settings
        self.live = LiveCatalog(settings.folder.catalog, settings.zone, Uncounted())
        self.state = StateDatabase(state_url(settings))
        self.people = People(self.state, settings.owners, settings.staff)
        self.usage = Usage(self.state, settings.zone, settings.owners | settings.staff)

    @property
    def served(self) -> Served:
        """The catalogue that is served now. One request uses one. Raises NoCatalogueError."""
        if self.live.served is None:
            raise NoCatalogueError(self.live.problem or "no catalogue was read yet")
        return self.live.served

    def close(self) -> None:
        """Close what was opened."""
        self.live.close()
        self.state.close()


def shop_of(request: HTTPConnection) -> Shop:
    """Return the shop of the app that received the request."""
    return cast(Shop, request.app.state.shop)
