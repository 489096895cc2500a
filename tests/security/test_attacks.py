"""The first of the attacks that `make test-attacks` does: each ends well, in time, and with little memory."""

from collections.abc import Iterable
from pathlib import Path

from tests.security.attacks import attack, go_on, read
from tests.security.supervision import Outcome


def ends(part: str, numbers: Iterable[int], folder: Path) -> set[str]:
    """Do some attacks of a part and return what became of them. None may be a fault."""
    done = list(attack(part, numbers, folder))
    assert [outcome for outcome in done if outcome.fault] == []
    return {outcome.end for outcome in done}


def test_archives_crash_nothing_and_are_read_as_they_are(tmp_path: Path) -> None:
    assert ends("archives", range(50), tmp_path) == {"accepted", "rejected", "not of iPOS"}


def test_photos_crash_nothing_and_cost_little(tmp_path: Path) -> None:
    assert ends("photos", range(40), tmp_path) == {"accepted", "rejected"}


def test_syncs_publish_right_prices_or_nothing(tmp_path: Path) -> None:
    """SQL, formulas and odd texts together; digits of prices changed; a table of contents that does not fit."""
    assert ends("syncs", (0, 3, 15), tmp_path) == {"published", "rejected"}


def test_attacks_go_on_where_they_stopped_and_failed_ones_are_done_again(tmp_path: Path) -> None:
    done = go_on("archives", 2, tmp_path)
    failed = Outcome(2, "bits", "", 0.1, 1, "crashed")
    file = tmp_path / "archives.jsonl"
    file.write_text(
        file.read_text() + '{"number": 2, "kind": "bits", "end": "", "seconds": 0.1, "memory": 1, "fault": "crashed"}\n'
    )
    assert go_on("archives", 3, tmp_path) == [*done, failed]
    again = go_on("archives", 3, tmp_path, again=True)
    assert again[:2] == done
    assert again[2].fault == ""
    assert read(file) == again
