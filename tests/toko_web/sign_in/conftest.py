"""A server with an owner, somebody of the staff and a customer."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.toko_web.serving import CUSTOMER, OWNER, PEOPLE, STAFF, RunningWeb, running_web
from toko_core.people.passwords import Passwords
from toko_core.people.sign_in_links import SignInLinks
from toko_core.people.sign_ins import SignIns
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase

WORDS = "empat kuda liar"
"""A password of people here."""


@dataclass
class Shop:
    """A running server, and its state database as other processes use it."""

    web: RunningWeb
    state: StateDatabase
    people: People = field(init=False)
    links: SignInLinks = field(init=False)
    sign_ins: SignIns = field(init=False)
    passwords: Passwords = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.state, {OWNER}, {OWNER, STAFF})
        self.links, self.sign_ins = SignInLinks(self.state), SignIns(self.state)
        self.passwords = Passwords(self.state)


@pytest.fixture(scope="session")
def shop(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("web")
    url = f"sqlite:///{folder}/state.db"
    with closing(StateDatabase(url)) as state, running_web(data, folder, STATE_URL=url, **PEOPLE) as web:
        shop = Shop(web, state)
        shop.people.add(CUSTOMER, None, Role.CUSTOMER, name="Warung <b>Sari</b>")
        yield shop
