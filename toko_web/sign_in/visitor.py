"""Who sent a request, and what they are shown."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from toko_core.people import Person, Role, View
from toko_web.shop import shop_of
from toko_web.sign_in.open_mode import check_open


class NotSignedInError(Exception):
    """Nobody is signed in. Pages lead to the page that signs in, and everything else has status 401."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request."""

    person: Person | None
    """None only in the open mode, in which everybody on this machine is shown what owners are."""

    @property
    def view(self) -> View:
        """What they are shown of a product."""
        return View(cost=True) if self.person is None else self.person.view(private=True)

    @property
    def is_owner(self) -> bool:
        """Whether they are shown what only owners are."""
        return self.person is None or self.person.role is Role.OWNER


def find_visitor(request: HTTPConnection) -> Visitor:
    """Return who sent the request; a dependency of FastAPI. Raises NotSignedInError, OpenModeError and StateError."""
    if shop_of(request).people.exist():
        raise NotSignedInError
    check_open(request)
    return Visitor(None)
