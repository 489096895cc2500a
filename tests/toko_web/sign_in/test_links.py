"""Links of the bot: a preview does not use them up, and a press signs in once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import update

from tests.toko_web.serving import CUSTOMER, OWNER, STAFF
from tests.toko_web.sign_in.browsers import Browser, token_of
from tests.toko_web.sign_in.conftest import Shop
from toko_core.people.sign_in_links import PATH
from toko_core.people.view import Role
from toko_core.state.tables import sign_in_links


def link_for(shop: Shop, person_id: int = STAFF, name: str = "Budi") -> str:
    return PATH + shop.links.make(person_id, name)


def test_previews_do_not_use_a_link_up_and_the_press_does(shop: Shop) -> None:
    link = link_for(shop, CUSTOMER, "Warung <b>Sari</b>")
    with Browser(shop.web.url) as preview, Browser(shop.web.url) as browser:
        shown = [preview.get(link) for _ in range(3)]
        assert {page.status_code for page in shown} == {200}
        assert "Masuk sebagai Warung &lt;b&gt;Sari&lt;/b&gt;?" in shown[0].text
        assert preview.name() is None
        pressed = browser.use(link)
        assert (pressed.status_code, pressed.headers["location"]) == (303, "/")
        assert browser.get("/").status_code == 200
        assert browser.name() == "Warung <b>Sari</b>"
        again = preview.submit(shown[0], link)
        assert (again.status_code, "Tautan sudah tidak berlaku" in again.text) == (410, True)
        assert preview.get(link).status_code == 410
        assert preview.name() is None


def test_two_presses_at_once_sign_in_once(shop: Shop) -> None:
    link, barrier = link_for(shop), threading.Barrier(4)

    def press(_: int) -> int:
        with Browser(shop.web.url) as browser:
            page = browser.get(link)
            barrier.wait()
            return browser.submit(page, link).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [303, 410, 410, 410]


def test_expired_and_unknown_links_are_one_sentence(shop: Shop) -> None:
    expired = link_for(shop)
    with shop.state.write() as connection:
        connection.execute(update(sign_in_links).values(until=datetime.now(UTC)))
    valid = link_for(shop)
    with Browser(shop.web.url) as browser:
        page = browser.get(valid)
        for link in (expired, valid[:-1], PATH + "x" * 4000, PATH + "%F0%9F%90%94"):
            for response in (browser.get(link), browser.submit(page, link)):
                assert response.status_code == 410
                assert "Kirim /web ke bot untuk tautan baru" in response.text
        assert browser.submit(page, valid).status_code == 303


def test_a_link_of_somebody_who_was_removed_signs_nobody_in(shop: Shop) -> None:
    shop.people.add(301, None, Role.STAFF, name="Wati")
    opened, later = link_for(shop, 301, "Wati"), link_for(shop, 301, "Wati")
    with Browser(shop.web.url) as browser:
        page = browser.get(opened)
        shop.people.remove(301, None)
        assert browser.submit(page, opened).status_code == 410
        assert browser.get(later).status_code == 410
        assert browser.name() is None


def test_the_address_of_a_link_goes_nowhere(shop: Shop) -> None:
    link = link_for(shop)
    with Browser(shop.web.url) as browser:
        page = browser.get(link)
        assert page.headers["referrer-policy"] == "strict-origin"
        assert page.headers["cache-control"] == "no-store"
        browser.submit(page, link)
    assert link.removeprefix(PATH) not in shop.web.log


def test_a_link_replaces_the_sign_in_of_the_browser_with_a_new_one(shop: Shop) -> None:
    with Browser(shop.web.url) as browser:
        browser.use(link_for(shop, OWNER, "Siti"))
        before = browser.client.cookies["toko_sign_in"]
        browser.use(link_for(shop, STAFF, "Budi"))
        assert browser.name() == "Budi"
        assert browser.client.cookies["toko_sign_in"] != before
    with Browser(shop.web.url) as thief:
        thief.client.cookies.set("toko_sign_in", before)
        assert thief.name() is None


def test_a_page_of_another_site_cannot_press_the_button(shop: Shop) -> None:
    link = link_for(shop)
    with Browser(shop.web.url) as attacker, Browser(shop.web.url) as victim:
        token = token_of(attacker.get(link))
        victim.get("/masuk")
        for fields in ({"csrf": token}, {"csrf": ""}, {"other": token}):
            assert victim.client.post(link, data=fields).status_code == 403
        assert victim.client.post(link, json={"csrf": token}).status_code == 415
        assert victim.name() is None
        assert attacker.get(link).status_code == 200
