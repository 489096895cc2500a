"""`toko bench search` from end to end on a few names: its report, and no leftovers. No test asserts times."""

import gzip
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.search import names as names_module
from benchmarks.search.clock import LEAST_QUERIES, Question, measure
from benchmarks.search.engines import ENGINES
from benchmarks.search.names import draw_names, read_cases, read_names, sample_names
from benchmarks.search.results import COUNTED_APART, KINDS, KindScore
from benchmarks.search.run import run_benchmark
from benchmarks.search.shops import given_shop, sample_shops
from benchmarks.search.table import show_benchmark
from tests.installation import Installation

GOODS = ["INDOMIE GORENG 85GR", "INDOMIE SOTO 70GR", "AQUA GELAS 220ML", "MINYAK GORENG BIMOLI 2LTR"]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the benchmark creates its files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def shop_files(tmp_path: Path) -> list[str | Path]:
    """The options --names and --queries for a small shop. All searches of one kind have a hit, and no others."""
    names, queries = tmp_path / "catalog.csv", tmp_path / "queries.csv"
    names.write_text("barcode,name\n" + "".join(f"899,{name}\n" for name in GOODS))
    asked = [f"known,{name.lower()},{name.title()}\n" for name in GOODS]
    asked += [f"unknown,zzqqzz xxyyxx,{GOODS[0]}\n", f"short_typo,zzqqzz xxyyxx,{GOODS[0]}\n"]
    queries.write_text("kind,query,target\n" + "".join(asked))
    return ["--names", names, "--queries", queries]


def test_every_engine_is_measured_on_the_same_searches_and_nothing_is_left_behind(
    toko: Installation, tmp_path: Path, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "docs" / "picture.png"

    answer = toko.run(
        "bench", "search", "--sizes", "150", "--passes", "1", "--json", "--picture", picture, capsys=capsys
    )

    assert answer.status == 0, answer.error
    report = json.loads(answer.output)
    assert {"duckdb", "pandas", "rapidfuzz", "tantivy", "toko"} <= report["machine"]["packages"].keys()
    assert report["source"] == "names of the sample maker, seed 1"
    (case,) = report["cases"]
    assert (case["names"], case["left_out"]) == (150, [])
    assert [one["engine"] for one in case["engines"]] == [name for name in ENGINES if name not in report["missing"]]
    for one in case["engines"]:
        assert list(one["kinds"]) == list(KINDS)
        assert {name: kind["queries"] for name, kind in one["kinds"].items()} == case["kinds"]
        assert one["queries"] == case["queries"] == sum(case["kinds"].values())
        assert 0 < one["p50_ms"] <= one["p99_ms"] <= one["max_ms"]
        main = [kind["recall_at_10"] for name, kind in one["kinds"].items() if name not in COUNTED_APART]
        assert one["recall_at_10"] == pytest.approx(sum(main) / len(main), abs=1e-3)
        assert one["kinds"]["exact"]["recall_at_10"] == 1.0
        assert one["stored_bytes"] > 0
        assert one["memory_bytes"] > 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert list(temporary.iterdir()) == []
    assert not toko.data.exists()


def test_the_table_has_every_engine_and_kind_and_says_what_was_measured(
    toko: Installation, shop_files: list[str | Path], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = toko.run("bench", "search", *shop_files, "--engines", "tantivy,pandas", "--passes", "2", capsys=capsys)

    assert answer.status == 0, answer.error
    assert "4 names, 6 searches" in answer.output
    assert "p50 p99 max recall MRR build load memory queries" in answer.output
    assert "all × 2" in answer.output
    assert "short_typo 0.000 0.000 1 known 1.000 1.000 4 unknown 0.000 0.000 1 MRR by kind" in answer.output
    assert "names of catalog.csv, searches of queries.csv" in answer.output
    for name in ("tantivy", "pandas"):
        assert f"{name}: {ENGINES[name].setting}." in answer.output
    assert "4 names: tantivy: p50 " in answer.error


def test_the_mean_excludes_the_kinds_that_are_counted_separately(
    toko: Installation, shop_files: list[str | Path], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = toko.run("bench", "search", *shop_files, "--engines", "tantivy", "--json", capsys=capsys)

    (one,) = json.loads(answer.output)["cases"][0]["engines"]
    assert (one["recall_at_10"], one["mrr"]) == (0.5, 0.5)


def test_an_engine_that_is_too_slow_at_a_size_is_left_out_with_a_note(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engines = [ENGINES["tantivy"], replace(ENGINES["fts5"], most_names=110)]
    quiet = Console(quiet=True)

    benchmark = run_benchmark(sample_shops([100, 120], seed=1), engines, 1, everywhere=False, console=quiet)

    assert [(case.names, case.left_out) for case in benchmark.cases] == [(100, ()), (120, ("fts5",))]
    assert [one.names for one in benchmark.engines["fts5"]] == [100]
    show_benchmark(benchmark, Console(width=100))
    assert "fts5 is left out at this size: too slow. --engines fts5 measures it." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "recall", "mrr"),
    [
        ([7, 1, 2], 1.0, 1.0),
        ([1, 2, 7], 1.0, 1 / 3),
        ([8], 1.0, 1.0),  # another product with the same name
        ([1, 2, 3, 4, 5, 6, 10, 11, 12, 7], 1.0, 0.1),
        ([1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 7], 0.0, 0.0),  # the eleventh
        ([], 0.0, 0.0),
    ],
)
def test_a_hit_is_the_target_among_the_first_ten(rows: list[int], recall: float, mrr: float) -> None:
    _, scores = measure(lambda _: rows, [Question("exact", "indomie", frozenset({7, 8}))], passes=1)

    assert scores == (KindScore("exact", 1, recall, mrr),)


def test_a_slow_engine_gets_fewer_passes_and_then_only_a_sample_of_the_searches() -> None:
    questions = [Question("exact", str(number), frozenset({number})) for number in range(LEAST_QUERIES + 5)]

    def of_budget(seconds: float) -> tuple[int, int]:
        latency, (score,) = measure(lambda text: [int(text)], questions, passes=3, budget=seconds)
        assert score.queries == latency.queries
        return latency.queries, latency.passes

    assert of_budget(3600.0) == (len(questions), 3)
    assert of_budget(0.0) == (LEAST_QUERIES, 1)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--names", "missing.csv"], "No such file or directory: missing.csv"),
        (["--names", "wrong.csv"], "wrong.csv has no column name: its first line must name the columns."),
        (["--names", "empty.txt"], "empty.txt has no names."),
        (["--names", "broken.txt.gz"], "broken.txt.gz is not a complete gzip file."),
        (["--names", "latin.txt"], "latin.txt is not UTF-8 text."),
        (["--names", "good.csv", "--sizes", "200"], "good.csv has 4 different names, but --sizes needs 200."),
        (["--queries", "wrong.csv"], "--queries needs --names: the file with the names to search in."),
        (["--names", "good.csv", "--queries", "good.csv", "--sizes", "100"],
         "--sizes cannot be used with --queries, which are searches in all of the names."),
        (["--names", "good.csv", "--queries", "good.csv"],
         "good.csv has no column kind, query, target: its first line must name the columns."),
        (["--names", "good.csv", "--queries", "other.csv"],
         "other.csv: the target 'SUPERMI' is not among the names."),
        (["--names", "words.txt"],
         "No searches can be made from these names: hardly any has three words or more."),
        (["--sizes", "many"], "--sizes takes whole numbers, such as 10000,100000, not 'many'."),
        (["--sizes", "10"], "--sizes takes numbers from 100 to 5,000,000, not 10."),
        (["--engines", "toko,lucene"], f"--engines: there is no 'lucene'; the engines are {', '.join(ENGINES)}."),
    ],
)  # fmt: skip
def test_a_wrong_option_is_a_one_line_error(
    toko: Installation, tmp_path: Path, options: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong.csv").write_text("kode,nama\n1,INDOMIE\n")
    (tmp_path / "good.csv").write_text("name\n" + "\n".join(GOODS))
    (tmp_path / "other.csv").write_text("kind,query,target\nexact,supermi,SUPERMI\n")
    (tmp_path / "words.txt").write_text("7 UP\nA 1\n")
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "latin.txt").write_bytes("CAFÉ".encode("latin-1"))
    (tmp_path / "broken.txt.gz").write_bytes(gzip.compress(b"INDOMIE\n" * 1000)[:30])

    answer = toko.run("bench", "search", "--engines", "tantivy", *options, capsys=capsys)

    assert (answer.status, answer.output) == (1, "")
    assert answer.error.splitlines()[-1] == f"toko: {error}"


