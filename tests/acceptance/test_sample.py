"""`toko sample-backup`: a true iPOS backup of an invented shop, and the chain over it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.dumps import as_sql, rows_of
from tests.acceptance.history import Run, last_run
from tests.acceptance.places import House, installed, run_toko
from tests.installation import Installation
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.postgres.server import PostgresServer

PRODUCTS, HISTORY = 600, 2000
HISTORY_TABLES = ("tbl_ikhd", "tbl_ikdt", "tbl_imhd", "tbl_imdt", "tbl_item_ik", "tbl_item_im", "tbl_accjurnal")


@pytest.fixture(scope="module")
def backup(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with installed(house.folder):
        return make_sample(tmp_path_factory.mktemp("sampled") / "sample.i5bu")


@pytest.fixture(scope="module")
def shop(house: House, backup: Path) -> Iterator[Installation]:
    with house.serving(backup) as toko:
        yield toko


@pytest.fixture(scope="module")
def run(shop: Installation) -> Run:
    return last_run(shop)


@pytest.fixture(scope="module")
def script(postgres: PostgresServer, backup: Path) -> str:
    return as_sql(postgres, backup)


def make_sample(out: Path, seed: int = 7) -> Path:
    options = ["--products", str(PRODUCTS), "--history", str(HISTORY), "--seed", str(seed)]
    answer = run_toko("sample-backup", out, *options)
    assert answer.status == 0, answer
    return out


def test_every_item_of_the_dump_that_is_not_deleted_is_published_once(shop: Installation, script: str) -> None:
    items = rows_of(script, "tbl_item")
    kept = Counter(row["kodeitem"] for row in items if (row["statushapus"] or "").strip().upper() != "Y")
    assert len(kept) < len(items), "no item of the sample is deleted"
    assert Counter(kode for (kode,) in shop.query("SELECT kodeitem FROM products")) == kept


def test_the_sample_has_as_many_items_and_history_rows_as_asked(script: str) -> None:
    assert abs(len(rows_of(script, "tbl_item")) - PRODUCTS) <= PRODUCTS * 0.05
    written = sum(len(rows_of(script, table)) for table in HISTORY_TABLES)
    assert abs(written - HISTORY) <= HISTORY * 0.1


@pytest.mark.parametrize("kind", ["INDEX", "FK CONSTRAINT", "VIEW", "TRIGGER", "FUNCTION"])
def test_the_sample_has_what_a_real_dump_has_besides_tables(
    postgres: PostgresServer, backup: Path, tmp_path: Path, kind: str
) -> None:
    listing = tmp_path / "contents"
    postgres.run("pg_restore", "-l", "-f", listing, backup)
    entries = [line for line in listing.read_text().splitlines() if f" {kind} public " in line]
    assert entries
    assert all(line.endswith(" sysi5adm") for line in entries)


def test_the_sample_has_all_four_price_systems_units_levels_quantities_barcodes_branches_and_photos(
    shop: Installation,
) -> None:
    systems = dict(shop.query("SELECT sistem_harga, count(*) FROM products GROUP BY ALL"))
    assert set(systems) == {"O", "S", "L", "J"}
    assert min(systems.values()) >= PRODUCTS // 50
    for found in (
        "SELECT count(DISTINCT satuan) FROM prices",
        "SELECT count(DISTINCT level) FROM prices",
        "SELECT count(DISTINCT jumlah_sampai) FROM prices",
        "SELECT count(DISTINCT kantor) FROM stock",
        "SELECT max(n) FROM (SELECT count(*) n FROM barcodes GROUP BY product_id)",
        "SELECT count(*) FROM photos",
    ):
        assert shop.query(found)[0][0] >= 2, found


def test_names_are_mostly_distinct(shop: Installation) -> None:
    ((distinct, products),) = shop.query("SELECT count(DISTINCT namaitem), count(*) FROM products")
    assert distinct >= 0.95 * products


@pytest.mark.parametrize(
    "warning",
    ["prices_filled_in", "not_below_cost", "no_orphans", "barcodes_not_shared", "units_unknown", "price_rows_repeated"],
)
def test_the_sample_has_the_dirt_of_real_shops(run: Run, warning: str) -> None:
    assert run.succeeded
    assert warning in run.failed(blocking=False)


@pytest.mark.usefixtures("shop")
def test_the_same_seed_gives_the_same_data_and_another_seed_another_shop(
    postgres: PostgresServer, script: str, tmp_path: Path
) -> None:
    assert as_sql(postgres, make_sample(tmp_path / "again.i5bu")) == script
    other = as_sql(postgres, make_sample(tmp_path / "other.i5bu", seed=8))
    assert rows_of(other, "tbl_item") != rows_of(script, "tbl_item")


def test_the_worked_case_of_white_space_is_in_the_sample(shop: Installation) -> None:
    assert shop.query("SELECT count(*) > 0 FROM products WHERE namaitem = 'TEH PUCUK 350ML'") == [(True,)]


def test_the_sample_is_of_the_shops_time_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    with installed(tmp_path, SHOP_TIMEZONE="Asia/Jayapura"):
        assert run_toko("sample-backup", tmp_path / "toko.i5bu", "--products", "50", "--history", "0").status == 0
    made = read_archive(tmp_path / "toko.i5bu").dumped_at.replace(tzinfo=ZoneInfo("Asia/Jayapura"))
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
