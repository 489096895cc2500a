"""Foreign names and pages of other sites."""

from pathlib import Path

import pytest

from tests.toko_web.here import app_of, serving_here
from tests.toko_web.serving import RunningWeb

OURS = {
    "catalog_url": "https://harga.example.com", "allowed_hosts": frozenset({"toko.lan"}),
    "site_address": "toko.example.com:443, http://kasir.example.com:8080", "owner_users": frozenset({1}),
}  # fmt: skip
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
EVIL = "https://evil.example"


def test_only_requests_under_the_servers_own_names_are_answered(data_here: Path) -> None:
    with serving_here(app_of(data_here, **OURS)) as here, here.client() as client:

        def status(host: str) -> int:
            return client.get("/healthz", headers={"Host": host}).status_code

        own = ("localhost", "localhost:8000", "127.0.0.1", "127.0.0.9:1", "[::1]:8000", "harga.example.com", "toko.lan",
               "TOKO.LAN:81", "toko.example.com", "kasir.example.com:8080", "harga.example.com.")  # fmt: skip
        assert {host: status(host) for host in own} == dict.fromkeys(own, 200)
        foreign = ("evil.example", "example.com", "xharga.example.com", "192.168.1.5", "127.0.0.1.evil.example",
                   "harga.example.com@evil.example", "localhost, evil.example", "")  # fmt: skip
        assert {host: status(host) for host in foreign} == dict.fromkeys(foreign, 421)
        for hosts in (b"", b"Host: localhost\r\nHost: localhost\r\n"):
            assert here.exchange(b"GET /healthz HTTP/1.0\r\n%s\r\n" % hosts).startswith(b"HTTP/1.1 421 ")
        told = client.get("/", headers={"Host": "evil.example", "Accept": "text/html"})
        assert "Katalog ini punya alamat lain" in told.text


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": EVIL}, {"Origin": "null"}, {"Origin": "https://localhost.evil.example"}, {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, LINK, LINK | {"Origin": EVIL},
    ],
)  # fmt: skip
def test_what_pages_of_other_sites_send_is_rejected(web: RunningWeb, sent: dict[str, str]) -> None:
    with web.client() as client:
        assert client.post("/", headers=sent, data={"q": "x"}).status_code == 403


def test_what_our_own_pages_and_programs_send_is_let_through(web: RunningWeb) -> None:
    own: tuple[dict[str, str], ...] = (
        {}, {"Origin": web.url}, {"Origin": web.url, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
    )  # fmt: skip
    with web.client() as client:
        assert {client.post("/", headers=sent).status_code for sent in own} == {405}  # by the route, not by the guard


def test_other_sites_may_link_to_a_page_and_neither_embed_nor_read_it(web: RunningWeb) -> None:
    with web.client() as client:

        def status(**headers: str) -> int:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.get("/", headers=LINK | names).status_code

        assert status() == 200
        assert status(Sec_Fetch_Dest="iframe") == 403
        assert status(Sec_Fetch_Dest="image", Sec_Fetch_Mode="no-cors") == 403
        assert status(Sec_Fetch_Dest="script", Sec_Fetch_Mode="no-cors") == 403
        assert status(Sec_Fetch_Dest="empty", Sec_Fetch_Mode="cors", Origin=EVIL) == 403
        asked = client.options("/", headers={"Origin": EVIL, "Access-Control-Request-Method": "GET"})
        assert asked.status_code == 403
        for response in (asked, client.get("/")):
            assert not [name for name in response.headers if name.startswith("access-control")]
