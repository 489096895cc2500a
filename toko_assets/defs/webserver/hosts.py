"""Which host names the web interface answers to, and which pages may send it commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from toko_assets.common.settings import WebSettings

PLACE = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(?P<port>\d{1,5}))?")
ORIGIN = re.compile(r"https?://(.+)")
DEFAULT_PORTS = frozenset({None, "80", "443"})


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
    def of(cls, settings: WebSettings) -> "Hosts":
        """Read WEB_URL, SITE_ADDRESS, DAGSTER_URL and ALLOWED_HOSTS. An address that names no host adds none."""
        addresses = (settings.web_url, settings.site_address, settings.dagster_url)
        places = {place for address in addresses for place in _places(address or "") if not place.is_loopback}
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
