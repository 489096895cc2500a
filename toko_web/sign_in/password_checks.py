"""Checks the passwords that visitors send: few at once, and few a while for each account and each address.

The attempts are in the memory of the process: one process serves a shop, and a restart gives nobody more than another
few attempts. In the database, every attempt of a stranger would be a write that the bot waits for.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import cast

from starlette.requests import HTTPConnection

from toko_core.people.passwords import Passwords
from toko_core.people.person import Person
from toko_core.people.throttle import Throttle

AT_ONCE = 2
"""A check takes 16 MB, and a core for a fifth of a second."""
MOST_WAITING = 20
ACCOUNT_ATTEMPTS, ACCOUNT_SECONDS = 10, 180.0
ADDRESS_ATTEMPTS, ADDRESS_SECONDS = 30, 20.0
"""People in one shop often have one address."""
LONGEST_NAME = 100
BUSY_SECONDS = 5.0


class WrongPasswordError(Exception):
    """The name or the password is wrong."""


class TooManyError(Exception):
    """There were too many attempts."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many attempts")
        self.seconds = seconds
        """When the next one may be made."""


class PasswordChecks:
    """The checks of one process. Its methods are for the event loop."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._accounts = Throttle(ACCOUNT_ATTEMPTS, ACCOUNT_SECONDS)
        self._addresses = Throttle(ADDRESS_ATTEMPTS, ADDRESS_SECONDS)
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords")
        self._waiting = 0

    async def check(self, who: str, password: str, address: str) -> int:
        """Return the Telegram id of whoever signs in with this name, or this Telegram id, and this password.

        Raises WrongPasswordError, TooManyError and StateError. An attempt counts before it is made, so that attempts at
        the same time are not more.
        """
        who, network = who.strip()[:LONGEST_NAME], network_of(address)
        _count(self._addresses, network)
        with self._slot():
            loop = asyncio.get_running_loop()
            known = await loop.run_in_executor(self._threads, self._passwords.find, who)
            account = known.person_id if known else who.casefold()
            _count(self._accounts, account)
            person_id = await loop.run_in_executor(self._threads, self._passwords.check, who, password)
        if person_id is None:
            raise WrongPasswordError
        self._accounts.forget(account)
        self._addresses.give_back(network)
        return person_id

    async def set(self, person: Person, password: str, like: Sequence[str], keep: int) -> None:
        """Set somebody's own password, and end their sign-ins except for that of the number `keep`.

        Raises PasswordError if it is easy to guess, TooManyError and StateError.
        """
        with self._slot():
            change = partial(self._passwords.set, person, password, person, like=like, keep=keep)
            await asyncio.get_running_loop().run_in_executor(self._threads, change)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        """Limit how many wait for a thread: of a flood, most are rejected at once."""
        if self._waiting >= MOST_WAITING:
            raise TooManyError(BUSY_SECONDS)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def checks_of(request: HTTPConnection) -> PasswordChecks:
    """Return the checks of the app that received the request."""
    return cast(PasswordChecks, request.app.state.password_checks)


def network_of(address: str) -> str:
    """Return what counts as one address: of IPv6 the network, because whoever has one has all of its addresses."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:LONGEST_NAME]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return address


def _count(throttle: Throttle, key: object) -> None:
    if seconds := throttle.take(key):
        raise TooManyError(seconds)
