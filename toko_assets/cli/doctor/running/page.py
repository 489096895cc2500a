"""Checks the catalogue's pages: whether they are served, where people reach them, and whether anybody can sign in."""

import os
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

from sqlalchemy import Connection, Table, select

from toko_assets.cli.dagster_home import set_dagster_home
from toko_assets.cli.dev import port_problem
from toko_assets.cli.dev.lock import find_started
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_assets.publishing.heartbeat import request
from toko_core import SettingError
from toko_core.settings import env_file, host_of
from toko_core.settings.hosts import Place
from toko_core.state.database import StateDatabase, state_url
from toko_core.state.migrations import is_current
from toko_core.state.tables import passwords, people
from toko_web.service.asking import ask_health
from toko_web.settings import PageSettings, load_settings

SUBJECT = "page"
SECONDS = 10.0
HEALTHY, NOT_READY, UNKNOWN_HOST = 200, 503, 421
TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 -- a name
DAGSTER = "/dagster"
"""Where Dagster is behind the proxy of the containers."""


def look_at_page(settings: Settings) -> Iterator[Finding]:
    """Check the server of the pages, their public address, WEB_URL, and that people can sign in."""
    try:
        pages = load_settings()
    except SettingError as error:
        yield from (wrong(SUBJECT, problem) for problem in error.problems)
        return
    is_apart = _is_apart(settings)
    is_served = is_apart or bool(port_problem(*pages.listen_place))
    if is_apart:
        yield good(SUBJECT, "it has a container of its own: `docker compose ps` shows its health")
    elif is_served:
        yield _look_at_server(pages)
    else:
        yield _look_at_nothing(settings, pages)
    if pages.catalog_url is not None:
        yield _look_at_address(pages.catalog_url)
        yield from _look_at_web_url(pages.catalog_url, pages.web_url)
    if is_served:
        yield from _look_at_sign_in(pages, is_apart=is_apart)


def _is_apart(settings: Settings) -> bool:
    """Whether this is a container: Dagster's web server has one of its own, and so have the pages."""
    place = Place.parse(host_of(settings.dagster_url or "http://localhost"))
    return place is None or not place.is_loopback


def _look_at_server(pages: PageSettings) -> Finding:
    """Ask what listens where the pages should be."""
    problem = ask_health(pages)
    if problem is None:
        return good(SUBJECT, f"{pages.near_url} shows the newest catalogue")
    advice = "" if problem.startswith("Another program") else "if it is another program, "
    return wrong(SUBJECT, problem.removesuffix("."), f"{advice}stop it or set CATALOG_LISTEN.")


def _look_at_nothing(settings: Settings, pages: PageSettings) -> Finding:
    """Say whether something should listen there."""
    started = find_started(set_dagster_home(settings))
    if started and started.is_alive and started.command == "up":
        return wrong(SUBJECT, f"Nothing listens at {pages.near_url}", "`toko service status` says why.")
    return good(SUBJECT, f"it does not run: `toko web` serves it at {pages.near_url}, and `toko up` with all else")


def _look_at_address(url: str) -> Finding:
    """Ask the public address, as another machine does."""
    place = Place.parse(host_of(url))
    if url.startswith("http:") and not (place and place.is_loopback):
        return note(SUBJECT, f"CATALOG_URL is {url}: passwords and prices can be read on the way", "docs/https.md")
    status, reason = request("GET", f"{url}/healthz", SECONDS)
    if status in (HEALTHY, NOT_READY):
        return good(SUBJECT, f"CATALOG_URL is {url}, and the pages respond there")
    if status == UNKNOWN_HOST:
        return wrong(SUBJECT, f"The pages do not know the name in CATALOG_URL ({url})", "restart them.")
    if status:
        return wrong(SUBJECT, f"Another program responds at CATALOG_URL ({url}, status {status})", "correct it.")
    return note(
        SUBJECT, f"CATALOG_URL ({url}) cannot be reached from here ({reason})",
        "open it on a phone. If that fails too, correct the address or the proxy.",
    )  # fmt: skip


def _look_at_web_url(url: str, web_url: str | None) -> Iterator[Finding]:
    """Check that WEB_URL, Dagster's address, is not the pages'."""
    if web_url is None or host_of(web_url) != host_of(url) or urlsplit(web_url).path:
        return
    yield note(
        SUBJECT, f"WEB_URL is {web_url}, where the pages are now; links to runs work because the proxy redirects them",
        f"set WEB_URL={web_url}{DAGSTER}",
    )  # fmt: skip


def _look_at_sign_in(pages: PageSettings, *, is_apart: bool) -> Iterator[Finding]:
    """Check that people have a way to sign in: a link from the bot, or a password. Nothing is changed or created."""
    has_people, has_passwords = bool(pages.staff), False
    with closing(StateDatabase(state_url(pages), prepares=False)) as state:
        if state.file is None or state.file.exists():
            with state.read() as connection:
                if not is_current(connection):  # look_at_people says so
                    return
                has_people |= _any(connection, people, state.shop)
                has_passwords = _any(connection, passwords, state.shop)
    if not has_people and is_apart:
        yield wrong(
            SUBJECT, "It does not start, because nobody has access",
            "set OWNER_USERS, or run `toko people add ID --role owner`.",
        )  # fmt: skip
    elif not has_people:
        yield good(SUBJECT, "nobody has access yet: this machine is shown everything without signing in")
    elif not has_passwords and not (pages.catalog_url and (os.environ.get(TOKEN) or env_file().get(TOKEN))):
        yield note(
            SUBJECT, "Nobody can sign in: nobody has a password, and the bot sends no links",
            f"run `toko people password ID`, or set {TOKEN} and CATALOG_URL and send /web to the bot.",
        )  # fmt: skip


def _any(connection: Connection, table: Table, shop: str) -> bool:
    return connection.execute(select(table.c.shop).where(table.c.shop == shop).limit(1)).first() is not None
