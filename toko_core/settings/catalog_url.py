"""The public address of the catalogue's pages: CATALOG_URL, or where the proxy of the containers has them."""

import re

from pydantic import Field, model_validator

from toko_core.settings import BaseUrl
from toko_core.settings.hosts import Place, SiteSettings


class CatalogUrlSettings(SiteSettings):
    """Where people reach the catalogue's pages."""

    catalog_url: BaseUrl | None = Field(
        None, description="The public address of the catalogue's pages; unset: the proxy's, in containers"
    )

    @model_validator(mode="before")
    @classmethod
    def _of_the_proxy(cls, values: dict[str, object]) -> dict[str, object]:
        """Take the proxy's address if CATALOG_URL is unset."""
        url = proxy_url(str(values.get("site_address") or ""))
        return values if values.get("catalog_url") or url is None else {**values, "catalog_url": url}


def proxy_url(site_address: str) -> str | None:
    """Return the https address of the first name in SITE_ADDRESS.

    None if it is a pattern, a name of this machine, or reached without TLS or through another port.
    """
    first = re.split(r"[,\s]+", site_address.strip())[0]
    place = Place.parse(first.removeprefix("https://"))
    if place is None or place.port is not None or place.is_loopback:
        return None
    return f"https://[{place.host}]" if ":" in place.host else f"https://{place.host}"
