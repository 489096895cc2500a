"""The settings of the catalogue's pages and API, from the environment or from `.env`."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from toko_core.settings import BaseUrl, PeopleSettings, ShopSettings, load

LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]\s]+):(?P<port>\d{1,5})")


def _listen(place: str) -> str:
    found = LISTEN.fullmatch(place)
    if not found or not 1 <= int(found["port"]) <= 65535:
        raise ValueError("must be address:port, like 127.0.0.1:8000, or 0.0.0.0:8000 in a container")
    return place


class PageSettings(ShopSettings, PeopleSettings):
    """All settings of the pages and the API. A field has the name of its variable in lower case."""

    catalog_listen: Annotated[str, AfterValidator(_listen)] = Field(
        "127.0.0.1:8000", description="The address:port that the catalogue's pages listen on"
    )
    catalog_url: BaseUrl | None = Field(None, description="The public address of the catalogue's pages; unset: none")
    web_url: BaseUrl | None = Field(None, description="Dagster's address, for links on the state page; unset: no links")

    @property
    def listen_place(self) -> tuple[str, int]:
        """CATALOG_LISTEN as host and port."""
        host, _, port = self.catalog_listen.rpartition(":")
        return host.strip("[]"), int(port)


def load_settings() -> PageSettings:
    """Read and check the settings. Raises SettingError."""
    return load(PageSettings)
