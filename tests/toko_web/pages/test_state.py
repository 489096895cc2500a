"""The state page: how the data is, with or without Dagster, and what is wrong with the newest catalogue."""

import socket
import threading
from pathlib import Path

from tests.toko_bot.bot.shop import point_at
from tests.toko_web.full_shop import publish_full_shop
from tests.toko_web.pages.conftest import WEB_URL, Shop
from tests.toko_web.serving import running_web
from tests.waiting import wait_until
from toko_assets.defs.metadata.check_texts import CHECK_TEXTS
from toko_web.pages.texts.state import CHECKS, NO_DAGSTER


def test_owners_see_the_data_the_last_syncs_and_the_checks_that_warn(shop: Shop) -> None:
    shop.dagster.past = [("r-9", "FAILURE"), ("r-8", "SUCCESS"), ("r-7", "STARTED")]
    shop.dagster.failed = ["the backup i5_X.i5bu is damaged: it ends too early"]
    shop.dagster.checks = {
        "exported_products": [("prices_filled_in", False, "WARN"), ("keys_unique", True, "ERROR")],
        "product_catalog": [("prices_not_jumped", False, "ERROR"), ("from_a_later_version", False, "WARN")],
    }
    page = shop.owner.get("/keadaan").text
    for text in ("Diperbarui", "gagal", "berhasil", "berjalan", f'href="{WEB_URL}/runs/r-9"'):
        assert text in page
    assert CHECKS["prices_filled_in"] in page
    assert CHECKS["keys_unique"] not in page
    assert page.index(CHECKS["prices_not_jumped"]) < page.index(CHECKS["prices_filled_in"])
    assert "from a later version" in page
    assert f'href="{WEB_URL}/assets/exported_products?view=checks' in page
    assert "ends too early" not in page


def test_dagster_that_does_not_respond_holds_up_neither_the_page_nor_others(shop: Shop) -> None:
    silent = shop.dagster.silent = threading.Event()
    try:
        page = shop.owner.get("/keadaan")
    finally:
        silent.set()
        shop.dagster.silent = None
    assert page.status_code == 200
    assert NO_DAGSTER in page.text
    assert "Diperbarui" in page.text


def test_a_rejected_catalogue_is_explained_while_dagster_is_down(tmp_path: Path) -> None:
    publish_full_shop(tmp_path / "data")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with running_web(tmp_path / "data", tmp_path, DAGSTER_URL=url) as web, web.client() as client:
            (tmp_path / "data" / "catalog" / "broken.duckdb").write_bytes(b"no catalogue")
            point_at(tmp_path / "data", "broken.duckdb")
            wait_until(lambda: "Data baru ditolak" in client.get("/keadaan").text, 60)
            page = client.get("/keadaan").text
            assert [text for text in ("broken.duckdb", "i5_UJI.i5bu", NO_DAGSTER) if text not in page] == []
            assert client.get("/daftar/rugi").status_code == 200


def test_every_check_of_the_chain_has_an_indonesian_label() -> None:
    assert CHECKS.keys() == CHECK_TEXTS.keys()
