"""Which host names a web server of this program answers to, and which pages may send it commands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from toko_core.settings import PartSettings

HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]+")
PLACE = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(?P<port>\d{1,5}))?")
ORIGIN = re.compile(r"https?://(.+)")
DEFAULT_PORTS = frozenset({None, "80", "443"})


def _host_names(value: object) -> object:
    """Accept names and addresses separated by commas."""
    if not isinstance(value, str):
        return value
    names = frozenset(name.strip("[]") for name in re.split(r"[,;\s]+", value.strip().lower()) if name)
    if not all(HOST_NAME.fullmatch(name) for name in names):
        raise ValueError("must be names of hosts separated by commas, like toko.example.com: no https://, port or *")
    return names


class SiteSettings(PartSettings):
    """Where the proxy of the containers is reached."""

    site_address: str | None = Field(None, description="The proxy's addresses, in containers")


class HostSettings(SiteSettings):
    """The names under which Dagster's web interface and the catalogue's pages are reached. They answer to no others."""

    allowed_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(_host_names)] = Field(
        frozenset(), description="Further host names that the web servers answer to, separated by commas"
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A host name or an address, and a port; None for 80 and 443."""

    host: str
    port: str | None

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Read the value of a Host header, or what follows an origin's scheme. None if it is neither."""
        found = PLACE.fullmatch(text.lower())
        if found is None:
            return None
        port = found["port"]
        return cls(found["host"].strip("[]"), None if port in DEFAULT_PORTS else port)

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine: nobody else can give these names to it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which other machines know this server. All of them know themselves as localhost."""

    places: frozenset[Place]
    """Those that addresses in the settings name, with their ports."""
    names: frozenset[str]
    """ALLOWED_HOSTS, on any port."""

    @classmethod
    def of(cls, settings: HostSettings, addresses: Iterable[str | None]) -> "Hosts":
        """Read ALLOWED_HOSTS, SITE_ADDRESS and further addresses. An address that names no host adds none."""
        texts = (settings.site_address, *addresses)
        places = {place for text in texts for place in _places(text or "") if not place.is_loopback}
        return cls(frozenset(places), settings.allowed_hosts)

    @property
    def all_names(self) -> frozenset[str]:
        """All names but those of loopback."""
        return self.names | {place.host for place in self.places}

    def include(self, host: str) -> bool:
        """Whether a Host header names this server. Its port does not count: a tunnel may have another."""
        place = Place.parse(host)
        return place is not None and (place.is_loopback or place.host in self.all_names)

    def own(self, origin: str, host: str) -> bool:
        """Whether an origin is this server's, in a request with this Host header."""
        found = ORIGIN.fullmatch(origin.lower())
        place = Place.parse(found[1]) if found else None
        return place is not None and (place == Place.parse(host) or place in self.places or place.host in self.names)


def _places(addresses: str) -> Iterator[Place]:
    """Yield the places of a URL, or of Caddy's list of addresses."""
    for address in re.split(r"[,\s]+", addresses):
        try:
            netloc = urlsplit(address if "://" in address else f"//{address}").netloc
        except ValueError:  # such as a bracket that is not closed
            continue
        if place := Place.parse(netloc.rpartition("@")[2]):
            yield place
