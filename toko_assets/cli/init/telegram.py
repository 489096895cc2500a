"""Asks for the bot's token, which Telegram checks, and finds out who the owner is.

No update is confirmed here, so the bot still receives each of them when it starts.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.finding import Mark
from toko_assets.cli.init.answers import Answers
from toko_assets.cli.terminal import plain
from toko_assets.common.telegram import BotApi, TelegramError
from toko_bot.service.health import read_beat
from toko_bot.settings import BotSettings
from toko_core import SettingError, TokoError, TransientError
from toko_core.settings import TelegramSettings, host_of
from toko_core.text import shorten

TOKEN, OWNERS = "TELEGRAM_BOT_TOKEN", "OWNER_USERS"
POLL_SECONDS = 10
MOST_UPDATES = 100
"""Telegram returns at most so many updates, the oldest first. It returns later ones only when some are confirmed."""
PAUSE_SECONDS = 1.0
UNKNOWN = {401, 404}
CONFLICT = 409
SHOWN_TEXT = 40


class CannotWaitError(TokoError):
    """Messages to the bot cannot be received here. The message says why."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A person who wrote to the bot."""

    id: int
    name: str
    text: str
    time: datetime


def choose_bot(answers: Answers) -> None:
    """Ask for the token and the owners. Raises TokoError if nobody can be asked, and an answer is missing or wrong."""
    names: dict[str, str] = {}

    def known(token: str) -> str:
        """Return the token of a bot that Telegram knows."""
        settings = answers.load(TelegramSettings, telegram_bot_token=token)
        with answers.console.status("Asking Telegram for the bot's name"):
            names[token] = _bot_name(settings)
        return token

    if not answers.env.get(TOKEN):
        answers.say("Send /newbot to @BotFather in Telegram: it replies with a token like 123456789:AA…")
    token = answers.decide(
        TOKEN, "Token of the bot, which is not shown while you type" + ("" if answers.env.get(TOKEN) else
        " (Enter: no bot now)"), check=known, optional=answers.asks,
    )  # fmt: skip
    if not token:
        answers.say(f"{Mark.NOTE.value} Without a bot. `toko init` sets it up later.")
        return
    answers.say(f"{Mark.GOOD.value} the token is that of {plain(names[token])}")
    _choose_owners(answers, names[token])
    if "ALLOWED_USERS" in answers.given:
        answers.decide("ALLOWED_USERS", "Telegram ids of the staff")


def _choose_owners(answers: Answers, bot: str) -> None:
    """Ask for the owners' ids, or wait for a message of the owner."""
    if answers.given.get(OWNERS) or not answers.asks:
        answers.decide(OWNERS, "Telegram ids of the owners")
        return
    answers.say("Owners see costs and are notified of syncs.")
    while True:
        present = answers.env.get(OWNERS)
        enter = "" if present else f" (Enter: wait for a message to {bot})"
        if answers.decide(OWNERS, f"Telegram ids of the owners, separated by commas{enter}", optional=True):
            return
        try:
            owner = wait_for_owner(answers, bot)
        except CannotWaitError as error:
            answers.say(f"{Mark.NOTE.value} {plain(str(error))} Type the owner's id: the bot tells it to strangers.")
        else:
            answers.env.set(OWNERS, str(owner))
            return


def wait_for_owner(answers: Answers, bot: str) -> int:
    """Wait for messages to the bot, and ask of each sender whether that is the owner. Returns the owner's id.

    Raises CannotWaitError if the messages go elsewhere.
    """
    settings = answers.load(BotSettings)
    if read_beat(settings) is not None:
        raise CannotWaitError(f"{bot} runs on this machine and receives the messages.")
    api, refused = BotApi(settings), set[int]()
    try:
        if url := api.call("getWebhookInfo").get("url"):
            raise CannotWaitError(f"A webhook is set for {bot}: Telegram sends the messages to {host_of(url)}.")
        answers.say(f"Now send any message to {bot}, from the owner's phone.")
        while True:
            with answers.console.status(f"Waiting for a message to {bot} (Ctrl-C stops)"):
                sender = next(_senders(api, refused))
            ago = shown_age(datetime.now(UTC) - sender.time)
            said = f"{sender.name}, id {sender.id}, wrote {ago} ago: {sender.text}"
            answers.say(f"{Mark.GOOD.value} {plain(said)}")
            if answers.confirm("Is this the owner?", default=False):
                return sender.id
            refused.add(sender.id)
    except TelegramError as error:
        if error.status == CONFLICT:
            raise CannotWaitError(
                f"Another program polls with the token of {bot} and receives the messages (a bot on another machine?)."
            ) from None
        raise CannotWaitError(_what_to_do(error, settings)) from None


def _senders(api: BotApi, refused: set[int]) -> Iterator[Sender]:
    """Yield the people who write to the bot in a private chat, the oldest message first, except the refused ones.

    Without an offset, Telegram confirms no update. If it has some, it returns them at once. Raises TelegramError and
    CannotWaitError.
    """
    while True:
        try:
            updates = api.call("getUpdates", POLL_SECONDS, timeout=POLL_SECONDS, limit=MOST_UPDATES)
        except TelegramError as error:
            if error.status in UNKNOWN | {CONFLICT}:
                raise
            time.sleep(max(PAUSE_SECONDS, error.retry_after))  # a network that is gone for a moment
            continue
        for update in updates:
            sender = _sender(update.get("message") or {})
            if sender is not None and sender.id not in refused:
                yield sender
        if len(updates) >= MOST_UPDATES:
            raise CannotWaitError(f"{MOST_UPDATES} messages wait for the bot, so a new one cannot be seen.")
        if updates:
            time.sleep(PAUSE_SECONDS)


def _sender(message: dict[str, Any]) -> Sender | None:
    """Return the person who wrote a message in a private chat; None for any other message."""
    person = message.get("from") or {}
    if (message.get("chat") or {}).get("type") != "private" or person.get("is_bot") or "id" not in person:
        return None
    name = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    if username := person.get("username"):
        name += f" (@{username})"
    text = shorten(message.get("text") or "(no text)", SHOWN_TEXT)
    return Sender(int(person["id"]), name, text, datetime.fromtimestamp(message.get("date", 0), UTC))


def _bot_name(settings: TelegramSettings) -> str:
    """Return the user name of the bot. Raises SettingError if Telegram does not know the token, or TransientError."""
    try:
        return f"@{BotApi(settings, retries=1).call('getMe').get('username', '?')}"
    except TelegramError as error:
        kind = SettingError if error.status in UNKNOWN else TransientError
        raise kind(_what_to_do(error, settings)) from None


def _what_to_do(error: TelegramError, settings: TelegramSettings) -> str:
    host = host_of(settings.telegram_base_url)
    if error.status in UNKNOWN:
        return f"{host} does not know this token: copy it again from @BotFather (/mybots, API Token)."
    reason = " ".join(str(error).replace(settings.token, "<token>").split())[:200]
    return f"{host} cannot be used now ({reason}): is there a network?"
