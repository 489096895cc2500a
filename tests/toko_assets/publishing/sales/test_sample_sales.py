"""The sales of a sample shop, compared with SQL over a full restore of the same backup; then in the next catalogue."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from tests.acceptance.places import installed, run_toko
from tests.installation import Installation
from tests.toko_assets.sample.test_backup import restored
from toko_assets.common.settings import load_settings
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.sales.store import ASKED, ITEMS, UNITS, last_sales
from toko_assets.sample.backup import write_sample_backup
from toko_core.catalog.reader import PublishedCatalog

LINES = """
    CREATE TEMP TABLE sold AS
    SELECT d.kodeitem, upper(btrim(d.satuan)) AS satuan, h.notransaksi, h.tanggal, h.tipe <> 'RJ' AS sale,
        h.tanggal >= %(end)s - interval '7 days' AS recent,
        (d.jumlah * d.jmlkonversi - d.jmlretur) * CASE h.tipe WHEN 'RJ' THEN -1 ELSE 1 END AS base
    FROM tbl_ikdt d JOIN tbl_ikhd h USING (notransaksi) JOIN tbl_item i USING (kodeitem)
    WHERE h.tanggal BETWEEN %(end)s - interval '90 days' AND %(end)s
        AND (h.tipe IN ('KSR', 'JL') OR h.tipe = 'RJ' AND coalesce(d.notrsretur, '') = '')
        AND upper(btrim(coalesce(i.statushapus, ''))) <> 'Y'
"""
SUMS = """
    SELECT {key}, round(sum(base), 3), coalesce(round(sum(base) FILTER (WHERE recent), 3), 0),
        count(DISTINCT notransaksi) FILTER (WHERE sale), count(DISTINCT notransaksi) FILTER (WHERE sale AND recent),
        max(tanggal) FILTER (WHERE sale)
    FROM sold GROUP BY {key}
"""


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One whose sales were read after its first sync."""
    folder = tmp_path_factory.mktemp("sales")
    with installed(folder) as toko:
        end = datetime.combine(datetime.now().date(), datetime.min.time()) - timedelta(hours=3)  # noqa: DTZ005
        write_sample_backup(
            postgres, toko.inbox / "i5_TOKO.i5bu", products=600, history=100_000, seed=4, photos=0, history_end=end
        )
        assert run_toko("sync").status == 0
        answer = run_toko("sales")
        assert answer.status == 0, answer
        yield toko


def test_the_sums_are_those_of_sql_over_a_full_restore(shop: Installation, postgres: PostgresServer) -> None:
    sales = last_sales(load_settings().folder)
    assert sales is not None
    end = sales.backup.dumped_at.replace(tzinfo=None)
    with restored(postgres, sales.backup.path, "UTF8") as connection:
        connection.execute(LINES, {"end": end})
        units = connection.execute(SUMS.format(key="kodeitem, satuan")).fetchall()
        items = connection.execute(SUMS.format(key="kodeitem")).fetchall()
    assert len(items) > 300
    assert rows_of(shop, UNITS) == set(units)
    assert rows_of(shop, ITEMS) == {(code, max(sold, 0), max(week, 0), *rest) for code, sold, week, *rest in items}


def rows_of(shop: Installation, name: str) -> set[tuple[Any, ...]]:
    (file,) = (shop.data / "sales").glob(f"*/{name}")
    return {tuple(row.values()) for row in parquet.read_table(file).to_pylist()}


def test_most_lines_were_asked_at_a_published_price(shop: Installation) -> None:
    sales = last_sales(load_settings().folder)
    assert sales is not None
    agreement = sales.agreement
    assert {share.system for share in agreement.systems} == {"O", "S", "L", "J"}
    assert agreement.share is not None
    assert 0.93 < agreement.share < 0.99
    assert 0 < len(agreement.worst) <= 20
    assert sum(row[4] for row in rows_of(shop, ASKED)) >= agreement.compared > 2_000


def test_the_next_catalogue_carries_the_sales_of_the_earlier_backup(
    shop: Installation, postgres: PostgresServer
) -> None:
    before = last_sales(load_settings().folder)
    assert before is not None
    assert shop.query("SELECT count(terjual_90), count(terakhir_terjual) FROM products") == [(0, 0)]
    again = run_toko("sync")
    assert "Nothing new" in again.output, "a catalogue was published only for the sales"
    write_sample_backup(postgres, shop.inbox / "i5_BARU.i5bu", products=600, history=0, seed=4, photos=0)
    assert run_toko("sync").status == 0
    ((products, known, sold, dated),) = shop.query(
        "SELECT count(*), count(terjual_90), count(*) FILTER (WHERE terjual_90 > 0), count(terakhir_terjual) "
        "FROM products"
    )
    assert products == known
    assert 0 < sold <= dated < products
    catalog = PublishedCatalog(shop.catalog or Path())
    assert catalog.sales.until == before.backup.dumped_at
    assert catalog.sales.agreement is not None
    assert catalog.sales.agreement.compared == before.agreement.compared
    best = catalog.sales.best(90)[0]
    found = catalog.sales.of(best)
    assert found is not None
    ((code, quantity, last),) = shop.query(
        f"SELECT kodeitem, terjual_90, terakhir_terjual FROM products WHERE product_id = {best}"
    )
    assert (found.terjual_90, found.terakhir) == (quantity, last)
    assert (code, quantity) in {(row[0], row[1]) for row in rows_of(shop, ITEMS)}
