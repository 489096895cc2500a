"""Settings of the programs that run forever, the bot and the pages: their log, and where they listen."""

import re
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from toko_core.settings import PartSettings

PLACE = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]\s]+):(?P<port>\d{1,5})")


def _place(place: str) -> str:
    found = PLACE.fullmatch(place)
    if not found or not 1 <= int(found["port"]) <= 65535:
        raise ValueError("must be address:port, like 127.0.0.1:8000, or 0.0.0.0:8000 in a container")
    return place


def _address(place: str) -> str:
    """Accept an address of this machine without a port."""
    try:
        return str(ip_address("127.0.0.1" if place == "localhost" else place.strip("[]")))
    except ValueError:
        raise ValueError("must be an address without a port, like 127.0.0.1, or 0.0.0.0 for all networks") from None


def _log_format(form: str) -> str:
    if form not in {"plain", "json"}:
        try:
            form % _Anything()
        except (ValueError, TypeError):
            raise ValueError("must be plain, json, or a %-format like %(levelname)s %(message)s") from None
        if "%(message)" not in form:
            raise ValueError("must be plain, json, or a %-format with %(message)s in it")
    return form


class _Anything(dict[str, int]):
    """Returns a value for any field of a log record, to try a %-format with."""

    def __missing__(self, key: str) -> int:
        return 0


ListenPlace = Annotated[str, AfterValidator(_place)]
"""The address:port that a program listens on."""


def split_place(place: str) -> tuple[str, int]:
    """Return the host and the port of a ListenPlace."""
    host, _, port = place.rpartition(":")
    return host.strip("[]"), int(port)


class RunningSettings(PartSettings):
    """How a program logs, and who may read its metrics."""

    metrics_listen: Annotated[str, AfterValidator(_address)] = Field(
        "127.0.0.1", description="The address that the metrics listen on"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged"
    )
    log_format: Annotated[str, AfterValidator(_log_format)] = Field("plain", description="plain, json or a %-format")
