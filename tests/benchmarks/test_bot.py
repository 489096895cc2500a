"""`toko bench bot` from end to end on a tiny shop: its report, and no leftovers. No test asserts times."""

import json
from pathlib import Path

import pytest

from benchmarks.bot.people import Answer, Asked
from benchmarks.bot.results import Memory
from benchmarks.bot.shop import Question
from benchmarks.bot.verdict import judge
from tests.installation import Installation

TINY = ["--users", "20", "--searches", "60", "--rate", "20", "--products", "150", "--swaps", "2"]
BUDI, SITI = 1, 2
RICE, SUGAR = Question("beras", ((1000, 2000),)), Question("gula", ((1010, 2010),))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the benchmark creates its files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_every_search_gets_one_correct_answer_and_nothing_is_left_behind(
    toko: Installation, temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRICE_ROUNDING", "1000")  # the settings of a shop must not affect the measurement

    answer = toko.run("bench", "bot", *TINY, "--json", capsys=capsys)

    assert answer.status == 0, answer.error
    report = json.loads(answer.output)
    assert report["settings"]["TELEGRAM_RATE_LIMIT"] == "0"
    assert report["plan"] == {"users": 20, "searches": 60, "rate": 20, "products": 150, "swaps": 2, "burst": 200}
    for phase, searches in (("steady", 60), ("burst", 200)):
        figures = report[phase]
        assert (figures["searches"], figures["answers"]) == (searches, searches)
        wrong = [figures[name] for name in ("lost", "doubled", "mixed_up", "of_two_catalogues")]
        assert (wrong, figures["examples"]) == ([0, 0, 0, 0], [])
        for side in ("inside", "outside"):
            times = figures[side]
            assert times["count"] == searches
            assert 0 < times["p50_ms"] <= times["p99_ms"] <= times["max_ms"]
    assert report["swaps"]["published"] == 2
    assert report["swaps"]["refused"] == 0
    assert report["complaints"] == []
    assert 0 < report["memory_bytes"]["start"] <= report["memory_bytes"]["peak"]
    assert list(temporary.iterdir()) == []
    assert not toko.data.exists()


def test_a_rate_above_the_limit_per_person_is_rejected(toko: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    answer = toko.run("bench", "bot", "--users", "10", "--rate", "100", capsys=capsys)

    assert (answer.status, answer.output) == (1, "")
    assert "--rate 100 needs --users 67 or more" in answer.error


def test_lost_doubled_and_mixed_up_answers_are_counted() -> None:
    asked = [Asked(who, what, 0.0, 0.0) for who, what in ((BUDI, RICE), (BUDI, RICE), (SITI, SUGAR), (SITI, RICE))]
    texts = [
        (BUDI, "🔎 beras\n\n1. BERAS\nPCS  Rp1.003\nDUS  Rp2.003"),
        (BUDI, "🔎 gula\n\n1. GULA\nPCS  Rp1.010\nDUS  Rp2.010"),  # Budi did not send this query
        (SITI, "🔎 gula\n\n1. GULA\nPCS  Rp1.010\nDUS  Rp2.010"),
        (SITI, "🔎 gula\n\n1. GULA\nPCS  Rp1.010\nDUS  Rp2.010"),  # a second time
        (SITI, "🔎 beras\n\n1. BERAS\nPCS  Rp1.003\nDUS  Rp2.004"),  # with prices of two catalogues
    ]

    verdict, seen = judge(asked, [Answer(user, text, 0.5) for user, text in texts])

    assert (verdict.searches, verdict.answers) == (4, 5)
    assert (verdict.lost, verdict.doubled, verdict.mixed_up, verdict.of_two_catalogues) == (1, 1, 1, 1)
    assert len(verdict.examples) == 3
    assert (seen.count, seen.p50) == (3, 0.5)


def test_the_other_unit_may_be_missing_but_not_the_base_unit() -> None:
    question = Question("x", ((1000, 2000), (1010, 2010)))
    for prices, mixed_up in (("1.003 2.003 1.013 2.013", 0), ("1.003 1.013", 0), ("1.003 2.003 2.013", 1)):
        text = "🔎 x\n\n" + "\n".join(f"Rp{price}/PCS" for price in prices.split())
        verdict, _ = judge([Asked(BUDI, question, 0.0, 0.0)], [Answer(BUDI, text, 0.5)])
        assert verdict.mixed_up == mixed_up, text


@pytest.mark.parametrize(
    "text",
    ["🔎 beras\n\n1. GULA\nPCS  Rp1.010\nDUS  Rp2.010", "🔎 beras\n\nTidak ada barang yang cocok.", "Terlalu cepat."],
    ids=["other products", "no products", "no answer to a search"],
)
def test_an_answer_without_the_query_s_products_is_mixed_up(text: str) -> None:
    verdict, _ = judge([Asked(BUDI, RICE, 0.0, 0.0)], [Answer(BUDI, text, 0.5)])
    assert verdict.mixed_up == 1


def test_memory_at_the_end_is_compared_with_that_in_the_middle() -> None:
    memory = Memory.of(90, [100] * 10 + [110] * 9 + [300] + [121] * 20)
    assert (memory.start, memory.middle, memory.end, memory.peak) == (90, 121, 121, 300)
    assert Memory.of(90, [100, 100, 100, 110]).growth == pytest.approx(0.1)
    assert Memory.of(90, []).growth == 0
