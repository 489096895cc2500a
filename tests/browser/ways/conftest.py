"""One server of a shop whose goods have everything, one Chromium, and a browser of each of the shop's people."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, SECONDS, chromium
from tests.browser.search_page import wait_for_script
from tests.servers.dagster import dagster
from tests.toko_web.full_shop import publish_full_shop
from tests.toko_web.here import app_of, serving_here
from tests.toko_web.serving import CUSTOMER, OWNER, STAFF
from toko_core.people.passwords import Passwords
from toko_core.people.person import Person
from toko_core.people.sign_in_links import PATH, SignInLinks
from toko_core.people.sign_ins import SignIns
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
from toko_core.state.demand.counts import Count
from toko_core.state.demand.store import Demand

WEB_URL = "https://toko.example.com/dagster"
WORDS = "empat kuda liar"
"""The password of the cashier."""
NAMES = {OWNER: "Siti", STAFF: "Budi", CUSTOMER: "Warung Sari"}


@dataclass
class Shop:
    """A running server, and its state database."""

    url: str
    state: StateDatabase
    sign_ins: SignIns

    def link_for(self, person: int) -> str:
        """Return the address of a link as the bot sends it."""
        return self.url + PATH + SignInLinks(self.state).make(person, NAMES[person])


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    data = tmp_path_factory.mktemp("ways")
    publish_full_shop(data)
    url = f"sqlite:///{data}/state.db"
    with ExitStack() as stack:
        state, runs = stack.enter_context(closing(StateDatabase(url))), stack.enter_context(dagster())
        people, today = People(state, {OWNER}, {OWNER, STAFF}), datetime.now(UTC).date()
        people.add(CUSTOMER, None, Role.CUSTOMER, level=2, name=NAMES[CUSTOMER])
        Passwords(state).set(Person(STAFF, Role.STAFF, name=NAMES[STAFF]), WORDS, None, sign_in_name="budi")
        Demand(state).add([Count(today, "indomie rendang", 5, 5), Count(today, "teh botol", 3, 3)])
        ids = {"owner_users": frozenset({OWNER}), "allowed_users": frozenset({STAFF})}
        app = app_of(data, **ids, state_url=url, dagster_url=runs.url, web_url=WEB_URL)
        yield Shop(stack.enter_context(serving_here(app)).url, state, SignIns(state))


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chrome: Browser, shop: Shop) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, signed in as somebody if a person is named; its console must stay empty."""
    errors: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 40" not in message.text:  # 403 and 404 are pages as others are
            errors.append(message.text)

    def open_page(person: int | None = None, **options: object) -> Page:
        context = chrome.new_context(base_url=shop.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        expect.set_options(timeout=SECONDS * 1000)
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if person is not None:
            page.goto(shop.link_for(person))
            page.get_by_role("button", name="Ya, masuk").press("Enter")
            expect(page.get_by_label("Cari barang")).to_be_visible()
            wait_for_script(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
