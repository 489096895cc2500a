"""Messages to the owners in Telegram."""

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from toko_assets.common.records import read_record
from toko_assets.common.settings import Settings
from toko_assets.common.telegram import ANSWER_SECONDS, REJECTIONS, TOO_MANY_REQUESTS, BotApi, TelegramError
from toko_core import SettingError
from toko_core.people.owners import stored_owners
from toko_core.settings import TelegramSettings
from toko_core.state.database import StateDatabase, StateError, state_url
from toko_core.state.decisions import Decisions, Question, buttons_of
from toko_core.state.outbox import Message, Notified, Outbox, Waiting, keyboard
from toko_core.state.quiet import read_quiet

RETRIES = 1
NO_PREVIEW = {"is_disabled": True}
SENDING_SECONDS = 20.0
"""After this time no further message is sent: a sensor tick has a minute."""
OUTBOX, NOTICES = "outbox", "notices"
"""Files in the folder of records: the messages, and who was notified of what by versions up to 0.3.0."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A message that asks the owners to decide something."""

    question: Question
    otherwise: str
    """The text to send without buttons, if the state database cannot keep the question."""
    urgent: bool = False


class OwnerNotifier:
    """Sends each message to every owner once, late if Telegram does not respond; see `toko_core.state.outbox`."""

    def __init__(
        self,
        settings: Settings,
        telegram: TelegramSettings | SettingError,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`telegram` names the owners, or is the error that prevents it. `seconds` is the timeout of a request."""
        self.shop = settings.shop_name
        self.zone = settings.zone
        self._web_url = settings.web_url
        self._telegram = telegram
        self._clock = clock
        self._seconds = seconds
        records = settings.folder.records
        self._settings = settings
        self._opened: StateDatabase | None = None
        self._logged_problem: str | None = None
        self._outbox = Outbox(records / f"{OUTBOX}.json", lambda: _earlier_notices(records))

    @property
    def is_set_up(self) -> bool:
        """Whether there is a Telegram bot."""
        return not isinstance(self._telegram, SettingError)

    @property
    def waiting(self) -> int:
        """The number of messages that not every owner has."""
        return self._outbox.waiting

    def notify(self, log: Callable[[str], None], *messages: Message | Asking) -> None:
        """Store messages for all owners who have not got them, and send what waits.

        If Telegram does not respond, this logs a line and raises no error: `deliver` sends the messages later.
        """
        if isinstance(self._telegram, SettingError):
            log(f"Owners are not notified, because the Telegram bot is not set up (see docs/bot.md): {self._telegram}")
            return
        owners, _ = self._owners(self._telegram, log)
        if not owners:
            log("Nobody is notified, because nobody is an owner and OWNER_USERS is empty: put the owners' ids there.")
        elif self._outbox.add([self._asked(message, owners, log) for message in messages], owners, self._clock()):
            self.deliver(log)

    def deliver(self, log: Callable[[str], None]) -> None:
        """Send what waits, the oldest message first. Log a line about each owner who cannot be notified."""
        if isinstance(self._telegram, SettingError):
            return
        owners, are_all = self._owners(self._telegram, log)
        with self._outbox.sending(owners if are_all else None, self._clock()) as alone:
            if alone:
                self._send(self._telegram, set(owners), log)

    def _asked(self, message: Message | Asking, owners: AbstractSet[int], log: Callable[[str], None]) -> Message:
        """Return a message, with the buttons of its question if one of the owners lacks it."""
        if isinstance(message, Message):
            return message
        question, plain = message.question, Message(message.question.key, message.otherwise, urgent=message.urgent)
        if not self._outbox.lacks(question.key, owners):
            return plain
        try:
            if self._state.file is not None and not self._state.file.exists():  # no bot has run here yet
                return plain
            buttons = buttons_of(Decisions(self._state).ask(question))
        except StateError as error:  # also if the bot, which makes the tables, is of an earlier version
            log(f"The owners are notified without buttons. {error}")
            return plain
        return replace(plain, text=question.message, buttons=buttons) if buttons else plain

    @property
    def _state(self) -> StateDatabase:
        """The state database, which this neither creates nor changes to other tables. Raises StateError."""
        if self._opened is None:
            self._opened = StateDatabase(state_url(self._settings), prepares=False)
        return self._opened

    def _is_quiet(self, now: datetime) -> bool:
        """Return whether owners only hear of what is urgent now. A database that cannot be read knows no such time."""
        try:
            hours = read_quiet(self._state)
        except StateError:
            return False
        return hours is not None and hours.covers(now, self.zone)

    def _owners(self, telegram: TelegramSettings, log: Callable[[str], None]) -> tuple[frozenset[int], bool]:
        """Return the owners of `.env` and of the state database as they are now, and whether these are all.

        If the database cannot be read, those of `.env` are notified, and messages to the others wait.
        """
        try:
            stored = stored_owners(self._state)
        except StateError as error:
            if str(error) != self._logged_problem:
                log(f"Only the owners of .env are notified now. {error}")
            self._logged_problem = str(error)
            return telegram.owners, False
        self._logged_problem = None
        return telegram.owners | (stored - telegram.staff), True

    def _send(self, telegram: TelegramSettings, owners: set[int], log: Callable[[str], None]) -> None:
        api = BotApi(telegram, retries=RETRIES, seconds=self._seconds)
        end, quiet = time.monotonic() + SENDING_SECONDS, self._is_quiet(self._clock())
        while time.monotonic() < end and (due := self._outbox.pick(owners, self._clock(), quiet=quiet)):
            message, owner = due
            text, rows = message.text_at(self._clock(), self.zone), keyboard(message.buttons)
            markup: dict[str, Any] = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
            try:
                sent = api.call(
                    "sendMessage",
                    chat_id=owner,
                    text=text,
                    parse_mode="HTML",
                    link_preview_options=NO_PREVIEW,
                    **markup,
                )
            except TelegramError as error:
                reason = str(error).replace(telegram.token, "<token>")
                log(f"Owner {owner} could not be notified in Telegram: {reason}")
                if error.status == TOO_MANY_REQUESTS:
                    self._outbox.pause(self._clock() + timedelta(seconds=error.retry_after))
                if not error.status:  # the others would fail too
                    return
                if error.status not in REJECTIONS:
                    owners.discard(owner)  # the next messages wait, so that they keep their order
                    continue
            else:
                self._note(message, owner, sent, log)
            self._outbox.settle(message, owner)

    def _note(self, message: Waiting, owner: int, sent: Any, log: Callable[[str], None]) -> None:
        """Store which message asks an owner, so that the bot can change it after the decision."""
        if not message.buttons or not isinstance(sent, dict) or not isinstance(sent.get("message_id"), int):
            return
        try:
            Decisions(self._state).note_message(message.key, owner, sent["message_id"])
        except StateError as error:
            log(f"The message to owner {owner} will not be changed after the decision. {error}")

    def link(self, run_id: str) -> str | None:
        """Return the URL of a run's page, or None without WEB_URL."""
        return f"{self._web_url}/runs/{run_id}" if self._web_url else None


@dataclass(frozen=True, slots=True)
class _Notices:
    """The owners who got each notice, by its key, the oldest first."""

    owners: Notified = field(default_factory=dict)


def _earlier_notices(records: Path) -> Notified:
    """Return who was notified of what, as versions up to 0.3.0 recorded it. They find their file again."""
    return (read_record(records, NOTICES, _Notices) or _Notices()).owners
