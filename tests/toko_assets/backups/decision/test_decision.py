"""Which backup is synced now, case by case."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.toko_assets.backups.decision.simulation import DELAYS, LATER_DELAY, START, a_backup, a_refusal
from toko_assets.backups.decision import Attempt, Cursor, Decision, Ending, decide, folder_mark, wanted
from toko_assets.backups.listing import ListedBackup
from toko_assets.common.rollback_record import Rejection
from toko_core.catalog.demo import DEMO_BACKUP

SETTINGS = "settings"
FULL = [a_backup(day) for day in (3, 1, 2)]
ENDED = START + timedelta(days=10)


def look(
    backups: list[ListedBackup],
    *,
    cursor: Cursor | None = None,
    published: str | None = None,
    refused: Rejection | None = None,
    last: Attempt | None = None,
    busy: bool = False,
    settings: str = SETTINGS,
    now: datetime = ENDED,
    demo_served: bool = False,
) -> Decision:
    """The first look of all, where nothing else is said."""
    cursor = cursor or Cursor()
    return decide(
        cursor, backups, published=published, rejected=refused, last=last, busy=busy, settings=settings, now=now,
        demo_served=demo_served,
    )  # fmt: skip


def asked(decision: Decision) -> str | None:
    """The run key, or None with a reason."""
    assert decision.request or decision.said
    return decision.request.run_key if decision.request else None


def attempt(number: int, ending: Ending, backups: list[ListedBackup] = FULL) -> Attempt:
    """At the newest of the backups."""
    ended = None if ending is Ending.RUNNING else ENDED
    return Attempt(number, ending, ended, folder_mark(backups), SETTINGS)


def test_the_first_look_at_a_full_folder_takes_the_newest_and_names_the_others() -> None:
    request = look(FULL).request
    assert request is not None
    assert (request.backup, request.attempt, request.run_key) == (FULL[0], 1, "rev3:1")
    assert sorted(request.skipped) == ["1.i5bu", "2.i5bu"]
    assert request.folder == folder_mark(FULL)


def test_of_several_new_backups_those_that_are_newer_than_the_published_one_are_named_as_skipped() -> None:
    request = look([a_backup(day) for day in range(1, 6)], published="rev2").request
    assert request is not None
    assert (request.run_key, sorted(request.skipped)) == ("rev5:1", ["3.i5bu", "4.i5bu"])


def test_an_empty_folder_asks_for_nothing() -> None:
    assert wanted(Cursor(), []) is None
    assert asked(look([])) is None


def test_what_is_served_is_not_synced_again() -> None:
    assert asked(look(FULL, published="rev3", last=attempt(1, Ending.SUCCEEDED))) is None
    assert asked(look(FULL, published="rev3")) is None


def test_a_replaced_file_is_a_new_revision() -> None:
    cursor = look(FULL, published="rev3").cursor
    replaced = [a_backup(4, place=FULL[0].place), *FULL[1:]]
    assert asked(look(replaced, cursor=cursor, published="rev3")) == "rev4:1"


def test_a_file_that_is_still_changing_waits_until_two_looks_see_the_same() -> None:
    cursor = look(FULL, published="rev3").cursor
    for revision in ("a third of it", "two thirds of it", "all of it"):
        growing = [*FULL, a_backup(4, revision=revision, settled=False)]
        decision = look(growing, cursor=cursor, published="rev3")
        assert asked(decision) is None
        cursor = decision.cursor
    assert asked(look(growing, cursor=cursor, published="rev3")) == "all of it:1"


def test_a_file_that_has_settled_waits_for_no_second_look() -> None:
    assert asked(look([a_backup(1)])) == "rev1:1"


def test_nothing_is_asked_for_while_a_run_is_at_work() -> None:
    assert asked(look(FULL, busy=True)) is None
    assert asked(look(FULL, busy=True, last=attempt(1, Ending.RUNNING))) is None


def test_a_revision_that_is_being_synced_is_not_asked_for_again() -> None:
    assert asked(look(FULL, last=attempt(1, Ending.RUNNING))) is None


@pytest.mark.parametrize("number", range(1, 8))
def test_after_a_transient_error_the_next_attempt_waits_its_time_from_the_end(number: int) -> None:
    last, delay = attempt(number, Ending.TRANSIENT), DELAYS.get(number, LATER_DELAY)
    assert asked(look(FULL, last=last, now=ENDED + delay - timedelta(seconds=1))) is None
    assert asked(look(FULL, last=last, now=ENDED + delay)) == f"rev3:{number + 1}"


def test_a_new_backup_does_not_wait_for_the_next_attempt_at_an_older_one() -> None:
    cursor = look(FULL, last=attempt(3, Ending.TRANSIENT)).cursor
    assert asked(look([*FULL, a_backup(4)], cursor=cursor)) == "rev4:1"


def test_after_a_permanent_error_there_is_no_attempt_however_long() -> None:
    last = attempt(1, Ending.PERMANENT)
    for days in (0, 1, 365):
        assert asked(look(FULL, last=last, now=ENDED + timedelta(days=days))) is None


@pytest.mark.parametrize(
    "folder",
    [
        [*FULL, a_backup(0)],
        FULL[:-1],
        [*FULL[:-1], replace(FULL[-1], revision="another")],
    ],
    ids=["a file came", "a file went", "a file was replaced"],
)
def test_after_a_permanent_error_any_change_of_the_folder_is_worth_an_attempt(folder: list[ListedBackup]) -> None:
    assert asked(look(folder, last=attempt(2, Ending.PERMANENT))) == "rev3:3"


def test_after_a_permanent_error_other_settings_are_worth_an_attempt() -> None:
    assert asked(look(FULL, last=attempt(1, Ending.PERMANENT), settings="others")) == "rev3:2"


def test_a_refused_backup_does_not_make_an_older_one_wanted() -> None:
    cursor = look(FULL, published="rev1", last=attempt(1, Ending.PERMANENT)).cursor
    assert wanted(cursor, FULL) == FULL[0]


def test_the_newest_deleted_after_it_was_published_does_not_bring_back_an_older_one() -> None:
    cursor = Cursor.read(look(FULL, published="rev3").cursor.write())
    for _ in range(3):
        decision = look(FULL[1:], cursor=cursor, published="rev3")
        assert asked(decision) is None
        cursor = Cursor.read(decision.cursor.write())
    assert asked(look([*FULL[1:], a_backup(4)], cursor=cursor, published="rev3")) == "rev4:1"


def test_the_newest_deleted_before_a_look_has_seen_it_published_does_not_bring_back_an_older_one() -> None:
    decision = look(FULL, published="rev1")
    assert asked(decision) == "rev3:1"
    assert asked(look(FULL[1:], cursor=decision.cursor, published="rev3")) is None


def test_the_newest_deleted_before_it_was_published_makes_the_next_one_wanted() -> None:
    cursor = look(FULL, published="rev1", last=attempt(1, Ending.TRANSIENT)).cursor
    assert asked(look(FULL[1:], cursor=cursor, published="rev1")) == "rev2:1"


def test_a_chosen_older_backup_stays_until_a_newer_one_comes() -> None:
    cursor = look(FULL, published="rev3").cursor
    last = attempt(1, Ending.SUCCEEDED)
    chosen = look(FULL, cursor=cursor, published="rev1", last=last, now=ENDED + LATER_DELAY)
    assert asked(chosen) is None
    assert "stays until a newer one comes" in chosen.said
    assert asked(look([a_backup(9), *FULL], cursor=chosen.cursor, published="rev1")) == "rev9:1"


def test_a_backup_chosen_before_the_newest_was_served_is_replaced_by_it() -> None:
    assert asked(look(FULL, published="rev1")) == "rev3:1"


def test_of_two_backups_of_the_same_moment_one_is_synced_and_then_there_is_quiet() -> None:
    twins = [replace(a_backup(5), place=f"/IPOS/{name}.i5bu", revision=name) for name in "ab"]
    assert asked(look(twins)) == asked(look(twins[::-1])) == "b:1"
    assert asked(look(twins, published="b")) is None


def test_the_order_in_which_a_source_lists_makes_no_difference() -> None:
    backups = [a_backup(day) for day in range(20)]
    shuffled = Random(1).sample(backups, len(backups))
    assert folder_mark(shuffled) == folder_mark(backups)
    assert asked(look(shuffled)) == asked(look(backups)) == "rev19:1"


def test_that_a_file_has_settled_is_no_change_of_the_folder() -> None:
    assert folder_mark([replace(FULL[0], settled=False)]) == folder_mark(FULL[:1])


@pytest.mark.parametrize("text", [None, "", "rev3", "{", "[]", "null", "7", '{"failing": "a while ago"}'])
def test_an_unreadable_cursor_is_a_first_look(text: str | None) -> None:
    assert Cursor.read(text) == Cursor()


def test_a_cursor_survives_being_written() -> None:
    cursor = Cursor(
        seen="rev3", published=ENDED, asked="rev3", asked_modified=ENDED, failing=START, told=True, quiet_until=ENDED,
        stopped=SETTINGS, reason="No answer – “yet”.",
    )  # fmt: skip
    assert Cursor.read(cursor.write()) == cursor
    assert Cursor.read(Cursor().write()) == Cursor()


def test_the_cursor_is_small_with_5000_backups() -> None:
    backups = [a_backup(day, revision=f"{day:032x}") for day in range(5000)]
    cursor = look(backups, published=backups[-2].revision).cursor
    assert len(cursor.write().encode()) < 400


def test_what_a_rollback_refused_is_not_asked_for_and_it_is_said_why() -> None:
    decision = look(FULL, published="rev2", refused=a_refusal(FULL[0]))
    assert asked(decision) is None
    assert decision.said == (
        "3.i5bu was rejected by a rollback on 2026-03-01 00:00; the job sync_this_backup publishes it anyway."
    )


def test_of_backups_between_the_served_one_and_the_refused_one_none_is_asked_for_though_the_refused_one_be_gone() -> (
    None
):
    first = look(FULL, published="rev1", refused=a_refusal(FULL[0]))
    left = [backup for backup in FULL if backup != FULL[0]]
    second = look(left, cursor=first.cursor, published="rev1", refused=a_refusal(FULL[0]))
    assert asked(second) is None
    assert second.said == "There is no backup that is newer than the served one."


def test_a_backup_that_is_newer_than_the_refused_one_is_asked_for() -> None:
    assert asked(look([*FULL, a_backup(4)], published="rev2", refused=a_refusal(FULL[0]))) == "rev4:1"


def test_a_refused_backup_that_a_person_chose_since_is_asked_for_again() -> None:
    refused = a_refusal(FULL[0], chosen=("sha rev3",))
    assert asked(look(FULL, published="rev2", refused=refused)) == "rev3:1"


class TestDemo:
    """A backup of the demo from day 9, newer than every other."""

    demo = a_backup(9, place=f"/IPOS/{DEMO_BACKUP}")

    def test_where_there_is_no_other_backup_it_is_synced_once(self) -> None:
        cursor = look([self.demo]).cursor
        assert asked(look([self.demo])) == "rev9:1"
        assert asked(look([self.demo], cursor=cursor, published="rev9", demo_served=True)) is None

    def test_a_backup_of_a_shop_is_wanted_whatever_its_time(self) -> None:
        served = look([self.demo], cursor=look([self.demo]).cursor, published="rev9", demo_served=True).cursor
        for backups in ([self.demo, *FULL], FULL):
            decision = look(backups, cursor=served, published="rev9", demo_served=True)
            assert asked(decision) == "rev3:1"
            assert decision.request is not None
            assert sorted(decision.request.skipped) == ["1.i5bu", "2.i5bu"]

    def test_so_it_is_though_an_earlier_version_remembers_the_demos_time(self) -> None:
        cursor = Cursor(published=self.demo.modified, asked="rev9", asked_modified=self.demo.modified)
        assert asked(look([self.demo, *FULL], cursor=cursor, published="rev9", demo_served=True)) == "rev3:1"

    def test_once_a_shops_backup_is_served_older_ones_are_not_wanted_and_the_demo_neither(self) -> None:
        cursor = look([self.demo, *FULL], cursor=Cursor(), published="rev9", demo_served=True).cursor
        cursor = look([self.demo, *FULL], cursor=cursor, published="rev3").cursor
        assert cursor.published == FULL[0].modified
        assert asked(look([self.demo, *FULL[1:]], cursor=cursor, published="rev3")) is None
