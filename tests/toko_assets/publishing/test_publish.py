"""Publishing an export: what is served then, and what a check that does not pass leaves as it was."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from numpy.typing import NDArray
from pyarrow import parquet

from tests.toko_assets.publishing.beside import WORKER
from tests.toko_assets.publishing.exports import write_tables
from tests.toko_assets.publishing.history.shops import START, a_backup
from toko_assets.common.records import PriceHistory, ProductExport, write_record
from toko_assets.publishing.guards.limits import Limits
from toko_assets.publishing.publish import Publication, publish_export
from toko_assets.publishing.served import CATALOG_RECORD, read_served
from toko_core import PermanentError
from toko_core.catalog.store import CURRENT, point_to
from toko_core.files import DataFolder
from toko_core.search import SearchIndex

LIMITS = Limits()
NAMES = [f"Kecap manis botol besar {name}" for name in ("Bango", "Indofood", "Nasional", "Sedap", "Piring Lombok")]
BLOCKING = {
    "counts_match_export", "product_hashes_unique", "search_finds_products", "products_not_lost", "prices_not_replaced",
    "prices_not_jumped", "items_not_below_cost", "items_not_unpriced", "groups_not_at_zero",
}  # fmt: skip


def an_export(folder: DataFolder, names: Sequence[str], day: int = 0) -> ProductExport:
    """Of that day's backup, in which every product costs 1,000 and the day."""
    backup, codes = a_backup(f"{day}.i5bu", day), [f"{number:03}" for number in range(len(names))]
    products: dict[str, Sequence[Any]] = {"kodeitem": codes, "namaitem": list(names), "dijual": [True] * len(names)}
    prices: dict[str, Sequence[Any]] = {
        "kodeitem": codes,
        "satuan": ["PCS"] * len(names),
        "hargajual": [Decimal(1000 + day)] * len(names),
    }
    tables = write_tables(folder.exports / backup.id, {"products": products, "prices": prices})
    counts = {"products": len(names), "prices": len(names), "barcodes": 0, "stock": 0, "photos": 0}
    return ProductExport(backup, tables, counts, folder.exports / "prices.csv")


def build_index_of_other_names(export: Path, _: Path | None) -> dict[str, NDArray[Any]]:
    products = parquet.read_table(export / "products.parquet", columns=["namaitem"])
    return SearchIndex.build([f"lain {row}" for row in range(len(products))]).to_arrays()


def publish(folder: DataFolder, export: ProductExport, limits: Limits = LIMITS) -> Publication:
    """As the chain does, with a history of this backup alone; leaves no temporary file."""
    history = PriceHistory(export.backup, folder.history, 1, len(NAMES), START)
    log = logging.getLogger(__name__)
    publication = publish_export(folder, export, history, limits=limits, keep=5, log=log, worker=WORKER)
    assert not list(folder.catalog.glob("*.part"))
    if publication.catalog:
        write_record(folder.records, CATALOG_RECORD, publication.catalog)
    return publication


def served(folder: DataFolder) -> str:
    return (folder.catalog / CURRENT).read_text().strip()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


