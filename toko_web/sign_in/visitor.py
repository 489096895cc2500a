"""Who sent a request, and what they are shown."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from toko_core.people import Person, Role, View
from toko_core.people.sign_ins import SEEN_EVERY, SignIn
from toko_core.state.database import StateError
from toko_web.shop import Shop, shop_of
from toko_web.sign_in.cookies import sign_in_id
from toko_web.sign_in.open_mode import check_open

log = logging.getLogger(__name__)


class NotSignedInError(Exception):
    """Nobody is signed in. Pages lead to the page that signs in, and everything else has status 401."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request."""

    person: Person | None
    """None only in the open mode, in which everybody on this machine is shown what owners are."""
    sign_in: SignIn | None = None
    """None only in the open mode."""

    @property
    def view(self) -> View:
        """What they are shown of a product."""
        return View(cost=True) if self.person is None else self.person.view(private=True)

    @property
    def is_owner(self) -> bool:
        """Whether they are shown what only owners are."""
        return self.person is None or self.person.role is Role.OWNER


async def find_visitor(request: HTTPConnection) -> Visitor:
    """Return who sent the request; a dependency of FastAPI. Raises NotSignedInError, OpenModeError and StateError.

    With SQLite this takes some microseconds, and PostgreSQL is queried in a thread. A removed person, a changed role
    and a sign-in that any process ended count at once.
    """
    shop = shop_of(request)
    visitor = _find(request) if shop.state.is_sqlite else await run_in_threadpool(_find, request)
    sign_in = visitor.sign_in
    if sign_in is not None and datetime.now(UTC) - sign_in.seen_at >= SEEN_EVERY and sign_in.number not in shop.seeing:
        shop.seeing.add(sign_in.number)
        asyncio.get_running_loop().run_in_executor(None, _see, shop, sign_in.number)
    return visitor


CurrentVisitor = Annotated[Visitor, Depends(find_visitor)]
"""Who sent the request of a route."""


def is_open(request: HTTPConnection) -> bool:
    """Return whether the open mode answers a request, because nobody has access yet.

    Raises OpenModeError if it does not come from this machine, and StateError.
    """
    if shop_of(request).people.exist():
        return False
    check_open(request)
    return True


def _find(request: HTTPConnection) -> Visitor:
    if is_open(request):
        return Visitor(None)
    shop = shop_of(request)
    shop.sign_ins.key()  # from here on it is in memory: forms are made in the event loop
    token = sign_in_id(request)
    sign_in = None if token is None else shop.sign_ins.find(token)
    person = None if sign_in is None else shop.people.find(sign_in.person_id)
    if person is None:
        raise NotSignedInError
    return Visitor(person, sign_in)


def _see(shop: Shop, number: int) -> None:
    """Store that a sign-in is used. Nobody waits for it."""
    try:
        shop.sign_ins.see(number)
    except StateError as error:
        log.info("It is not stored that sign-in %d is used: %s", number, error)
    finally:
        shop.seeing.discard(number)
