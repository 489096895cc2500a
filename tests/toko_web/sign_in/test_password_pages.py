"""Signing in with a password: who may, how often, and what a wrong one tells."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.toko_core.state.databases import sqlite_url
from tests.toko_web.here import app_of, serving_here
from tests.toko_web.serving import CUSTOMER, OWNER, STAFF
from tests.toko_web.sign_in.browsers import Browser
from tests.toko_web.sign_in.conftest import WORDS, Shop
from tests.toko_web.sign_in.test_links import link_for
from toko_core.people import passwords as module
from toko_core.people.passwords import Passwords
from toko_core.people.person import Person
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
from toko_web.sign_in.password_checks import (
    ACCOUNT_ATTEMPTS,
    ADDRESS_ATTEMPTS,
    MOST_WAITING,
    PasswordChecks,
    TooManyError,
    WrongPasswordError,
)

NEW = "hujan turun sejak subuh"


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COST", 4)
    monkeypatch.setattr(module, "NOBODY", module.hash_password("nobody"))


@pytest.fixture
def checks(tmp_path: Path, _quick: None) -> Iterator[PasswordChecks]:
    """The checks of a shop in which two people have the same password."""
    with closing(StateDatabase(sqlite_url(tmp_path))) as state:
        passwords = Passwords(state)
        for number, name in ((1, "sari"), (2, "budi")):
            passwords.set(Person(number, Role.STAFF), WORDS, None, sign_in_name=name)
        made = PasswordChecks(passwords)
        yield made
        made.close()


async def attempt(checks: PasswordChecks, who: str, password: str, address: str = "10.0.0.1") -> str:
    """Return what becomes of an attempt: the id, `wrong`, or `wait`."""
    try:
        return str(await checks.check(who, password, address))
    except WrongPasswordError:
        return "wrong"
    except TooManyError as error:
        return "wait" if error.seconds > 0 else "wait for nothing"


def test_a_password_signs_in_and_leads_to_the_page_that_was_asked_for(shop: Shop) -> None:
    shop.passwords.set(Person(CUSTOMER, Role.CUSTOMER, name="Sari"), WORDS, None, sign_in_name="sari.jaya")
    with Browser(shop.web.url) as browser:
        led = browser.sign_in("Sari.Jaya", WORDS, "/?q=teh")
        assert (led.status_code, led.headers["location"]) == (303, "/?q=teh")
        assert browser.name() == "Warung <b>Sari</b>"
        assert shop.sign_ins.all(CUSTOMER)[0].device == "Chrome di Android"
        assert browser.get("/masuk?ke=/akun").headers["location"] == "/akun"
    with Browser(shop.web.url) as browser:
        assert browser.sign_in(str(CUSTOMER), WORDS, "//evil.example").headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_look_the_same(shop: Shop) -> None:
    shop.passwords.set(Person(STAFF, Role.STAFF, name="Budi"), WORDS, None, sign_in_name="budi")
    with Browser(shop.web.url) as browser:
        pages = [browser.sign_in(who, word) for who, word in (("budi", "salah sekali"), ("nobo", WORDS), ("budi", ""))]
    assert [page.status_code for page in pages] == [401] * 3
    texts = {re.sub(r'value="[^"]*"', "", page.text) for page in pages}
    assert len(texts) == 1
    assert "Nama atau sandinya salah" in texts.pop()
    assert "salah sekali" not in pages[0].text
    assert WORDS not in shop.web.log


def test_the_password_of_somebody_without_access_signs_nobody_in(shop: Shop) -> None:
    shop.passwords.set(Person(777, Role.STAFF), WORDS, None)
    with Browser(shop.web.url) as browser:
        assert browser.sign_in("777", WORDS).status_code == 401
        assert browser.name() is None


def test_forms_have_labels_and_fields_that_password_managers_know(shop: Shop) -> None:
    with Browser(shop.web.url) as browser:
        page = browser.get("/masuk").text
    for field in ("nama", "sandi"):
        assert f'<label for="{field}">' in page
        assert f'id="{field}"' in page
    assert 'autocomplete="username"' in page
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "maxlength" not in page.partition('id="sandi"')[2].partition(">")[0]


@pytest.mark.parametrize("url", [None, "https://toko.example.com"])
def test_the_bot_is_named_only_where_it_can_send_links(tmp_path: Path, url: str | None) -> None:
    app = app_of(tmp_path, catalog_url=url, owner_users=frozenset({OWNER}), state_url=sqlite_url(tmp_path))
    with serving_here(app) as here:
        page = here.get("/masuk").text
    assert "Sandi" in page
    assert ("/web" in page, "lewat bot" in page) == (url is not None, url is not None)


def test_people_change_their_password_with_the_current_one_and_other_sign_ins_end(shop: Shop) -> None:
    shop.passwords.set(Person(OWNER, Role.OWNER, name="Siti"), WORDS, None)
    with Browser(shop.web.url) as here, Browser(shop.web.url) as other:
        here.sign_in(str(OWNER), WORDS)
        other.use(link_for(shop, OWNER, "Siti"))
        page = here.get("/akun")
        for now, new, again, said in (
            ("salah sekali", NEW, NEW, "Sandi yang sekarang salah"), (WORDS, NEW, NEW + "x", "tidak sama"),
            (WORDS, "pendek", "pendek", "minimal 8 karakter"),
            (WORDS, "rahasia123", "rahasia123", "gampang ditebak"),
        ):  # fmt: skip
            rejected = here.submit(page, "/akun/sandi", sandi=now, baru=new, lagi=again)
            assert (rejected.status_code, said in rejected.text) == (422, True)
        changed = here.submit(page, "/akun/sandi", sandi=WORDS, baru=NEW, lagi=NEW)
        assert "Sandi sudah diganti" in here.get(changed.headers["location"]).text
        assert (here.name() is None, other.name()) == (False, None)
        assert other.sign_in(str(OWNER), WORDS).status_code == 401
        assert other.sign_in(str(OWNER), NEW).status_code == 303


def test_attempts_at_the_same_time_are_not_more_than_one_after_the_other(checks: PasswordChecks) -> None:
    async def attack() -> list[str]:
        return await asyncio.gather(
            *(attempt(checks, "sari", f"wrong {n}", f"10.0.{n}.1") for n in range(MOST_WAITING))
        )

    outcomes = asyncio.run(attack())
    assert outcomes.count("wrong") == ACCOUNT_ATTEMPTS
    assert outcomes.count("wait") == MOST_WAITING - ACCOUNT_ATTEMPTS


def test_a_throttled_account_stays_throttled_by_any_name_and_others_are_not(checks: PasswordChecks) -> None:
    async def attack() -> list[str]:
        for number in range(ACCOUNT_ATTEMPTS):
            who = ("sari", "1", " SARI ")[number % 3]
            assert await attempt(checks, who, "wrong", f"10.1.{number}.1") == "wrong"
        return [await attempt(checks, who, WORDS, "10.2.0.1") for who in ("sari", "1", "budi", "2")]

    assert asyncio.run(attack()) == ["wait", "wait", "2", "2"]


def test_one_address_tries_few_accounts_and_a_right_password_does_not_reset_that(checks: PasswordChecks) -> None:
    async def attack() -> list[str]:
        for number in range(ADDRESS_ATTEMPTS - 1):
            assert await attempt(checks, f"name{number}", "wrong") == "wrong"
            if number % 5 == 0:
                assert await attempt(checks, "budi", WORDS) == "2"
        return [await attempt(checks, f"next{number}", "wrong") for number in range(3)]

    assert asyncio.run(attack()) == ["wrong", "wait", "wait"]


def test_a_flood_is_rejected_at_once_and_few_are_checked_together(checks: PasswordChecks) -> None:
    async def attack() -> list[str]:
        many = (attempt(checks, f"name{n}", "wrong", f"10.{n // 200}.{n % 200}.1") for n in range(1000))
        return await asyncio.gather(*many)

    outcomes = asyncio.run(attack())
    assert outcomes.count("wrong") == MOST_WAITING
    assert outcomes.count("wait") == 1000 - MOST_WAITING


def test_whoever_is_throttled_is_told_when_to_come_back_and_the_bots_link_still_works(shop: Shop) -> None:
    shop.people.add(303, None, Role.STAFF, name="Dewi")
    with Browser(shop.web.url) as browser:
        pages = [browser.sign_in("303", f"salah {number}") for number in range(ACCOUNT_ATTEMPTS + 1)]
        assert [page.status_code for page in pages] == [401] * ACCOUNT_ATTEMPTS + [429]
        assert "Coba lagi" in pages[-1].text
        assert 0 < int(pages[-1].headers["retry-after"]) <= 180
        assert browser.use(link_for(shop, 303, "Dewi")).status_code == 303
        assert browser.name() == "Dewi"


def test_a_restored_database_without_a_person_ends_their_sign_in(shop: Shop) -> None:
    people = People(shop.state, {OWNER}, {OWNER, STAFF})
    people.add(304, None, Role.STAFF, name="Joko")
    with Browser(shop.web.url) as browser:
        browser.use(link_for(shop, 304, "Joko"))
        assert browser.name() == "Joko"
        people.erase(304, None)
        assert browser.name() is None
    assert shop.sign_ins.all(304) == []
