"""An ASGI middleware that finds out which client a proxy of the shop's passed a request on for."""

import asyncio
import socket
import time
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

ASK_EVERY = 30.0
"""Seconds after which the addresses of the proxies' names are asked for again: a new container has another address."""
Address = IPv4Address | IPv6Address


class Clients:
    """Replaces the proxy by its client in the scope, and the scheme by that of the client's connection."""

    def __init__(self, app: ASGIApp, proxies: Collection[str]) -> None:
        """`proxies` are networks, addresses and host names: TRUSTED_PROXIES."""
        self._app = app
        self._networks = [ip_network(proxy) for proxy in proxies if _is_network(proxy)]
        self._names = [proxy for proxy in proxies if not _is_network(proxy)]
        self._addresses: frozenset[Address] = frozenset()
        self._asked_at = -ASK_EVERY
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as ASGI says."""
        if scope["type"] == "http" and (self._networks or self._names) and scope["client"]:
            headers = Headers(scope=scope)
            if passed_on := headers.getlist("x-forwarded-for"):
                await self._ask_names()
                if self._is_proxy(peer := _address(scope["client"][0])):
                    client = self._first_foreign(",".join(passed_on).split(","), peer)
                    scope["client"] = (str(client), 0)
                    if headers.get("x-forwarded-proto", "").strip().lower() == "https":
                        scope["scheme"] = "https"
        await self._app(scope, receive, send)

    def _first_foreign(self, chain: list[str], peer: Address | None) -> Address | None:
        """Return the last address of the chain that is none of ours. What is left of it, the client wrote itself."""
        found = peer
        for text in reversed(chain):
            address = _address(text.strip())
            if address is None:
                return found
            found = address
            if not self._is_proxy(address):
                return found
        return found

    def _is_proxy(self, address: Address | None) -> bool:
        return address is not None and (
            address in self._addresses or any(address in network for network in self._networks)
        )

    async def _ask_names(self) -> None:
        """Ask for the addresses of the names from time to time. Only the first request waits for them."""
        if not self._names or time.monotonic() - self._asked_at < ASK_EVERY:
            return
        self._asked_at = time.monotonic()
        self._asking = asyncio.create_task(self._find_addresses())
        if not self._addresses:
            await self._asking

    async def _find_addresses(self) -> None:
        loop, found = asyncio.get_running_loop(), set()
        for name in self._names:
            try:
                answers = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            except OSError:
                continue
            found |= {address for answer in answers if (address := _address(str(answer[4][0])))}
        self._addresses = frozenset(found) or self._addresses


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _address(text: str) -> Address | None:
    """Return an address, also one with a port, or one of IPv4 that IPv6 wraps; None if the text is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
