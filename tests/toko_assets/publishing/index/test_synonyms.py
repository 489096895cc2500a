"""The shop's own synonyms: they are in the published index, and whatever is wrong with them, prices are published."""

import logging
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.toko_assets.publishing.beside import WORKER
from tests.toko_assets.publishing.exports import write_tables
from tests.toko_assets.publishing.history.shops import START, a_backup
from toko_assets.cli.doctor.finding import Mark
from toko_assets.cli.doctor.setup import look_at_synonyms
from toko_assets.common.checks import Outcome
from toko_assets.common.records import PriceHistory, ProductExport, write_record
from toko_assets.common.settings import load_settings
from toko_assets.publishing.guards.limits import Limits
from toko_assets.publishing.publish import Publication, publish_export
from toko_assets.publishing.served import CATALOG_RECORD
from toko_core.catalog.reader import PublishedCatalog
from toko_core.files import DataFolder

NAMES = ["KELAPA TUA BUTIR", "KOPI TUGU LUWAK 200GR", "GULA PASIR 1KG", "KELAPA PARUT 250GR", "SANTAN KARA 65ML"]
GOOD = "kentes, kelapa tua\nkopi kampung, kopi tugu luwak\n"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sinonim.txt"


def an_export(folder: DataFolder, names: Sequence[str] = NAMES) -> ProductExport:
    backup, codes = a_backup("0.i5bu", 0), [f"{number:03}" for number in range(len(names))]
    prices: dict[str, Sequence[Any]] = {
        "kodeitem": codes,
        "satuan": ["PCS"] * len(names),
        "hargajual": [Decimal(1000)] * len(names),
    }
    products: dict[str, Sequence[Any]] = {"kodeitem": codes, "namaitem": list(names), "dijual": [True] * len(names)}
    tables = write_tables(folder.exports / backup.id, {"products": products, "prices": prices})
    counts = {"products": len(names), "prices": len(names), "barcodes": 0, "stock": 0, "photos": 0}
    return ProductExport(backup, tables, counts, folder.exports / "prices.csv")


def publish(folder: DataFolder, synonyms: Path | None) -> Publication:
    export = an_export(folder)
    publication = publish_export(
        folder,
        export,
        PriceHistory(export.backup, folder.history, 1, len(NAMES), START),
        limits=Limits(),
        keep=5,
        log=logging.getLogger(__name__),
        worker=WORKER,
        synonyms=synonyms,
    )
    if publication.catalog:
        write_record(folder.records, CATALOG_RECORD, publication.catalog)
    return publication


def check(publication: Publication) -> Outcome:
    (outcome,) = (each for each in publication.outcomes if each.name == "synonyms_understood")
    return outcome


def first_hit(publication: Publication, text: str) -> str:
    assert publication.catalog is not None
    catalog = PublishedCatalog(publication.catalog.file)
    return catalog.products.name(catalog.index.search(text)[0].row)


@pytest.mark.parametrize("large", [0, 1_000_000], ids=["by the worker", "by this process"])
def test_a_shops_own_words_find_its_products(
    folder: DataFolder, file: Path, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toko_assets.publishing.publish.WORTH_A_WORKER", large)
    file.write_text(GOOD)
    publication = publish(folder, file)
    assert first_hit(publication, "kentes") == "KELAPA TUA BUTIR"
    assert first_hit(publication, "kopi kampung") == "KOPI TUGU LUWAK 200GR"
    assert check(publication).passed
    assert check(publication).summary == "SYNONYMS_FILE: 2 lines count."


def test_other_synonyms_make_another_catalogue_and_the_same_ones_do_not(folder: DataFolder, file: Path) -> None:
    def is_new() -> bool:
        catalog = publish(folder, file).catalog
        assert catalog is not None
        return catalog.is_new

    assert is_new()  # without the file
    assert not is_new()
    file.write_text(GOOD)
    assert is_new()
    assert not is_new()
    file.write_text(GOOD + "panci, kuwali\n")
    assert is_new()


@pytest.mark.parametrize(
    "content",
    [
        b"gula\n",
        b"\xff\xfe\x00gula, sugar\n",
        b"\0" * 300_000,
        b"a > b > c\n\x1b[2J, \xe2\x80\xae\n",
        # Every word of the shop for every other one: absurd, but only the shop's own concern.
        ("kelapa, tua, butir, kopi, tugu, luwak, gula, pasir, parut, santan, kara\n" * 50).encode(),
    ],
    ids=["one word", "UTF-16", "huge", "signs", "all the same"],
)
def test_whatever_the_file_holds_the_prices_are_published(folder: DataFolder, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    publication = publish(folder, file)
    assert publication.catalog is not None
    assert not check(publication).blocking


def test_a_bad_line_warns_and_the_others_count(folder: DataFolder, file: Path) -> None:
    file.write_text(GOOD + "gula\n")
    publication = publish(folder, file)
    outcome = check(publication)
    assert (outcome.passed, outcome.blocking, outcome.count) == (False, False, 1)
    assert outcome.rows["problem"].tolist() == ["line 3 needs at least two different words, with a comma between them"]
    assert "2 lines count, 1 problem." in outcome.summary
    assert first_hit(publication, "kentes") == "KELAPA TUA BUTIR"


def test_a_fifo_in_the_place_of_the_file_does_not_hold_up_the_chain(folder: DataFolder, file: Path) -> None:
    os.mkfifo(file)
    publication = publish(folder, file)
    assert publication.catalog is not None
    assert check(publication).rows["problem"].tolist() == ["the file is not a regular file"]


def test_a_shop_without_synonyms_of_its_own_has_no_warning_and_no_line(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(publish(folder, None)).passed
    monkeypatch.delenv("SYNONYMS_FILE", raising=False)
    assert list(look_at_synonyms(load_settings())) == []


def test_doctor_shows_what_the_next_sync_will_make_of_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> list[tuple[Mark, str]]:
        return [(finding.mark, finding.said) for finding in look_at_synonyms(load_settings())]

    monkeypatch.setenv("SYNONYMS_FILE", str(file))
    assert said() == [(Mark.NOTE, f"SYNONYMS_FILE: {file} cannot be read: No such file or directory")]
    file.write_text("# nothing yet\n")
    assert said() == [(Mark.NOTE, f"SYNONYMS_FILE: {file} has no synonyms, only comments or blank lines")]
    file.write_text(GOOD)
    assert said() == [(Mark.GOOD, "SYNONYMS_FILE: 2 lines count")]
    file.write_text(GOOD + "gula\n" * 7)
    assert [mark for mark, _ in said()] == [Mark.NOTE] * 6 + [Mark.GOOD]
    assert said()[0][1] == "SYNONYMS_FILE: line 3 needs at least two different words, with a comma between them"
    assert said()[5][1] == "SYNONYMS_FILE: 2 more problems; the check synonyms_understood shows them."
    monkeypatch.chdir(file.parent)
    monkeypatch.setenv("SYNONYMS_FILE", file.name)
    assert load_settings().synonyms == file
