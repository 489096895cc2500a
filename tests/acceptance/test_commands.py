"""The `toko` command besides sync: search, the single steps, and settings that are wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.places import House, installed, published_files, run_toko
from tests.acceptance.rows import item, price, unit
from tests.backups import Shop, a_shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

GOODS = Shop(
    items=[
        item("TEH", "O", namaitem="TEH PUCUK 350ML", hargapokok=2500, hargajual1=3000),
        item("SABUN", "S", namaitem="SABUN LUX 85G", hargapokok=3150),
        item("GULA", "L", namaitem="GULA GULAKU 1KG", hargapokok=14500),
        item("MIE", "J", namaitem="INDOMIE GORENG", hargapokok=2650),
        item("KOPI", "O", namaitem="KOPI [bold]KAPAL[/bold] API", hargapokok=None, hargajual1=0),
    ],
    units=[unit("SABUN", "PCS"), unit("SABUN", "DUS", 48, hargapokok=150000)],
    prices=[
        price("SABUN", "PCS", 3750),
        price("SABUN", "DUS", 172500),
        price("GULA", "PCS", 17250, level=1),
        price("GULA", "PCS", 16900, level=2),
        price("MIE", "PCS", "3100", jmlsampai=11),
        price("MIE", "PCS", "2999.5", jmlsampai=39),
    ],
)


@pytest.fixture(scope="module")
def dump(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_backup(postgres, tmp_path_factory.mktemp("dumps") / "toko.i5bu", a_shop())


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with house.serving(write_backup(postgres, tmp_path_factory.mktemp("searched") / "goods.i5bu", GOODS)) as toko:
        yield toko


@pytest.fixture
def searched(shop: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The shop, whatever the installation of the test before was."""
    monkeypatch.setenv("TOKO_DATA_DIR", str(shop.data))
    return shop


@pytest.mark.usefixtures("searched")
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("teh pucuk", ["TEH PUCUK 350ML", "PCS", "Rp3.000", "Rp2.500"]),
        ("sabun", ["SABUN LUX 85G", "PCS", "Rp3.750", "Rp3.150", "DUS", "48", "Rp172.500", "Rp150.000"]),
        ("gulaku", ["GULA GULAKU 1KG", "1", "Rp17.250", "2", "Rp16.900", "Rp14.500"]),
        ("indomie", ["INDOMIE GORENG", "11", "Rp3.100", "11", "Rp2.999,5", "Rp2.650"]),
        ("kapal", ["KOPI [bold]KAPAL[/bold] API", "PCS", "harga belum diisi"]),
    ],
    ids=["one price", "units", "levels", "quantities", "unpriced"],
)
def test_a_search_shows_the_product_with_every_unit_level_quantity_price_and_cost(words: str, shown: list[str]) -> None:
    answer = run_toko("search", *words.split())
    assert answer.status == 0
    rest = answer.output  # the name first, the rest behind it
    for text in shown:
        _, found, behind = rest.partition(text)
        assert found, f"{text!r} is not in {rest!r}"
        rest = behind if text == shown[0] else rest


@pytest.mark.usefixtures("searched")
def test_levels_and_quantities_are_told_apart() -> None:
    assert "level 1" in run_toko("search", "gulaku").output.lower()
    quantities = run_toko("search", "indomie").output.lower()
    assert "level" not in quantities
    assert "11" in quantities


@pytest.mark.usefixtures("searched")
@pytest.mark.parametrize("words", ["zzzzqq", "???", "x" * 500, "日本", "' OR 1=1 --"])
def test_a_search_of_anything_is_answered_without_an_error(words: str) -> None:
    answer = run_toko("search", words)
    assert answer.status in (0, 1)
    assert "Traceback" not in answer.error


@pytest.mark.usefixtures("searched")
def test_a_search_shows_no_more_products_than_asked() -> None:
    assert "TEH PUCUK" in run_toko("search", "pucuk", "--limit", "1").output


