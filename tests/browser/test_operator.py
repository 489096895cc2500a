"""What an operator does in Dagster's web interface, done in a real browser."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import TIMEZONE, Pictures, chromium, flat_window
from tests.browser.inbox import FEW_PRODUCTS, change_prices, put_backup
from tests.browser.pages import Asset, Interface
from tests.installation import Installation
from tests.toko_web.serving import OWNER, running_web
from tests.web_interface import web_interface
from toko_assets.postgres.server import PostgresServer
from toko_core.people.sign_in_links import PATH, SignInLinks
from toko_core.state.database import StateDatabase

CHAIN = ("raw_backup", "restored_database", "exported_products", "price_history", "product_catalog")
MADE = (*CHAIN, "recent_sales")
ASSETS = ("backup_folder", *MADE, "telegram_bot")


@dataclass(frozen=True)
class Look:
    """A picture of a page: its name, the window, what is searched for, and whether the first product is opened."""

    name: str
    window: Mapping[str, object]
    query: str
    opens: bool = False


LOOKS_OF_PAGES = (
    Look("pages-search", {"viewport": {"width": 1200, "height": 720}, "color_scheme": "light"}, "indomi gorng"),
    Look(
        "pages-phone",
        {"viewport": {"width": 390, "height": 760}, "color_scheme": "dark", "device_scale_factor": 2},
        "minyak gorng",
    ),
    Look(
        "pages-product",
        {"viewport": {"width": 1200, "height": 900}, "color_scheme": "light"},
        "minyak goreng",
        opens=True,
    ),
)


def test_an_operator_publishes_looks_is_spared_a_bad_backup_and_rolls_back(
    postgres: PostgresServer,
    toko: Installation,
    page: Page,
    pictures: Pictures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", TIMEZONE)  # the clock of the computer that makes the backups
    with web_interface(toko.data, tmp_path / "web.log") as web:
        interface = Interface(page, web.address)
        interface.stop_sensor("new_backup")  # here all is pressed by hand

        put_backup(postgres, toko.inbox)
        first = materialize_all(interface, toko, pictures)
        change_prices(postgres, toko.inbox)
        second = sync(interface, toko)
        assert second != first

        look_at_catalogue(interface, pictures)
        follow_lineage(interface, pictures)
        take_pictures_of_pages(page, toko, pictures, tmp_path)
        refuse_bad_backup(interface, postgres, toko, pictures)
        assert served(toko) == second

        interface.launch("rollback_catalog").expect_end("Success")
        assert served(toko) == first
        page.close()  # an open one would try to reach the server that ends now


def test_a_machine_without_chromium_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match=r"^The browser test needs Chromium: apt-get install chromium$"):
        chromium()


def materialize_all(interface: Interface, toko: Installation, pictures: Pictures) -> str:
    """From the graph; answers what is served then."""
    graph = interface.graph()
    graph.expand_groups()
    run = graph.materialize_all()
    run.expect_end("Success")
    run.hide_events()
    expect(run.page.get_by_text("Published catalog-")).to_be_visible()
    pictures.take(run.page, "web-run")
    graph = interface.graph()
    graph.zoom_out()
    for asset in ASSETS:
        expect(graph.node(asset)).to_be_in_viewport()
    expect(graph.page.get_by_text("Materialized", exact=True)).to_have_count(len(MADE))
    with flat_window(graph.page):
        graph.hide_list()
        graph.draw_from_left_to_right()
        pictures.take(graph.page, "web-graph")
    return served(toko)


def sync(interface: Interface, toko: Installation) -> str:
    interface.launch("sync").expect_end("Success")
    return served(toko)


def look_at_catalogue(interface: Interface, pictures: Pictures) -> None:
    """Its metadata, a picture among them, and its checks."""
    catalogue = interface.asset("product_catalog")
    expect(catalogue.metadata("prices_changed")).not_to_have_text("0")
    see_picture(catalogue, "picture_of_price_changes")
    catalogue.check("search_finds_products")
    expect(catalogue.page.get_by_text("Found by:")).to_be_visible()
    pictures.take(catalogue.page, "web-catalogue")


def see_picture(catalogue: Asset, key: str) -> None:
    page = catalogue.page
    catalogue.metadata(key).get_by_text("Show Markdown").click()
    picture = page.get_by_role("dialog").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    page.get_by_role("button", name="Close").click()


def follow_lineage(interface: Interface, pictures: Pictures) -> None:
    """From the catalogue to where backups come from."""
    graph = interface.asset("product_catalog").lineage()
    expect(graph.node("backup_folder")).to_be_in_viewport()
    expect(graph.page.get_by_text("Materialized", exact=True)).to_have_count(len(CHAIN))
    with flat_window(graph.page):
        graph.draw_from_left_to_right()
        pictures.take(graph.page, "web-lineage")
    graph.node("backup_folder").click()
    expect(graph.page.get_by_text("External Asset")).to_be_visible()
    Asset(graph.page).open("Overview")
    expect(graph.page.get_by_text("backups (*.i5bu) arrive there")).to_be_visible()


def take_pictures_of_pages(page: Page, toko: Installation, pictures: Pictures, folder: Path) -> None:
    """What an owner sees in the catalogue: the search on a desk and on a phone, and a product."""
    state = f"sqlite:///{folder}/state.db"
    with running_web(
        toko.data, folder / "pages", STATE_URL=state, OWNER_USERS=str(OWNER), SHOP_NAME="Toko Maju"
    ) as web:
        for look in LOOKS_OF_PAGES:
            assert page.context.browser is not None
            opened = page.context.browser.new_page(base_url=web.url, **look.window)  # type: ignore[arg-type]
            with closing(StateDatabase(state)) as known:
                opened.goto(PATH + SignInLinks(known).make(OWNER, "Ibu Sari"))
            opened.get_by_role("button", name="Ya, masuk").click()
            field = opened.get_by_label("Cari barang")
            field.press_sequentially(look.query)
            expect(opened.locator(".found-query")).to_have_text(look.query)
            if look.opens:
                opened.locator(".good").filter(has_text="mulai").first.click()
                expect(opened.get_by_role("region", name="Riwayat harga")).to_be_visible()
            pictures.take(opened, look.name)
            opened.close()


def refuse_bad_backup(interface: Interface, postgres: PostgresServer, toko: Installation, pictures: Pictures) -> None:
    """A backup with a fifth of the products stops before it is published, and the check says why."""
    put_backup(postgres, toko.inbox, FEW_PRODUCTS)
    interface.launch("sync").expect_end("Failure")
    catalogue = interface.asset("product_catalog")
    catalogue.check("products_not_lost")
    expect(catalogue.page.get_by_text("At most 50% may disappear at once.")).to_be_visible()
    pictures.take(catalogue.page, "web-failed-check")


def served(toko: Installation) -> str:
    """The name in CURRENT."""
    assert toko.catalog is not None
    return toko.catalog.name
