"""`toko bench search --judged`: grades by judgements, and the figures of engines."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.search.engines import ENGINES
from benchmarks.search.judged import Judged, read_judged
from benchmarks.search.run import run_benchmark
from benchmarks.search.shops import sample_shops
from benchmarks.search.table import show_benchmark
from tests.installation import Installation

NAMES = ["SABUN MELATI 80GR", "Sabun Mawar 80gr", "SIKAT GIGI HALUS", "SABUN COLEK EKONOMI", "TEH MELATI 50GR"]


def line(query: str, full: str | None = None, partly: str | None = None, no: str | None = None, **more: Any) -> str:
    expressions = {key: [text] if text else [] for key, text in (("grade2", full), ("grade1", partly), ("not", no))}
    return json.dumps({"id": query, "q": query, "group": "words", "n2": 0, "n1": 0} | expressions | more)


JUDGED = [
    line("sabun melati", "sabun melati", "sabun", n2=1, n1=2),
    line("sabun mandi", "^sabun", no="colek", n2=2),
    line("teh melati", "teh", group="order", n2=1),
    line("zzqqzz", group="nothing"),
]


@pytest.fixture
def judged_file(tmp_path: Path) -> Path:
    file = tmp_path / "judged.jsonl"
    file.write_text("\n".join([*JUDGED, ""]))
    return file


@pytest.fixture
def judged(judged_file: Path) -> Judged:
    return Judged.on(read_judged(judged_file), NAMES)


def test_names_are_graded_by_the_expressions_and_not_wins(judged: Judged) -> None:
    assert judged.grades == ({0: 2, 1: 1, 3: 1}, {0: 2, 1: 2}, {4: 2}, {})
    assert judged.differing == 0


def test_judgements_on_other_names_are_noticed(judged: Judged) -> None:
    assert Judged.on(judged.judgements, NAMES[1:]).differing == 2


def test_the_best_answers_have_the_best_figures(judged: Judged) -> None:
    score = judged.score([[0, 1, 3], [1, 0], [4, 0], []])
    assert (score.success_at_1, score.success_at_5, score.ndcg_at_10) == (1, 1, 1)
    assert (score.queries, score.empty, score.nothing, score.nothing_empty) == (3, 0, 1, 1)
    assert [(group.group, group.first, group.queries) for group in score.groups] == [("words", 2, 2), ("order", 1, 1)]


def test_worse_answers_have_worse_figures(judged: Judged) -> None:
    score = judged.score([[1, 0], [2, 3, 4, 2, 3, 0], [], [3]])
    assert score.success_at_1 == 0
    assert score.success_at_5 == pytest.approx(1 / 3)
    assert (score.empty, score.nothing_empty) == (1, 0)
    first = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3) + 1 / 2)
    second = (3 / math.log2(7)) / (3 + 3 / math.log2(3))
    assert score.ndcg_at_10 == pytest.approx((first + second) / 3)


def test_engines_are_scored_on_all_names_next_to_their_recall(
    toko: Installation, judged_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("\n".join([*NAMES, *(f"BARANG LAIN NOMOR {number}" for number in range(100))]))
    options = ("--names", names, "--judged", judged_file, "--engines", "tantivy,toko", "--passes", "1", "--json")

    answer = toko.run("bench", "search", *options, capsys=capsys)

    assert answer.status == 0, answer.error
    report = json.loads(answer.output)
    assert report["source"] == "names of names.txt, seed 1, judged searches of judged.jsonl"
    (case,) = report["cases"]
    assert case["names"] == len(NAMES) + 100
    assert [one["engine"] for one in case["engines"]] == ["toko", "tantivy"]
    for one in case["engines"]:
        score = one["judged"]
        assert (score["queries"], score["nothing"]) == (3, 1)
        assert 0 <= score["success_at_1"] <= score["success_at_5"] <= 1
        assert score["groups"]["order"] == {"queries": 1, "first": 1}, one["engine"]
        assert 0 < score["p50_ms"] <= score["p99_ms"]
        assert one["recall_at_10"] > 0


def test_the_table_has_the_judged_figures_and_says_what_was_not_judged_on_these_names(
    toko: Installation, judged_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("\n".join([*NAMES, "SABUN LAIN SEKALI"]))
    options = ("--names", names, "--judged", judged_file, "--engines", "tantivy", "--passes", "1")

    answer = toko.run("bench", "search", *options, capsys=capsys)

    assert answer.status == 0, answer.error
    assert "success@1 success@5 nDCG@10 empty nothing recall p50 p99" in answer.output
    assert "tantivy 1.000 1.000 0.9" in answer.output
    assert "0/3 1/1" in answer.output
    assert "order 1 1" in answer.output
    assert "2 of the judged searches were judged on other names than these." in answer.output


def test_an_engine_whose_program_is_missing_is_left_out_and_the_table_says_what_it_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engines = [ENGINES["tantivy"], replace(ENGINES["pg_trgm"], missing=lambda: "needs another program")]

    benchmark = run_benchmark(sample_shops([100], seed=1), engines, 1, everywhere=False, console=Console(quiet=True))

    assert [one.engine for one in benchmark.cases[0].measured] == ["tantivy"]
    assert benchmark.as_json()["missing"] == {"pg_trgm": "needs another program"}
    show_benchmark(benchmark, Console(width=100))
    assert "pg_trgm is left out: it needs another program." in capsys.readouterr().out


def test_a_named_engine_whose_program_is_missing_is_a_one_line_error(
    toko: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.search.engines.pg_trgm.EXTENSION", tmp_path / "pg_trgm.control")

    answer = toko.run("bench", "search", "--engines", "toko,pg_trgm", capsys=capsys)

    assert (answer.status, answer.output) == (1, "")
    assert answer.error == (
        "toko: --engines: pg_trgm needs pg_trgm in Debian's PostgreSQL 15: apt-get install postgresql-15."
    )


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\n\n", "has no searches."),
        (b"\xff", "is not UTF-8 text."),
        (f"{JUDGED[0]}\n{{}}".encode(), "line 2: this is no judged search (KeyError('grade2'))."),
        (b"teh", "line 1: this is no judged search (JSONDecodeError("),
        (line("teh", "(").encode(), "line 1: this is no judged search ("),
    ],
)
def test_a_file_that_holds_no_judged_searches_is_a_one_line_error(
    toko: Installation, tmp_path: Path, content: bytes, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "judged.jsonl"
    file.write_bytes(content)

    answer = toko.run("bench", "search", "--judged", file, "--engines", "tantivy", capsys=capsys)

    assert (answer.status, answer.output) == (1, "")
    assert error in answer.error
    assert str(file) in answer.error
    assert len(answer.error.splitlines()) == 1