@pytest.mark.parametrize(
    ("command", "says"), [(("search", "teh"), "toko sync"), (("extract",), "raw_backup")], ids=["search", "extract"]
)
def test_a_step_without_what_it_needs_ends_with_one_line_that_says_what_to_do(
    tmp_path: Path, command: tuple[str, ...], says: str
) -> None:
    with installed(tmp_path):
        answer = run_toko(*command)
    assert answer.status == 1
    (line,) = [line for line in answer.error.splitlines() if line.startswith("toko:")]
    assert says in line
    assert "Traceback" not in answer.error


@pytest.fixture(scope="module")
def stepped(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[set[str], int]]]:
    """What there was after each of the single steps: the folders with files in them, and the catalogues."""
    seen = {}
    with installed(tmp_path_factory.mktemp("stepped")) as toko:
        toko.inbox.mkdir(parents=True)
        (toko.inbox / "toko.i5bu").write_bytes(dump.read_bytes())
        for step in ("download", "extract"):
            assert run_toko(step).status == 0
            records = {file.stem for file in (toko.data / "records").glob("*.json")}
            seen[step] = records, len(published_files(toko))
        yield seen


def test_download_only_takes_the_backup(stepped: dict[str, tuple[set[str], int]]) -> None:
    assert stepped["download"] == ({"headers", "raw_backup"}, 0)


def test_extract_only_restores_and_exports(stepped: dict[str, tuple[set[str], int]]) -> None:
    assert stepped["extract"] == ({"headers", "raw_backup", "restored_database", "exported_products"}, 0)


def test_cleanup_removes_what_is_over_the_limits_and_keeps_what_is_served(tmp_path: Path) -> None:
    with installed(tmp_path, KEEP_CATALOGS="2", KEEP_BACKUPS="1", MAX_CSV_FILES="2") as toko:
        for folder in ("catalog", "backups", "exports"):
            (toko.data / folder).mkdir(parents=True)
        names = [f"catalog-2026010{n}T000000.000Z-{n:012x}.duckdb" for n in range(1, 6)]
        for name in names:
            (toko.data / "catalog" / name).touch()
        (toko.data / "catalog" / "CURRENT").write_text(names[0] + "\n")
        for n in range(1, 6):
            (toko.data / "exports" / f"2026010{n}_000000.csv").touch()
            (toko.data / "backups" / f"2026010{n}-000000-{n:012x}.i5bu").touch()
        answer = run_toko("cleanup")
        assert answer.status == 0
        kept = published_files(toko)
        assert names[0] in kept, "what CURRENT names is gone"
        assert names[-1] in kept
        assert len(kept) <= 3
        assert len(list((toko.data / "exports").glob("*.csv"))) == 2
        assert [p.name for p in (toko.data / "backups").iterdir()] == ["20260105-000000-000000000005.i5bu"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_TIMEZONE", "Mars/Base"),
        ("KEEP_BACKUPS", "0"),
        ("KEEP_CATALOGS", "many"),
        ("MAX_CSV_FILES", "-1"),
        ("SEARCH_RESULTS_LIMIT", "0"),
    ],
)
@pytest.mark.parametrize("origin", ["environment", "file"])
def test_a_wrong_setting_is_one_line_that_names_it_before_any_work(
    tmp_path: Path, dump: Path, origin: str, name: str, value: str
) -> None:
    with installed(tmp_path) as toko, pytest.MonkeyPatch.context() as patch:
        if origin == "file":
            patch.delenv(name, raising=False)
            (tmp_path / ".env").write_text(f"{name}={value}\n")
        else:
            patch.setenv(name, value)
        answer = run_toko("sync", "--backup", dump)
        assert answer.status == 1
        assert len(answer.error.splitlines()) == 1, answer.error
        assert name in answer.error
        assert not (toko.data / "backups").exists()


def test_each_command_explains_itself() -> None:
    said = run_toko("--help").output
    for command in ("demo", "sync", "search", "sample-backup", "download", "extract", "cleanup"):
        assert command in said
        assert run_toko(command, "--help").status == 0
