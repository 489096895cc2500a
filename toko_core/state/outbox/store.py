"""The outbox: the messages in one small JSON file, for several threads and processes."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from toko_core.files import open_lock, try_lock, whole_file
from toko_core.state.outbox.messages import Message, Notified, State, Waiting, add, drop, lack, settle

log = logging.getLogger(__name__)

LOCK_SECONDS = 10.0
"""How long to wait for another process that changes the file. Nobody holds the lock for longer than a write takes."""
_STATE = TypeAdapter(State)


class Outbox:
    """The messages in one file.

    If the file cannot be written (a full or read-only disk), the messages stay in this object until it can be.
    """

    def __init__(self, file: Path, earlier: Callable[[], Notified] = dict) -> None:
        """`earlier` returns who was notified of what before this file existed."""
        self._file = file
        self._earlier = earlier
        self._unsaved: State | None = None
        self._changing = threading.Lock()
        self._sending = threading.Lock()

    @property
    def waiting(self) -> int:
        """The number of messages that not every owner has."""
        return len(self._state().waiting)

    def add(self, messages: Iterable[Message], owners: AbstractSet[int], now: datetime) -> bool:
        """Store messages for the owners who neither were notified of them nor wait. Return whether there are any."""

        def add_all(state: State) -> State:
            for message in new:
                state = add(state, message, owners, now)
            return state

        new = tuple(messages)
        before, after = self._change(add_all)
        return before.waiting != after.waiting

    def lacks(self, key: str, owners: AbstractSet[int]) -> bool:
        """Return whether one of the owners neither was notified of the message with this key nor waits for it."""
        return bool(lack(self._state(), key, owners))

    @contextmanager
    def sending(self, owners: AbstractSet[int] | None, now: datetime) -> Iterator[bool]:
        """Hold the right to send. Yields False if somebody else holds it, who also sends what is stored meanwhile.

        Drops messages that have waited for too long, and those to people who are not among the owners any more.
        With None, which means that not all owners are known, nobody's messages are dropped for that.
        """
        with _locked(self._file.with_suffix(".sending"), self._sending, seconds=0) as alone:
            if alone:
                self._change(lambda state: drop(state, owners, now))
            yield alone

    def pick(self, owners: AbstractSet[int], now: datetime, *, quiet: bool = False) -> tuple[Waiting, int] | None:
        """Return the oldest message that one of these owners waits for, and the owner.

        In quiet hours, only urgent messages count. Returns None if there is none, or if nothing may be sent now.
        """
        state = self._state()
        allowed = (message for message in state.waiting if message.urgent or not quiet)
        due = ((message, owner) for message in allowed for owner in message.owners if owner in owners)
        return None if state.is_paused(now) else next(due, None)

    def settle(self, message: Waiting, owner: int) -> None:
        """Record that the owner has the message, or cannot get it."""
        self._change(lambda state: settle(state, message.key, (owner,)))

    def pause(self, until: datetime) -> None:
        """Send nothing before this time, but for a day at most."""
        self._change(lambda state: replace(state, paused_until=until))

    def _state(self) -> State:
        return self._change(lambda state: state)[1]

    def _change(self, change: Callable[[State], State]) -> tuple[State, State]:
        """Replace the state in one step. Return the old and the new one. Nothing is written if they are equal."""
        with _locked(self._file.with_suffix(".lock"), self._changing, LOCK_SECONDS):
            before = self._read()
            after = change(before)
            if after != before or self._unsaved is not None:
                self._write(after)
            return before, after

    def _read(self) -> State:
        if self._unsaved is not None:
            return self._unsaved
        try:
            return _STATE.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            pass
        except (OSError, ValidationError) as error:
            log.warning("%s cannot be read and is begun anew: %s", self._file, type(error).__name__)
        with suppress(OSError, ValueError):
            return State(notified=self._earlier())
        return State()

    def _write(self, state: State) -> None:
        try:
            with whole_file(self._file) as file:
                file.write_bytes(_STATE.dump_json(state, indent=2))
        except OSError as error:
            if self._unsaved is None:
                log.warning("Messages to the owners are kept in memory only: %s", error)
            self._unsaved = state
        else:
            self._unsaved = None


@contextmanager
def _locked(path: Path, threads: threading.Lock, seconds: float) -> Iterator[bool]:
    """Exclude other threads, and other processes if the lock file can be opened. The end of a process releases it.

    Yields whether nobody else holds the lock, after waiting for at most `seconds`.
    """
    with ExitStack() as stack:
        if alone := threads.acquire(timeout=seconds):
            stack.callback(threads.release)
        handle = None
        with suppress(OSError):  # nobody else can write to a read-only disk either
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = stack.enter_context(open_lock(path))
        yield alone and (handle is None or _lock(handle, seconds))


def _lock(handle: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    with suppress(OSError):  # a disk without locks
        while not try_lock(handle):
            if time.monotonic() >= end:
                return False
            time.sleep(0.02)
    return True