@pytest.mark.parametrize(
    ("package", "options", "error"),
    [
        ("tantivy", [], "The package tantivy is missing: run `make clean install`."),
        ("matplotlib", ["--picture", "picture.png"],
         "The package matplotlib is missing: run `make clean install`, or leave out --picture."),
    ],
)  # fmt: skip
def test_a_missing_package_is_a_one_line_error_before_anything_is_measured(
    toko: Installation,
    package: str,
    options: Sequence[str],
    error: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    answer = toko.run("bench", "search", "--sizes", "100", *options, capsys=capsys)

    assert (answer.status, answer.output, answer.error) == (1, "", f"toko: {error}")


def test_an_engine_that_fails_is_a_one_line_error(
    toko: Installation,
    shop_files: list[str | Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("benchmarks.search.run.WORKER", "benchmarks.search.missing")

    answer = toko.run("bench", "search", *shop_files, "--engines", "tantivy", capsys=capsys)

    assert answer.status == 1
    assert "toko: tantivy with 4 names: benchmarks.search.missing failed: " in answer.error


@pytest.mark.parametrize("write", [Path.write_bytes, lambda file, data: file.write_bytes(gzip.compress(data))])
def test_names_are_a_csv_column_or_lines_compressed_or_not(tmp_path: Path, write: Callable[[Path, bytes], int]) -> None:
    ending = "" if write is Path.write_bytes else ".gz"
    table, lines = tmp_path / f"names.csv{ending}", tmp_path / f"names.txt{ending}"
    write(table, 'barcode,name,source\n1,"Teh, Botol 350ml",x\n2,,x\n3,AQUA,x\n4,aqua,x\n'.encode("utf-8-sig"))
    write(lines, b"Teh, Botol 350ml\n\nAQUA\r\naqua\n")

    assert read_names(table) == ["Teh, Botol 350ml", "AQUA"]
    assert read_names(lines) == ["Teh, Botol 350ml", "AQUA"]


def test_the_searches_of_a_file_use_all_names_of_the_other(shop_files: list[str | Path]) -> None:
    _, names, _, queries = map(Path, shop_files)

    shops = given_shop(names, queries)

    assert list(shops.by_size) == [len(GOODS)]
    assert shops.by_size[len(GOODS)]().cases == read_cases(queries, GOODS)


def test_the_same_seed_draws_the_same_names() -> None:
    names = sample_names(300, seed=1)

    assert draw_names(names, 100, seed=1) == draw_names(names, 100, seed=1)
    assert draw_names(names, 100, seed=1) != draw_names(names, 100, seed=2)
    assert set(draw_names(names, 100, seed=1)) <= set(names)


def test_beyond_the_sample_names_the_same_goods_come_in_further_packs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names_module, "MOST_PRODUCTS", 200)

    names = sample_names(500, seed=1)

    assert len({name.casefold() for name in names}) == len(names) == 500