@pytest.mark.parametrize("large", [0, 1_000_000], ids=["by the worker", "by this process"])
def test_a_catalogue_is_served_and_the_next_one_says_what_changed(
    folder: DataFolder, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toko_assets.publishing.publish.WORTH_A_WORKER", large)
    first = publish(folder, an_export(folder, NAMES[:4]))
    assert first.catalog is not None
    assert (first.catalog.is_new, first.diff) == (True, None)
    second = publish(folder, an_export(folder, NAMES, day=1))
    assert second.catalog is not None
    assert second.catalog.file.name == served(folder) != first.catalog.file.name
    assert second.diff is not None
    assert (second.diff.new, second.diff.gone, second.diff.prices_changed) == (1, 0, 4)
    assert {outcome.name for outcome in second.outcomes if outcome.blocking and outcome.passed} == BLOCKING
    assert list(second.seconds) == ["build", "verify", "search"]


def test_an_index_that_finds_nothing_is_not_published_by_the_worker_either(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toko_assets.publishing.publish.WORTH_A_WORKER", 0)
    monkeypatch.setattr("toko_assets.publishing.build.build_index", build_index_of_other_names)
    publication = publish(folder, an_export(folder, NAMES))
    assert publication.catalog is None
    assert [outcome.name for outcome in publication.outcomes if outcome.stops] == ["search_finds_products"]


def test_what_is_served_already_is_not_published_again(folder: DataFolder) -> None:
    first, again = (publish(folder, an_export(folder, NAMES)).catalog for _ in range(2))
    assert first is not None
    assert again is not None
    assert (again.file, again.is_new) == (first.file, False)
    assert again.published_at == first.published_at.replace(microsecond=0)


def test_a_blocking_check_that_does_not_pass_leaves_the_served_catalogue(folder: DataFolder) -> None:
    publish(folder, an_export(folder, NAMES))
    before = served(folder)
    publication = publish(folder, an_export(folder, NAMES[:1], day=1))
    assert publication.catalog is None
    assert [outcome.name for outcome in publication.outcomes if outcome.stops] == ["products_not_lost"]
    assert served(folder) == before
    assert publish(folder, an_export(folder, NAMES[:1], day=1), limits=Limits(most_products_lost=1)).catalog is not None


def test_a_served_catalogue_that_cannot_be_read_is_not_compared_but_its_products_still_count(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    publish(folder, an_export(folder, NAMES))
    (folder.catalog / served(folder)).write_bytes(b"damaged")
    publication = publish(folder, an_export(folder, NAMES[:1], day=1))
    assert (publication.catalog, publication.diff) == (None, None)
    assert [outcome.name for outcome in publication.outcomes if outcome.stops] == ["products_not_lost"]
    assert "Prices are not compared with the last catalogue: " in caplog.text


def test_an_export_that_is_gone_or_a_history_of_another_backup_is_one_line(folder: DataFolder) -> None:
    export, other = an_export(folder, NAMES), a_backup("other", 1)
    history = PriceHistory(other, folder.history, 1, 1, START + timedelta(days=1))
    with pytest.raises(PermanentError, match="materialise price_history first"):
        publish_export(
            folder,
            export,
            history,
            limits=Limits(),
            keep=5,
            log=logging.getLogger(__name__),
            worker=WORKER,
        )
    for file in export.folder.iterdir():
        file.unlink()
    export.folder.rmdir()
    with pytest.raises(PermanentError, match="materialise exported_products first"):
        publish(folder, export)
    assert not folder.catalog.joinpath(CURRENT).exists()


class TestServed:
    def test_before_the_first_publication_nothing_is_served(self, folder: DataFolder) -> None:
        assert read_served(folder) is None

    def test_it_is_known_by_the_file_its_record_and_its_backup(self, folder: DataFolder) -> None:
        publication = publish(folder, an_export(folder, NAMES))
        served = read_served(folder)
        assert served is not None
        assert served.record == publication.catalog is not None
        assert served.problem is None
        assert (served.revision, served.backup_time) == ("0.i5bu", START)
        assert served.backup is not None
        assert served.backup.sha256 == a_backup("0.i5bu", 0).sha256

    def test_a_file_that_cannot_be_read_is_known_by_its_record_and_has_to_be_published_anew(
        self, folder: DataFolder
    ) -> None:
        publish(folder, an_export(folder, NAMES))
        (folder.catalog / (folder.catalog / CURRENT).read_text().strip()).write_bytes(b"damaged")
        served = read_served(folder)
        assert served is not None
        assert served.problem is not None
        assert served.problem.endswith("cannot be read: run `toko sync` again.")
        assert (served.info, served.revision, served.backup_time) == ({}, None, START)

    def test_a_record_of_another_catalogue_does_not_count(self, folder: DataFolder) -> None:
        first = publish(folder, an_export(folder, NAMES)).catalog
        publish(folder, an_export(folder, NAMES, day=1))
        assert first is not None
        point_to(first.file)
        served = read_served(folder)
        assert served is not None
        assert (served.record, served.revision) == (None, None)
        assert served.backup_time == START
