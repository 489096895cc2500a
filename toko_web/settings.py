"""The settings of the catalogue's pages and API, from the environment or from `.env`."""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from toko_core.settings import BaseUrl, PeopleSettings, ShopSettings, load
from toko_core.settings.catalog_url import CatalogUrlSettings
from toko_core.settings.dagster import DagsterSettings
from toko_core.settings.hosts import HOST_NAME, Hosts, HostSettings, Place
from toko_core.settings.running import ListenPlace, RunningSettings, split_place
from toko_core.settings.showing import ShowingSettings


def _proxies(value: object) -> object:
    """Accept networks, addresses and host names separated by commas."""
    if not isinstance(value, str):
        return value
    names = frozenset(name.strip("[]") for name in re.split(r"[,;\s]+", value.strip().lower()) if name)
    if not all(_is_network(name) or HOST_NAME.fullmatch(name) for name in names):
        raise ValueError("must be networks or names of hosts separated by commas, like 10.0.0.0/8 or proxy")
    return names


def _is_network(name: str) -> bool:
    try:
        return bool(ip_network(name))
    except ValueError:
        return False


def _is_any_address(place: str) -> bool:
    try:
        return ip_address(split_place(place)[0]).is_unspecified
    except ValueError:
        return False


class PageSettings(
    ShopSettings, PeopleSettings, CatalogUrlSettings, HostSettings, ShowingSettings, RunningSettings, DagsterSettings
):
    """All settings of the pages and the API. A field has the name of its variable in lower case."""

    catalog_listen: ListenPlace = Field(
        "127.0.0.1:8000", description="The address:port that the catalogue's pages listen on"
    )
    web_url: BaseUrl | None = Field(None, description="Dagster's address, for links on the state page; unset: no links")
    trusted_proxies: Annotated[frozenset[str], NoDecode, BeforeValidator(_proxies)] = Field(
        frozenset(), description="Proxies whose X-Forwarded-For says who the client is; unset: none"
    )

    @property
    def listen_place(self) -> tuple[str, int]:
        """CATALOG_LISTEN as host and port."""
        return split_place(self.catalog_listen)

    @property
    def near_place(self) -> tuple[str, int]:
        """Host and port at which this machine reaches the pages."""
        host, port = self.listen_place
        if _is_any_address(self.catalog_listen):
            host = "::1" if ":" in host else "127.0.0.1"
        return host, port

    @property
    def near_url(self) -> str:
        """The address at which this machine reaches the pages."""
        host, port = self.near_place
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def listens_on_loopback(self) -> bool:
        """Whether only this machine reaches the pages, unless a proxy passes requests on."""
        place = Place.parse(self.catalog_listen)
        return place is not None and place.is_loopback

    @property
    def is_public(self) -> bool:
        """Whether a setting says that other machines reach the pages, perhaps through a proxy on this one."""
        return bool(self.trusted_proxies) or bool(Hosts.of(self, (self.catalog_url,)).places)

    @property
    def hosts(self) -> Hosts:
        """The names of CATALOG_URL, SITE_ADDRESS, ALLOWED_HOSTS, and the one address that CATALOG_LISTEN names."""
        return Hosts.of(self, (self.catalog_url, None if _is_any_address(self.catalog_listen) else self.catalog_listen))

    @property
    def is_https(self) -> bool:
        """Whether people reach the pages by https."""
        return (self.catalog_url or "").startswith("https:")


def load_settings() -> PageSettings:
    """Read and check the settings. Raises SettingError."""
    return load(PageSettings)
