"""Which owner waits for which message, and who was notified of what. Pure functions; `store.py` keeps the state."""

import logging
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from toko_core.text import moment

log = logging.getLogger(__name__)

MOST_WAITING = 50
"""The number of messages that wait. If there are more, the oldest is dropped, and not stored again: one that asks
nothing and is not urgent, if there is one."""
LONGEST_WAIT = timedelta(days=7)
"""A message that is older is dropped. It is stored again if its cause lasts and is reported again."""
LATE = timedelta(minutes=5)
"""From this age on, a message says when it was written."""
LONGEST_PAUSE = timedelta(days=1)
BESIDE, SHORT = 2, 20
"""How many buttons share a row, and the most characters of their labels."""
KEPT = 500
"""How many keys of each kind are remembered. The kind is what precedes the first colon of a key."""

Buttons = tuple[tuple[str, str], ...]
"""The label and the data of each button below a message."""
Notified = Mapping[str, tuple[int, ...]]
"""The owners who need no further attempt, by the key of the message; the oldest first."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that each owner gets once."""

    key: str
    """`kind:occasion`. Two messages with the same key are the same one."""
    text: str
    """HTML, in Indonesian."""
    buttons: Buttons = ()
    urgent: bool = False
    """Whether it is sent in quiet hours too."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that not every owner has."""

    key: str
    text: str
    written: AwareDatetime
    owners: tuple[int, ...]
    """Those who wait for it."""
    buttons: Buttons = ()
    urgent: bool = False

    def text_at(self, now: datetime, zone: ZoneInfo) -> str:
        """Return the text to send now. A late one ends with the time at which it was written."""
        return dated_if_late(self.text, self.written, now, zone)

    def without(self, owners: Collection[int]) -> "Waiting":
        """Return the message without these owners."""
        return replace(self, owners=tuple(owner for owner in self.owners if owner not in owners))


def keyboard(buttons: Buttons) -> list[list[dict[str, str]]]:
    """Return the rows of buttons as the Bot API takes them: two short ones in a row, or one in each."""
    made = [{"text": label, "callback_data": data} for label, data in buttons]
    beside = len(made) <= BESIDE and all(len(label) <= SHORT for label, _ in buttons)
    return [made] if made and beside else [[button] for button in made]


@dataclass(frozen=True, slots=True)
class State:
    """All that is stored."""

    waiting: tuple[Waiting, ...] = ()
    """The oldest first."""
    notified: Notified = field(default_factory=dict)
    paused_until: AwareDatetime | None = None
    """Telegram asked for no messages before this time."""

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing may be sent now. A time that is too far away comes from a clock that was wrong."""
        return self.paused_until is not None and now < self.paused_until <= now + LONGEST_PAUSE


def lack(state: State, key: str, owners: AbstractSet[int]) -> AbstractSet[int]:
    """Return those of the owners who neither were notified of a message nor wait for it."""
    waiting = {owner for other in state.waiting if other.key == key for owner in other.owners}
    return owners - waiting - {*state.notified.get(key, ())}


def dated_if_late(text: str, written: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a text in HTML, with the time at which it was written if that is long ago."""
    return text if now - written < LATE else f"{text}\n<i>Pesan tertunda dari {moment(written, zone)}</i>"


def add(state: State, message: Message, owners: AbstractSet[int], now: datetime) -> State:
    """Add a message for those owners who neither were notified of it nor wait for it."""
    lacking = lack(state, message.key, owners)
    if not lacking:
        return state
    new = Waiting(message.key, message.text, now, tuple(sorted(lacking)), message.buttons, message.urgent)
    state = replace(state, waiting=(*state.waiting, new))
    news_first = sorted(state.waiting, key=lambda waiting: waiting.urgent or bool(waiting.buttons))
    for oldest in news_first[: max(len(news_first) - MOST_WAITING, 0)]:
        log.warning("More than %d messages to the owners wait: the oldest is dropped (%s)", MOST_WAITING, oldest.key)
        state = settle(state, oldest.key, oldest.owners)
    return state


def settle(state: State, key: str, owners: Collection[int]) -> State:
    """Move these owners of a message from those who wait to those who were notified."""
    notified = {other: known for other, known in state.notified.items() if other != key}
    notified[key] = tuple(sorted({*state.notified.get(key, ()), *owners}))
    kind = key.partition(":")[0]
    alike = [other for other in notified if other.partition(":")[0] == kind]
    for oldest in alike[:-KEPT]:
        del notified[oldest]
    rest = (message.without(owners) if message.key == key else message for message in state.waiting)
    return replace(state, waiting=tuple(message for message in rest if message.owners), notified=notified)


def drop(state: State, owners: AbstractSet[int] | None, now: datetime) -> State:
    """Remove messages that have waited for too long, and people who are not owners any more (None: nobody)."""
    old = [message.key for message in state.waiting if now - message.written > LONGEST_WAIT]
    if old:
        log.warning("Messages to the owners that could not be sent for a week are dropped: %s", ", ".join(old))
    waiting = {owner for message in state.waiting for owner in message.owners}
    others = waiting - owners if owners is not None else set[int]()
    rest = (message.without(others) for message in state.waiting if now - message.written <= LONGEST_WAIT)
    return replace(state, waiting=tuple(message for message in rest if message.owners))
