"""What `toko doctor` says of the catalogue's pages: real servers, and programs that have their port."""

from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.acceptance.places import installed
from tests.toko_bot.bot.shop import publish_shop
from tests.toko_web.serving import free_port, running_web
from toko_assets.cli.dev.lock import only_one
from toko_assets.cli.doctor.finding import Mark
from toko_assets.cli.doctor.running.page import look_at_page
from toko_assets.common.settings import load_settings
from toko_core.people import Person, Role
from toko_core.people.passwords import Passwords
from toko_core.state.database import open_state

APART = "it has a container of its own: `docker compose ps` shows its health"
NAMES = ("ALLOWED_USERS", "OWNER_USERS", "TELEGRAM_BOT_TOKEN", "WEB_URL", "DAGSTER_URL")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    with installed(tmp_path):
        (tmp_path / "data/dagster").mkdir(parents=True)
        yield tmp_path


@pytest.fixture
def another_program() -> Iterator[str]:
    """A web server that is not ours; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def look(monkeypatch: pytest.MonkeyPatch, **settings: str) -> list[tuple[Mark, str]]:
    with monkeypatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        return [(found.mark, found.said) for found in look_at_page(load_settings())]


def test_pages_that_nothing_serves_are_wrong_only_while_toko_up_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((mark, said),) = look(monkeypatch, OWNER_USERS="102")
    assert mark is Mark.GOOD
    assert said.startswith("it does not run: `toko web` serves it at http://127.0.0.1:")
    with only_one(folder / "data/dagster", 3000, "up"):
        ((mark, said),) = look(monkeypatch)
    assert mark is Mark.WRONG
    assert said.endswith(": `toko service status` says why.")


def test_a_server_that_shows_the_newest_catalogue_is_good_and_says_who_may_sign_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_shop(folder / "data")
    with running_web(folder / "data", folder / "web") as web:
        with web.client() as client:
            assert client.get("/healthz", timeout=60).status_code == 200  # it has read the catalogue
        place = {"CATALOG_LISTEN": web.url.removeprefix("http://")}
        good = (Mark.GOOD, f"{web.url} shows the newest catalogue")
        assert look(monkeypatch, **place) == [
            good,
            (Mark.GOOD, "nobody has access yet: this machine is shown everything without signing in"),
        ]
        found, (mark, said) = look(monkeypatch, **place, OWNER_USERS="102")
        assert (found, mark) == (good, Mark.NOTE)
        assert said.startswith("Nobody can sign in: nobody has a password, and the bot sends no links: run `toko ")
        links = {"CATALOG_URL": web.url, "TELEGRAM_BOT_TOKEN": "a token"}
        reached = (Mark.GOOD, f"CATALOG_URL is {web.url}, and the pages respond there")
        assert look(monkeypatch, **place, OWNER_USERS="102", **links) == [good, reached]
        with closing(open_state(load_settings())) as state:
            Passwords(state).set(Person(102, Role.OWNER, name="Siti"), "empat kata yang panjang", None)
        assert look(monkeypatch, **place, OWNER_USERS="102") == [good]


@pytest.mark.usefixtures("folder")
def test_another_program_at_the_port_or_at_the_address_is_wrong(
    another_program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mark, said), *_ = look(monkeypatch, CATALOG_LISTEN=another_program)
    assert mark is Mark.WRONG
    assert said == (f"Another program answers at CATALOG_LISTEN ({another_program}): stop it or set CATALOG_LISTEN.")
    url = f"http://{another_program}"
    assert look(monkeypatch, CATALOG_URL=url)[1] == (
        Mark.WRONG, f"Another program responds at CATALOG_URL ({url}, status 501): correct it.",
    )  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_an_address_without_https_and_one_that_cannot_be_reached_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(monkeypatch, CATALOG_URL="http://toko.lan")[1] == (
        Mark.NOTE, "CATALOG_URL is http://toko.lan: passwords and prices can be read on the way: docs/https.md",
    )  # fmt: skip
    nobody = f"https://127.0.0.1:{free_port()}"
    mark, said = look(monkeypatch, CATALOG_URL=nobody)[1]
    assert mark is Mark.NOTE
    assert said.startswith(f"CATALOG_URL ({nobody}) cannot be reached from here (")


@pytest.mark.usefixtures("folder")
def test_in_containers_a_web_url_that_is_the_pages_address_is_noted_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = f"127.0.0.1:{free_port()}"
    inside = {"DAGSTER_URL": "http://webserver:3000", "CATALOG_URL": f"https://{place}"}
    found = look(monkeypatch, **inside, WEB_URL=f"https://{place}", ALLOWED_USERS="101")
    assert found[0] == (Mark.GOOD, APART)
    assert found[2] == (
        Mark.NOTE,
        f"WEB_URL is https://{place}, where the pages are now; links to runs work because the proxy redirects them: "
        f"set WEB_URL=https://{place}/dagster",
    )
    for right in (f"https://{place}/dagster", "http://127.0.0.1:3000"):
        assert "WEB_URL" not in str(look(monkeypatch, **inside, WEB_URL=right, ALLOWED_USERS="101"))
    assert look(monkeypatch, **inside)[-1] == (
        Mark.WRONG,
        "It does not start, because nobody has access: set OWNER_USERS, or run `toko people add ID --role owner`.",
    )


@pytest.mark.usefixtures("folder")
def test_a_setting_that_is_wrong_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ((mark, said),) = look(monkeypatch, CATALOG_LISTEN="8000")
    assert mark is Mark.WRONG
    assert said.startswith("The setting CATALOG_LISTEN is wrong: must be address:port")
