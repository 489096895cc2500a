"""The Telegram bot: its settings, and what Telegram says of it. The token is in nothing that is said."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.cli.doctor.setup import ENV_FILE
from toko_assets.common.settings import Settings
from toko_assets.common.telegram import BotApi, TelegramError
from toko_bot.service.health import seconds_since_beat
from toko_bot.settings import BotSettings, load_settings
from toko_core.errors import SettingError

SUBJECT = "Telegram"
TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 -- a name
ANSWER_SECONDS = 5.0
POLL_SECONDS = 4
"""Telegram ends the poll that waits when another one comes: who polls elsewhere comes back within about a second and
ends ours. A poll that does not wait would never be the one that is ended."""
RUNNING_SECONDS = 60.0
OLD_ERROR = 24 * 3600.0
DAYS_OF_A_WEEK = 7
UNKNOWN = {401, 404}
"""What Telegram answers to a token that it does not know, or that has not the form of one."""
CONFLICT = 409


def look_at_telegram(_: Settings) -> Iterator[Finding]:
    """Changes nothing: updates that wait go on waiting. A bot that polls on another machine logs one conflict."""
    if not (os.environ.get(TOKEN) or (dotenv_values(ENV_FILE).get(TOKEN) if ENV_FILE.is_file() else None)):
        yield good(SUBJECT, f"the bot is not set up: {TOKEN} is not set (docs/bot.md says how)")
        return
    try:
        settings = load_settings()
    except SettingError as error:
        yield wrong(SUBJECT, str(error))
        return
    yield from _settings(settings)
    try:
        yield from _bot(settings)
        yield from _updates(settings)
    except TelegramError as error:
        yield wrong(SUBJECT, _what_to_do(error, settings))


def _settings(settings: BotSettings) -> Iterator[Finding]:
    groups, people = [i for i in settings.staff if i < 0], [i for i in settings.allowed_chats if i > 0]
    if groups:
        yield note(SUBJECT, f"{groups[0]} among ALLOWED_USERS and OWNER_USERS is a group: put it into ALLOWED_CHATS.")
    if people:
        yield note(SUBJECT, f"{people[0]} in ALLOWED_CHATS is a person: put them into ALLOWED_USERS.")
    if not settings.staff and not settings.allowed_chats:
        yield note(SUBJECT, "ALLOWED_USERS is empty: nobody may use the bot. It tells everybody who writes their id.")
    elif not settings.owner_users and len(settings.allowed_users) > 1:
        yield note(SUBJECT, "OWNER_USERS is empty: all of ALLOWED_USERS see cost and margin. Put owners' ids there.")
    if len(settings.closed_days.weekdays) == DAYS_OF_A_WEEK:
        yield note(SUBJECT, "CLOSED_DAYS has all days of the week: old prices would never be marked as old.")
    if settings.webhook_url is None and settings.webhook_secret is not None:
        yield note(SUBJECT, "WEBHOOK_SECRET has no effect: WEBHOOK_URL is not set, so the bot polls.")
    way = f"a webhook at {_host(settings.webhook_url)}" if settings.webhook_url else "polling"
    yield good(SUBJECT, f"settings: {len(settings.staff)} people, {len(settings.owners)} of them see cost; by {way}")


def _bot(settings: BotSettings) -> Iterator[Finding]:
    """What getMe says: who the bot is, and what @BotFather has been told."""
    me = BotApi(settings, seconds=ANSWER_SECONDS).call("getMe")
    name = f"@{me.get('username', '?')}"
    yield good(SUBJECT, f"{name} is known to {_host(settings.telegram_base_url)}")
    if me.get("supports_inline_queries"):
        yield good(SUBJECT, f"inline mode is on: {name} and words find prices in any chat")
    else:
        yield note(SUBJECT, f"Inline mode is off: for {name} in other chats, write /setinline to @BotFather.")
    if me.get("can_read_all_group_messages"):
        yield note(
            SUBJECT, "Privacy is off: the bot is sent all that is said in its groups, and needs none of it. "
            "/setprivacy at @BotFather, Enable."
        )  # fmt: skip
    else:
        yield good(SUBJECT, "privacy is on: in groups the bot hears commands and replies to it, nothing else")


def _updates(settings: BotSettings) -> Iterator[Finding]:
    """Where updates go: to our webhook or our poll, and to nobody else's."""
    info = BotApi(settings, seconds=ANSWER_SECONDS).call("getWebhookInfo")
    url = str(info.get("url") or "")
    if settings.webhook_url is not None:
        yield from _own_webhook(settings.webhook_url, url, info)
    elif url:
        yield note(
            SUBJECT, f"A webhook to {_host(url)} is set, WEBHOOK_URL is not: updates go there. `toko bot` removes it "
            "at its start (deleteWebhook); if it comes back, stop the program that sets it, or have @BotFather "
            "/revoke the token."
        )  # fmt: skip
    else:
        yield from _poll(settings)


def _own_webhook(wanted: str, url: str, info: dict[str, Any]) -> Iterator[Finding]:
    if url != wanted:
        now = f"to {_host(url)}" if url else "nowhere"
        yield note(SUBJECT, f"The webhook leads {now}, not to WEBHOOK_URL: `toko bot` sets it when it starts.")
        return
    age = time.time() - float(info.get("last_error_date") or 0)
    waiting = int(info.get("pending_update_count") or 0)
    if info.get("last_error_message") and age < OLD_ERROR:
        ago = shown_age(timedelta(seconds=age))
        said = " ".join(str(info["last_error_message"]).split())
        yield note(
            SUBJECT, f"Telegram did not reach WEBHOOK_URL {ago} ago ({said}), {waiting} updates wait: does the bot "
            "run, does the proxy lead to WEBHOOK_LISTEN, is its certificate valid?"
        )  # fmt: skip
    else:
        yield good(SUBJECT, f"the webhook leads to WEBHOOK_URL, {waiting} updates wait")


def _poll(settings: BotSettings) -> Iterator[Finding]:
    """No offset: what is read here is not taken from the bot."""
    if (age := seconds_since_beat(settings)) is not None and -RUNNING_SECONDS < age < RUNNING_SECONDS:
        yield good(SUBJECT, "the bot is running here, and polls: whether another program does too is in its log")
        return
    try:
        waiting = BotApi(settings, seconds=ANSWER_SECONDS).call(
            "getUpdates", POLL_SECONDS, timeout=POLL_SECONDS, limit=1
        )
    except TelegramError as error:
        if error.status != CONFLICT:
            raise
        yield note(
            SUBJECT, "Another program polls with this bot's token: stop it, or make this one a token of its own. (If "
            "it is this shop's bot on another machine or in a container, all is well.)"
        )  # fmt: skip
        return
    yield good(SUBJECT, f"no webhook and no second poller; {'updates wait' if waiting else 'no update waits'}")


def _what_to_do(error: TelegramError, settings: BotSettings) -> str:
    host = _host(settings.telegram_base_url)
    if error.status in UNKNOWN:
        return f"{host} does not know {TOKEN}: copy it again from @BotFather (/mybots, API Token)."
    said = " ".join(str(error).replace(settings.token, "<token>").split())[:200]
    if error.status:
        return f"{host} refuses to answer ({error.status}, {said}): try again in a minute."
    return f"{host} cannot be asked ({said}): is there a network, is TELEGRAM_BASE_URL right?"


def _host(url: str) -> str:
    """Alone: the rest of a webhook's address may be a secret."""
    return urlsplit(url).netloc.rpartition("@")[2] or "an unknown place"
