"""Which backup is synced now, case by case."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.toko_assets.backups.decision.simulation import DELAYS, LATER_DELAY, START, a_backup, a_refusal, newer_than
from toko_assets.backups.decision import Attempt, Cursor, Decision, Ending, decide, folder_mark
from toko_assets.backups.listing import ListedBackup
from toko_assets.common.rollback_record import Rejection

SETTINGS = "settings"
FULL = [a_backup(day) for day in (3, 1, 2)]
ENDED = START + timedelta(days=10)


def look(
    backups: list[ListedBackup],
    *,
    cursor: Cursor | None = None,
    published: ListedBackup | None = None,
    rolled_back: Rejection | None = None,
    rejected: Collection[str] = (),
    unfinished: Collection[str] = (),
    last: Attempt | None = None,
    busy: bool = False,
    settings: str = SETTINGS,
    now: datetime = ENDED,
) -> Decision:
    """The first look of all, where nothing else is said. `last` is the last attempt at any backup."""
    return decide(
        cursor or Cursor(),
        backups,
        newer_than(backups, published),
        served=published.name if published else "",
        rolled_back=rolled_back,
        is_rejected=rejected.__contains__,
        is_whole=lambda backup: backup.revision not in unfinished,
        last_attempt=lambda _: last,
        busy=busy,
        settings=settings,
        now=now,
    )


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
    request = look([a_backup(day) for day in range(1, 6)], published=a_backup(2)).request
    assert request is not None
    assert (request.run_key, sorted(request.skipped)) == ("rev5:1", ["3.i5bu", "4.i5bu"])


def test_an_empty_folder_asks_for_nothing() -> None:
    assert look([]).said == "There is no backup yet."
    assert asked(look([])) is None


def test_what_is_served_is_not_synced_again() -> None:
    assert asked(look(FULL, published=a_backup(3), last=attempt(1, Ending.SUCCEEDED))) is None
    assert asked(look(FULL, published=a_backup(3))) is None


def test_a_replaced_file_is_a_new_revision() -> None:
    cursor = look(FULL, published=a_backup(3)).cursor
    replaced = [a_backup(4, place=FULL[0].place), *FULL[1:]]
    assert asked(look(replaced, cursor=cursor, published=a_backup(3))) == "rev4:1"


def test_a_file_that_is_still_written_waits_however_many_looks_there_are_and_not_once_it_is_whole() -> None:
    cursor, now, parts = look(FULL, published=a_backup(3)).cursor, ENDED, ("a third of it", "two thirds of it")
    for part in parts:
        growing = [*FULL, a_backup(4, revision=part, settled=False)]
        for second in range(59):
            now = ENDED + timedelta(seconds=second)
            decision = look(growing, cursor=cursor, published=a_backup(3), unfinished=parts, now=now)
            assert asked(decision) is None
            cursor = Cursor.read(decision.cursor.write())
    whole = [*FULL, a_backup(4, revision="all of it", settled=False)]
    assert asked(look(whole, cursor=cursor, published=a_backup(3), unfinished=parts, now=now)) == "all of it:1"


def test_a_file_that_never_becomes_whole_is_asked_for_after_a_minute_even_if_its_time_is_in_the_future() -> None:
    broken = [a_backup(4, revision="broken", settled=False)]
    cursor = look(broken, unfinished=["broken"]).cursor
    almost, minute = ENDED + timedelta(seconds=59), ENDED + timedelta(seconds=60)
    assert asked(look(broken, cursor=cursor, unfinished=["broken"], now=almost)) is None
    assert asked(look(broken, cursor=cursor, unfinished=["broken"], now=minute)) == "broken:1"


def test_a_file_that_has_settled_is_asked_for_at_once() -> None:
    assert asked(look([a_backup(1)], unfinished=["rev1"])) == "rev1:1"


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


def test_the_newest_deleted_after_it_was_published_does_not_bring_back_an_older_one() -> None:
    cursor = Cursor.read(look(FULL, published=a_backup(3)).cursor.write())
    for _ in range(3):
        decision = look(FULL[1:], cursor=cursor, published=a_backup(3))
        assert asked(decision) is None
        cursor = Cursor.read(decision.cursor.write())
    assert asked(look([*FULL[1:], a_backup(4)], cursor=cursor, published=a_backup(3))) == "rev4:1"


def test_the_newest_deleted_before_it_was_published_makes_the_next_one_wanted() -> None:
    cursor = look(FULL, published=a_backup(1), last=attempt(1, Ending.TRANSIENT)).cursor
    assert asked(look(FULL[1:], cursor=cursor, published=a_backup(1))) == "rev2:1"


def test_of_two_backups_of_the_same_moment_one_is_synced_and_then_there_is_quiet() -> None:
    twins = [replace(a_backup(5), place=f"/IPOS/{name}.i5bu", revision=name) for name in "ab"]
    assert asked(look(twins)) == asked(look(twins[::-1])) == "b:1"
    assert asked(look(twins, published=twins[1])) is None


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
        seen="rev3", failing=START, told=True, quiet_until=ENDED, stopped=SETTINGS, reason="No answer – “yet”.",
    )  # fmt: skip
    assert Cursor.read(cursor.write()) == cursor
    assert Cursor.read(Cursor().write()) == Cursor()


def test_the_cursor_is_small_with_5000_backups() -> None:
    backups = [a_backup(day, revision=f"{day:032x}") for day in range(5000)]
    cursor = look(backups, published=backups[-2]).cursor
    assert len(cursor.write().encode()) < 400


def test_what_a_rollback_refused_is_not_asked_for_and_it_is_said_why() -> None:
    decision = look(FULL, published=a_backup(2), rolled_back=a_refusal(FULL[0]))
    assert asked(decision) is None
    assert decision.said == (
        "3.i5bu was rejected by a rollback on 2026-03-01 00:00; the job sync_this_backup publishes it anyway."
    )


def test_of_backups_between_the_served_one_and_the_refused_one_none_is_asked_for_though_the_refused_one_be_gone() -> (
    None
):
    first = look(FULL, published=a_backup(1), rolled_back=a_refusal(FULL[0]))
    left = [backup for backup in FULL if backup != FULL[0]]
    second = look(left, cursor=first.cursor, published=a_backup(1), rolled_back=a_refusal(FULL[0]))
    assert asked(second) is None
    assert second.said.startswith("2.i5bu is no newer than 3.i5bu, which was rejected by a rollback on ")


def test_a_backup_that_is_newer_than_the_refused_one_is_asked_for() -> None:
    assert asked(look([*FULL, a_backup(4)], published=a_backup(2), rolled_back=a_refusal(FULL[0]))) == "rev4:1"


def test_a_refused_backup_that_a_person_chose_since_is_asked_for_again() -> None:
    rolled_back = a_refusal(FULL[0], chosen=("sha rev3",))
    assert asked(look(FULL, published=a_backup(2), rolled_back=rolled_back)) == "rev3:1"


def test_what_the_checks_rejected_is_passed_over_for_the_next_one_and_named_as_skipped() -> None:
    request = look(FULL, published=a_backup(1), rejected=["rev3"]).request
    assert request is not None
    assert (request.run_key, request.skipped) == ("rev2:1", ("3.i5bu",))


def test_where_the_checks_rejected_all_that_is_newer_nothing_is_asked_for_and_it_is_said_why() -> None:
    decision = look(FULL, published=a_backup(1), rejected=["rev3", "rev2"])
    assert asked(decision) is None
    assert decision.said == ("3.i5bu was rejected by its checks: see its run, or run `toko sync`. 1.i5bu is served.")


def test_the_fields_of_an_earlier_cursor_are_ignored() -> None:
    earlier = (
        '{"seen":"rev3","published":"2026-03-01T00:00:00Z","asked":"rev3","asked_modified":"2026-03-01T00:00:00Z"}'
    )
    assert Cursor.read(earlier) == Cursor(seen="rev3")
