"""The open mode: who is answered while nobody has access."""

from pathlib import Path

import pytest
from starlette.requests import Request

from tests.toko_web.here import app_of, serving_here, settings_of
from tests.toko_web.serving import OWNER, RunningWeb, running_web
from toko_core.people import Role
from toko_core.people.store import People
from toko_core.state.database import StateDatabase, state_url
from toko_web.sign_in.open_mode import OpenModeError, check_open

PUBLIC = "harga.example.com"
PROXIES: list[dict[str, str]] = [
    {"Forwarded": "for=203.0.113.9"}, {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": PUBLIC}, {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Anything": ""}, {"X-Real-IP": "::1"},
    {"X_Forwarded_For": "203.0.113.9"},
    {"Via": "1.1 proxy"}, {"CF-Connecting-IP": "203.0.113.9"}, {"Referer": f"https://{PUBLIC}/"},
    {"Referer": "nonsense"},
]  # fmt: skip


def test_whoever_sits_at_this_machine_is_shown_everything(web: RunningWeb) -> None:
    with web.client() as client:
        for host in ("localhost", "127.0.0.1:8000", "[::1]"):
            assert client.get("/", params={"q": "indomie"}, headers={"Host": host}).status_code == 200
        assert client.get("/", headers={"Referer": f"{web.url}/barang/1"}).status_code == 200


@pytest.mark.parametrize("sent", PROXIES, ids=str)
def test_what_a_proxy_passes_on_is_rejected(web: RunningWeb, sent: dict[str, str]) -> None:
    with web.client() as client:
        response = client.get("/", params={"q": "indomie"}, headers=sent)
    assert response.status_code == 403
    assert response.text.startswith("Nobody has access yet, so only this machine is answered: ")
    assert "INDOMIE" not in response.text


def test_an_allowed_name_opens_nothing_and_neither_does_an_old_proxy(data_here: Path) -> None:
    with serving_here(app_of(data_here, allowed_hosts=frozenset({"toko.lan"}))) as here:

        def status(headers: bytes, version: bytes = b"1.1") -> bytes:
            request = b"GET / HTTP/%s\r\nConnection: close\r\n%s\r\n" % (version, headers)
            return here.exchange(request).split(b"\r\n")[0]

        assert status(b"Host: localhost\r\n").endswith(b" 200 OK")
        assert status(b"Host: toko.lan\r\n").endswith(b" 403 Forbidden")
        assert status(b"Host: localhost\r\n", b"1.0").endswith(b" 403 Forbidden")  # as nginx sends it by default


@pytest.mark.parametrize(
    "values",
    [{"catalog_url": f"https://{PUBLIC}"}, {"trusted_proxies": frozenset({"127.0.0.1"})}, {"site_address": PUBLIC}],
    ids=str,
)
def test_nothing_is_open_where_a_proxy_passes_requests_on_that_it_may_not_show(
    data_here: Path, values: dict[str, object]
) -> None:
    app = app_of(data_here, **values)
    scope = {"type": "http", "app": app, "client": ("127.0.0.1", 1), "headers": [(b"host", b"127.0.0.1:8000")]}
    with pytest.raises(OpenModeError, match="others reach it"):
        check_open(Request(scope))


@pytest.mark.parametrize(
    ("listen", "client"),
    [("127.0.0.1:8000", "192.168.1.7"), ("127.0.0.1:8000", "testclient"), ("0.0.0.0:8000", "127.0.0.1"),
     ("192.168.1.5:8000", "127.0.0.1")],
)  # fmt: skip
def test_neither_another_machine_nor_an_open_port_is_answered(data_here: Path, listen: str, client: str) -> None:
    app = app_of(data_here, catalog_listen=listen)
    scope = {"type": "http", "app": app, "client": (client, 1), "headers": [(b"host", b"localhost")]}
    with pytest.raises(OpenModeError):
        check_open(Request(scope))


def test_the_open_mode_ends_at_once_when_somebody_gets_access(data_here: Path, tmp_path: Path) -> None:
    with running_web(data_here, tmp_path / "web") as web, web.client() as client:
        assert "INDOMIE" in client.get("/", params={"q": "indomie"}).text
        settings = settings_of(data_here)
        people = People(StateDatabase(state_url(settings)), settings.owners, settings.staff)
        people.add(OWNER, None, Role.OWNER)
        response = client.get("/", params={"q": "indomie"})
        assert response.status_code != 200
        assert "INDOMIE" not in response.text


def test_nothing_is_shown_while_it_is_not_known_who_has_access(data_here: Path, tmp_path: Path) -> None:
    unusable = tmp_path / "state.db"
    unusable.write_text("not a database, but long enough to be read as one" * 100)
    with running_web(data_here, tmp_path / "web", STATE_URL=f"sqlite:///{unusable}") as web, web.client() as client:
        response = client.get("/", params={"q": "indomie"}, headers={"Accept": "text/html"})
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert "INDOMIE" not in response.text
        assert str(unusable) not in response.text
