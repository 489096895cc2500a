"""Who is signed in: cookies, roles that change at once, and where strangers are led."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import update
from starlette.requests import Request
from starlette.responses import Response

from tests.toko_web.serving import CUSTOMER, OWNER, STAFF, RunningWeb
from tests.toko_web.sign_in.browsers import Browser
from tests.toko_web.sign_in.conftest import Shop
from tests.toko_web.sign_in.test_links import link_for
from tests.waiting import wait_until
from toko_core.people.sign_ins import LIFE
from toko_core.people.view import Role
from toko_core.state.tables import sign_ins
from toko_web.service.metrics import Metrics
from toko_web.settings import PageSettings
from toko_web.shop import Shop as HttpsShop
from toko_web.sign_in import cookies
from toko_web.sign_in.devices import device_of
from toko_web.sign_in.password_checks import network_of
from toko_web.sign_in.places import local_path, sign_in_path


def test_strangers_are_led_to_the_page_that_signs_in_and_back(shop: Shop) -> None:
    with Browser(shop.web.url) as browser:
        led = browser.get("/?q=teh botol&stok=1")
        assert (led.status_code, led.headers["location"]) == (303, "/masuk?ke=/%3Fq%3Dteh%2520botol%26stok%3D1")
        page = browser.get(led.headers["location"])
        assert 'name="ke" value="/?q=teh%20botol&amp;stok=1"' in page.text
        assert browser.get("/").headers["location"] == "/masuk"
        assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "accept"), [("GET", "*/*"), ("GET", "application/json"), ("POST", "text/html"), ("GET", "")]
)
def test_programs_that_are_not_signed_in_get_401(shop: Shop, method: str, accept: str) -> None:
    with shop.web.client(headers={"accept": accept}) as client:
        path = "/akun/keluarkan" if method == "POST" else "/"
        assert client.request(method, path).status_code == 401


def test_the_cookie_is_signed_and_for_this_server_only(shop: Shop) -> None:
    with Browser(shop.web.url) as browser:
        pressed = browser.use(link_for(shop))
        (cookie,) = [each for each in pressed.headers.get_list("set-cookie") if each.startswith("toko_sign_in=")]
        assert {"HttpOnly", "Path=/", "SameSite=lax", f"Max-Age={int(LIFE.total_seconds())}"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        value = browser.client.cookies["toko_sign_in"]
        token, _, signature = value.rpartition(".")
        forged = (token, f"{token}.{signature[:-2]}AA", f"{token[:-1]}x.{signature}", "x" * 5000, "", ".", "é.é")
        for wrong in forged:
            header = f"toko_sign_in={wrong}".encode()
            response = httpx.get(shop.web.url + "/akun", headers=[(b"cookie", header), (b"accept", b"text/html")])
            assert response.status_code == 303, wrong


def test_with_https_cookies_are_secure_and_of_this_host_only(tmp_path: Path) -> None:
    settings = PageSettings(toko_data_dir=tmp_path, catalog_url="https://toko.example")
    with closing(HttpsShop(settings, Metrics())) as shop:
        request, response = request_to(shop), Response()
        cookies.new_form_id(request)
        cookies.set_sign_in(request, response, "token")
        cookies.keep_form_id(request, response)
        cookies.clear_sign_in(request, response)
        sent = response.headers.getlist("set-cookie")
        assert [each.partition("=")[0] for each in sent] == [
            "__Host-toko_sign_in", "__Host-toko_form", "__Host-toko_sign_in",
        ]  # fmt: skip
        assert all({"Secure", "HttpOnly", "Path=/"} <= set(each.split("; ")) for each in sent)
        name, _, value = sent[0].partition(";")[0].partition("=")
        assert cookies.sign_in_id(request_to(shop, f"{name}={value}")) == "token"
        assert cookies.sign_in_id(request_to(shop, f"toko_sign_in={value}")) is None


def request_to(shop: HttpsShop, cookie: str = "") -> Request:
    app = SimpleNamespace(state=SimpleNamespace(shop=shop))
    return Request({"type": "http", "app": app, "headers": [(b"cookie", cookie.encode())]})


def test_a_removed_person_is_signed_out_at_once_and_a_changed_role_counts_at_once(shop: Shop) -> None:
    shop.people.add(302, None, Role.STAFF, name="Rina")
    with Browser(shop.web.url) as browser:
        browser.use(link_for(shop, 302, "Rina"))
        assert "sebagai staf" in browser.get("/akun").text
        shop.people.change(302, None, role=Role.OWNER)
        assert "sebagai pemilik" in browser.get("/akun").text
        shop.people.change(302, None, role=Role.CUSTOMER)
        assert "sebagai pelanggan" in browser.get("/akun").text
        shop.people.remove(302, None)
        assert browser.name() is None
        shop.people.add(302, None, Role.STAFF, name="Rina")
        assert browser.name() is None


def test_signing_out_ends_the_sign_in_everywhere(shop: Shop) -> None:
    with Browser(shop.web.url) as browser, Browser(shop.web.url) as copy:
        browser.use(link_for(shop))
        copy.client.cookies.update(browser.client.cookies)
        assert copy.name() == "Budi"
        out = browser.submit(browser.get("/akun"), "/keluar")
        assert (out.status_code, out.headers["location"]) == (303, "/masuk?keluar=1")
        assert "Anda sudah keluar" in browser.get(out.headers["location"]).text
        assert (browser.name(), copy.name()) == (None, None)


@pytest.mark.parametrize("ages", [{"began_at": 31, "seen_at": 0}, {"began_at": 8, "seen_at": 8}], ids=["old", "unused"])
def test_a_sign_in_ends_by_itself(shop: Shop, ages: dict[str, int]) -> None:
    with Browser(shop.web.url) as browser:
        browser.use(link_for(shop))
        (newest,) = shop.sign_ins.all(STAFF)[:1]
        with shop.state.write() as connection:
            times = {name: datetime.now(UTC) - timedelta(days=days) for name, days in ages.items()}
            connection.execute(update(sign_ins).where(sign_ins.c.id == newest.number).values(times))
        assert browser.name() is None


def test_that_a_sign_in_is_used_is_stored_now_and_then(shop: Shop) -> None:
    with Browser(shop.web.url) as browser:
        browser.use(link_for(shop))
        (newest,) = shop.sign_ins.all(STAFF)[:1]
        browser.get("/")
        assert shop.sign_ins.all(STAFF)[0].seen_at == newest.seen_at
        with shop.state.write() as connection:
            earlier = datetime.now(UTC) - timedelta(hours=1)
            connection.execute(update(sign_ins).where(sign_ins.c.id == newest.number).values(seen_at=earlier))
        browser.get("/")
        wait_until(lambda: shop.sign_ins.all(STAFF)[0].seen_at >= newest.seen_at, 10)


def test_people_see_and_end_their_own_sign_ins(shop: Shop) -> None:
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"
    with Browser(shop.web.url) as here, Browser(shop.web.url, iphone) as phone, Browser(shop.web.url) as other:
        for browser in (here, phone):
            browser.use(link_for(shop, CUSTOMER, "Sari"))
        other.use(link_for(shop, STAFF, "Budi"))
        page = here.get("/akun")
        assert "Safari di iPhone" in page.text
        assert "Chrome di Android" in page.text
        assert "Budi" not in page.text
        (of_staff,) = [one.number for one in shop.sign_ins.all(STAFF)][:1]
        here.submit(page, "/akun/keluarkan", nomor=str(of_staff))
        assert other.name() == "Budi"
        (of_phone,) = [one.number for one in shop.sign_ins.all(CUSTOMER) if one.device == "Safari di iPhone"]
        ended = here.submit(page, "/akun/keluarkan", nomor=str(of_phone))
        assert "Perangkat itu sudah dikeluarkan" in here.get(ended.headers["location"]).text
        assert (here.name(), phone.name()) == ("Sari", None)


def test_somebody_ends_all_their_other_sign_ins(shop: Shop) -> None:
    with Browser(shop.web.url) as here, Browser(shop.web.url) as second, Browser(shop.web.url) as of_owner:
        for browser in (here, second):
            browser.use(link_for(shop))
        of_owner.use(link_for(shop, OWNER, "Siti"))
        here.submit(here.get("/akun"), "/akun/keluarkan", nomor="lainnya")
        assert (here.name(), second.name(), of_owner.name()) == ("Budi", None, "Siti")
        assert len(shop.sign_ins.all(STAFF)) == 1


def test_owners_see_and_end_the_sign_ins_of_everybody(shop: Shop) -> None:
    with Browser(shop.web.url) as owner, Browser(shop.web.url) as customer:
        customer.use(link_for(shop, CUSTOMER, "Sari"))
        owner.use(link_for(shop, OWNER, "Siti"))
        page = owner.get("/akun")
        assert "Perangkat orang lain" in page.text
        assert "Warung &lt;b&gt;Sari&lt;/b&gt;" in page.text
        (number,) = [one.number for one in shop.sign_ins.all(CUSTOMER)][:1]
        owner.submit(page, "/akun/keluarkan", nomor=str(number))
        assert customer.name() is None
        for wrong in ("", "x", "-1", "9" * 5000, "٣", "0"):
            assert owner.submit(page, "/akun/keluarkan", nomor=wrong).status_code == 303


def test_the_token_of_a_form_is_of_one_sign_in(shop: Shop) -> None:
    with Browser(shop.web.url) as budi, Browser(shop.web.url) as attacker:
        budi.use(link_for(shop))
        attacker.use(link_for(shop, CUSTOMER, "Sari"))
        page = attacker.get("/akun")
        assert budi.submit(page, "/keluar").status_code == 403
        assert budi.client.post("/keluar").status_code == 415
        assert budi.name() == "Budi"
        stale = budi.submit(page, "/keluar")
        assert "terlalu lama terbuka" in stale.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"csrf=" + b"x" * 20_000, 413), (b"&".join(b"a%d=1" % n for n in range(100)), 400), (b"\xff\xfe=1", 400),
        (b"csrf=%ff%fe", 403), (b"", 403), (b"csrf=a&csrf=b", 403), (b"%00=%00&csrf=%0d%0a", 403),
    ],
)  # fmt: skip
def test_a_form_that_is_too_large_or_wrong_is_rejected(shop: Shop, body: bytes, status: int) -> None:
    with Browser(shop.web.url) as browser:
        browser.get("/masuk")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert browser.client.post("/masuk", content=body, headers=headers).status_code == status


def test_in_the_open_mode_nobody_signs_in(web: RunningWeb) -> None:
    with Browser(web.url) as browser:
        assert browser.get("/").status_code == 200
        for path in ("/masuk", "/akun"):
            assert browser.get(path).headers["location"] == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "/\t/evil.example", "evil", "",
        "/\n/evil", "javascript:alert(1)", "///evil.example", "/masuk", "/masuk/tautan/x", "/keluar", "/\x00/",
        "/ \u202e",
        "/" + "x" * 5000, " //evil.example", "http:/evil",
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_server(wanted: str) -> None:
    assert local_path(wanted) == "/"
    assert sign_in_path(wanted) == "/masuk"


@pytest.mark.parametrize("wanted", ["/", "/?q=a%2Fb", "/barang/abc", "/daftar/rugi?hal=2", "/masukan", "/?q=//evil"])
def test_pages_of_this_server_are_led_to(wanted: str) -> None:
    assert local_path(wanted) == wanted


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge di Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36", "Chrome di Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.0; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox di Mac"),
        ("<script>alert(1)</script>", "Perangkat lain"), ("", "Perangkat lain"),
        ("<b>Chrome", "Chrome"), ("x" * 100_000 + "Linux", "Linux"),
    ],
)  # fmt: skip
def test_a_device_has_a_short_name(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device
    assert re.fullmatch(r"[A-Za-z ]{1,40}", device)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True), ("2001:db8::1", "2001:db8:0:1::1", False),
        ("10.0.0.1", "10.0.0.2", False), ("::ffff:10.0.0.1", "10.0.0.1", True), ("::ffff:10.0.0.1", "::1", False),
        ("", "", True),
    ],
)  # fmt: skip
def test_a_network_of_ipv6_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) == same
