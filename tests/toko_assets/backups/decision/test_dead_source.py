"""The source does not answer: whom to tell, when to ask again, and what happens when it is back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.toko_assets.backups.decision.simulation import START, a_backup, newer_than
from toko_assets.backups.decision import Cursor, Request, answered, decide, failed, may_ask, to_be_told
from toko_assets.backups.listing import ListedBackup

SETTINGS = "settings"
TICK = timedelta(seconds=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_ANSWER = "Dropbox does not answer: connection reset by peer."
REVOKED = "Dropbox says that the access was revoked: run `toko dropbox-login`."


def fails(
    cursor: Cursor, now: datetime, *, final: bool = False, reason: str = NO_ANSWER, settings: str = SETTINGS
) -> Cursor:
    """It is asked, and fails."""
    return failed(cursor, reason, final=final, settings=settings, now=now)


@dataclass
class Sensor:
    """The looks of a day or more: what is asked, whom is told, what is requested."""

    answer: Callable[[datetime], list[ListedBackup]]
    published: ListedBackup | None = None
    text: str | None = None
    asked: list[datetime] = field(default_factory=list)
    told: list[datetime] = field(default_factory=list)
    requests: list[tuple[datetime, Request]] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)

    def look(self, now: datetime) -> None:
        """One tick."""
        cursor = Cursor.read(self.text)
        if may_ask(cursor, SETTINGS, now):
            self.asked.append(now)
            cursor = self.ask(cursor, now)
        if to_be_told(cursor, now):
            self.told.append(now)
            cursor = replace(cursor, told=True)
        self.text = cursor.write()
        assert len(self.text.encode()) < 400

    def ask(self, cursor: Cursor, now: datetime) -> Cursor:
        """The listing, or why there is none."""
        try:
            backups = self.answer(now)
        except (ConnectionError, PermissionError) as error:
            cursor = fails(cursor, now, reason=str(error), final=isinstance(error, PermissionError))
            self.reasons.add(cursor.reason)
            return cursor
        decision = decide(
            answered(cursor),
            backups,
            newer_than(backups, self.published),
            served=self.published.name if self.published else "",
            rolled_back=None,
            is_rejected=lambda _: False,
            is_whole=lambda _: True,
            last_attempt=lambda _: None,
            busy=False,
            settings=SETTINGS,
            now=now,
        )
        if decision.request:
            self.requests.append((now, decision.request))
            self.published = decision.request.backup
        return decision.cursor

    def look_for(self, start: datetime, time: timedelta) -> None:
        """A look every 30 s."""
        for tick in range(time // TICK):
            self.look(start + tick * TICK)


def dead_between(start: datetime, end: datetime) -> Callable[[datetime], list[ListedBackup]]:
    """A source with one backup more from the beginning of its outage on."""

    def answer(now: datetime) -> list[ListedBackup]:
        if start <= now < end:
            raise ConnectionError(NO_ANSWER)
        return [a_backup(day) for day in ((1, 2) if now < start else (1, 2, 3))]

    return answer


def test_in_24_hours_without_a_network_the_owners_are_told_once_and_the_first_look_after_syncs() -> None:
    dead, back = START + HOUR, START + HOUR + DAY
    sensor = Sensor(dead_between(dead, back))
    sensor.look_for(START, HOUR + DAY + HOUR)
    assert len(sensor.told) == 1
    assert dead + HOUR <= sensor.told[0] <= dead + HOUR + TICK
    assert [(moment, request.run_key) for moment, request in sensor.requests] == [(START, "rev2:1"), (back, "rev3:1")]
    assert sensor.reasons == {NO_ANSWER}


def test_what_is_deleted_during_an_outage_brings_back_no_older_backup() -> None:
    sensor = Sensor(dead_between(START + TICK, START + HOUR), published=a_backup(2))
    sensor.look_for(START, HOUR)
    sensor.answer = lambda _: [a_backup(1)]
    sensor.look(START + HOUR)
    assert sensor.requests == []


def test_a_refusal_is_told_at_once_and_the_source_is_asked_no_more_for_a_day() -> None:
    def refuse(_: datetime) -> list[ListedBackup]:
        raise PermissionError(REVOKED)

    sensor = Sensor(refuse)
    sensor.look_for(START, DAY)
    assert sensor.asked == sensor.told == [START]


def test_after_a_refusal_the_source_is_asked_again_with_other_settings() -> None:
    cursor = fails(Cursor(), START, final=True, reason=REVOKED)
    assert not may_ask(cursor, SETTINGS, START + 365 * DAY)
    assert may_ask(cursor, "other settings", START)
    assert may_ask(answered(cursor), SETTINGS, START)


def test_a_refusal_after_an_outage_that_was_told_is_told_too() -> None:
    cursor = replace(fails(Cursor(), START), told=True)
    assert to_be_told(fails(cursor, START + DAY, final=True, reason=REVOKED), START + DAY)


def test_another_refusal_with_other_settings_is_told_too() -> None:
    cursor = replace(fails(Cursor(), START, final=True, reason=REVOKED), told=True)
    cursor = fails(cursor, START + DAY, final=True, reason="Dropbox knows no such app.", settings="other settings")
    assert to_be_told(cursor, START + DAY)
    assert not may_ask(cursor, "other settings", START + 2 * DAY)


def test_an_outage_after_a_refusal_that_was_told_is_told_after_an_hour_of_it() -> None:
    cursor = replace(fails(Cursor(), START, final=True, reason=REVOKED), told=True)
    cursor = fails(cursor, START + DAY, settings="other settings")
    assert not to_be_told(cursor, START + DAY)
    assert to_be_told(cursor, START + DAY + HOUR)


def test_after_a_transient_error_the_source_is_asked_at_the_next_poll() -> None:
    assert may_ask(Cursor(), SETTINGS, START)
    assert may_ask(fails(Cursor(), START), SETTINGS, START + TICK)


def test_an_outage_is_told_after_an_hour_of_it_and_once() -> None:
    cursor = Cursor()
    for minutes in range(60):
        now = START + timedelta(minutes=minutes)
        cursor = fails(cursor, now)
        assert not to_be_told(cursor, now)
    assert to_be_told(cursor, START + HOUR)
    told = replace(cursor, told=True)
    assert not to_be_told(fails(told, START + DAY), START + DAY)


def test_an_answer_ends_an_outage() -> None:
    cursor = replace(fails(Cursor(), START), told=True)
    assert answered(cursor) == Cursor()
    assert not to_be_told(answered(fails(Cursor(), START)), START + DAY)


def test_two_outages_of_59_minutes_are_not_one_of_two_hours() -> None:
    cursor = answered(fails(Cursor(), START))
    cursor = fails(cursor, START + timedelta(minutes=59))
    assert not to_be_told(cursor, START + timedelta(minutes=117))
    assert to_be_told(cursor, START + timedelta(minutes=119))


def test_the_next_outage_is_told_again() -> None:
    cursor = answered(replace(fails(Cursor(), START), told=True))
    assert to_be_told(fails(cursor, START + DAY), START + DAY + HOUR)


@pytest.mark.parametrize("quiet", [timedelta(seconds=45), 2 * HOUR])
def test_a_source_that_wants_quiet_is_not_asked_before(quiet: timedelta) -> None:
    cursor = failed(Cursor(), "Too many requests.", final=False, settings=SETTINGS, now=START, quiet=quiet)
    cursor = Cursor.read(cursor.write())
    assert not may_ask(cursor, SETTINGS, START)
    assert not may_ask(cursor, SETTINGS, START + quiet - timedelta(seconds=1))
    assert may_ask(cursor, SETTINGS, START + quiet)
    assert may_ask(answered(cursor), SETTINGS, START)


def test_a_later_failure_without_a_wish_for_quiet_is_tried_at_the_next_poll() -> None:
    cursor = failed(Cursor(), "Too many requests.", final=False, settings=SETTINGS, now=START, quiet=HOUR)
    assert may_ask(fails(cursor, START + HOUR), SETTINGS, START + HOUR + TICK)


def test_more_than_an_hour_of_wanted_quiet_is_told_after_an_hour() -> None:
    cursor = failed(Cursor(), "Too many requests.", final=False, settings=SETTINGS, now=START, quiet=2 * HOUR)
    assert not to_be_told(cursor, START)
    assert to_be_told(cursor, START + HOUR)


def test_a_source_that_never_failed_is_nothing_to_tell() -> None:
    assert not to_be_told(Cursor(), START)
