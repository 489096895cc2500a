"""Checks the Telegram bot: its settings, and its state at Telegram. No finding contains the token."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_assets.common.telegram import BotApi, TelegramError
from toko_bot.service.health import Beat, read_beat
from toko_bot.settings import BotSettings, load_settings
from toko_core import SettingError
from toko_core.people.owners import stored_owners
from toko_core.people.store import People
from toko_core.settings import env_file, host_of
from toko_core.state.database import StateDatabase, StateError, state_url
from toko_core.state.groups.store import Groups, Move

SUBJECT = "Telegram"
TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 -- a name
ANSWER_SECONDS = 5.0
POLL_SECONDS = 4
"""Telegram ends a waiting poll when another one arrives. Another poller comes back within about a second and ends ours.
A poll that does not wait would never be ended."""
OLD_ERROR = 24 * 3600.0
DAYS_OF_A_WEEK = 7
UNKNOWN = {401, 404}
"""Telegram's statuses for an unknown or malformed token."""
CONFLICT = 409


def look_at_telegram(_: Settings) -> Iterator[Finding]:
    """Check the bot. Pending updates stay pending. A bot that polls on another machine logs one conflict."""
    if not (os.environ.get(TOKEN) or env_file().get(TOKEN)):
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
        yield note(SUBJECT, f"{groups[0]} among ALLOWED_USERS and OWNER_USERS is a group", "put it into ALLOWED_CHATS.")
    if people:
        yield note(SUBJECT, f"{people[0]} in ALLOWED_CHATS is a person", "put them into ALLOWED_USERS.")
    for move in _moved_groups(settings):
        yield note(SUBJECT, f"group {move.old} in ALLOWED_CHATS is supergroup {move.new} now", "put the new id there.")
    stored = _stored_owners(settings) if not settings.owners else settings.owners
    if not settings.staff and not settings.allowed_chats and not _is_anybody_stored(settings):
        yield note(SUBJECT, "Nobody may use the bot. It tells everybody who writes their id.")
    if not stored:
        yield wrong(
            SUBJECT, "OWNER_USERS is empty: nobody sees cost or is notified of syncs. Put the owners' ids there."
        )
    if len(settings.closed_days.weekdays) == DAYS_OF_A_WEEK:
        yield note(SUBJECT, "CLOSED_DAYS has all days of the week: old prices would never be marked as old.")
    if settings.webhook_url is None and settings.webhook_secret is not None:
        yield note(SUBJECT, "WEBHOOK_SECRET has no effect: WEBHOOK_URL is not set, so the bot polls.")
    way = f"a webhook at {host_of(settings.webhook_url)}" if settings.webhook_url else "polling"
    yield good(SUBJECT, f"settings: {len(settings.staff)} people, {len(settings.owners)} of them see cost; by {way}")


def _stored_owners(settings: BotSettings) -> frozenset[int]:
    """Return the owners in the state database. Whether that can be read is a finding of its own."""
    with suppress(StateError), closing(StateDatabase(state_url(settings), prepares=False)) as state:
        return stored_owners(state)
    return frozenset()


def _moved_groups(settings: BotSettings) -> list[Move]:
    """Return the groups of ALLOWED_CHATS that became supergroups. They keep their access."""
    allowed = settings.allowed_chats
    if not allowed:
        return []
    with suppress(StateError), closing(StateDatabase(state_url(settings), prepares=False)) as state:
        return [move for move in Groups(state, allowed).moves() if move.old in allowed]
    return []


def _is_anybody_stored(settings: BotSettings) -> bool:
    with suppress(StateError), closing(StateDatabase(state_url(settings), prepares=False)) as state:
        return (state.file is None or state.file.exists()) and bool(People(state, set(), set()).everybody())
    return False


def _bot(settings: BotSettings) -> Iterator[Finding]:
    """Check the response of getMe: the bot's name, and its configuration at @BotFather."""
    me = BotApi(settings, seconds=ANSWER_SECONDS).call("getMe")
    name = f"@{me.get('username', '?')}"
    yield good(SUBJECT, f"{name} is known to {host_of(settings.telegram_base_url)}")
    if me.get("supports_inline_queries"):
        yield good(SUBJECT, f"inline mode is on: {name} and words find prices in any chat")
    else:
        yield note(SUBJECT, f"Inline mode is off: for {name} in other chats, write /setinline to @BotFather.")
    if me.get("can_read_all_group_messages"):
        yield note(
            SUBJECT, "Privacy mode is off: the bot receives all messages in its groups, and does not need them. "
            "/setprivacy at @BotFather, Enable."
        )  # fmt: skip
    else:
        yield good(SUBJECT, "privacy mode is on: in groups the bot receives only commands and replies to it")


def _updates(settings: BotSettings) -> Iterator[Finding]:
    """Check that updates go to our webhook or poll, not elsewhere, and that the bot that runs here processes them."""
    beat = read_beat(settings)
    if beat is not None and (problem := beat.problem_at(time.time())) is not None:
        yield wrong(SUBJECT, problem)
    info = BotApi(settings, seconds=ANSWER_SECONDS).call("getWebhookInfo")
    url = str(info.get("url") or "")
    if settings.webhook_url is not None:
        yield from _own_webhook(settings.webhook_url, url, info)
    elif url:
        yield note(
            SUBJECT, f"A webhook to {host_of(url)} is set but WEBHOOK_URL is not: updates go there. `toko bot` removes "
            "it at its start (deleteWebhook). If it comes back, stop the program that sets it, or /revoke the token "
            "at @BotFather."
        )  # fmt: skip
    else:
        yield from _poll(settings, beat)


def _own_webhook(wanted: str, url: str, info: dict[str, Any]) -> Iterator[Finding]:
    if url != wanted:
        now = f"webhook at {host_of(url)}, not at WEBHOOK_URL" if url else "webhook, but WEBHOOK_URL is set"
        yield note(SUBJECT, f"Telegram has {'a' if url else 'no'} {now}: `toko bot` sets it when it starts.")
        return
    age = time.time() - float(info.get("last_error_date") or 0)
    waiting = int(info.get("pending_update_count") or 0)
    if info.get("last_error_message") and age < OLD_ERROR:
        ago = shown_age(timedelta(seconds=age))
        reason = " ".join(str(info["last_error_message"]).split())
        yield note(
            SUBJECT, f"Telegram could not reach WEBHOOK_URL {ago} ago ({reason}), {waiting} updates are pending: is "
            "the bot running, does the proxy forward to WEBHOOK_LISTEN, is the certificate valid?"
        )  # fmt: skip
    else:
        yield good(SUBJECT, f"the webhook is WEBHOOK_URL, {waiting} updates are pending")


def _poll(settings: BotSettings, beat: Beat | None) -> Iterator[Finding]:
    """Poll without an offset, so that the bot still receives the updates. A bot that runs here is not disturbed."""
    if beat is not None:
        if beat.problem_at(time.time()) is None:
            yield good(SUBJECT, "the bot is running here and polls; its log says whether another program does too")
        return
    try:
        waiting = BotApi(settings, seconds=ANSWER_SECONDS).call(
            "getUpdates", POLL_SECONDS, timeout=POLL_SECONDS, limit=1
        )
    except TelegramError as error:
        if error.status != CONFLICT:
            raise
        yield note(
            SUBJECT, "Another program polls with this bot's token: stop it, or create a separate token. (If it is this "
            "shop's bot on another machine or in a container, everything is fine.)"
        )  # fmt: skip
        return
    yield good(SUBJECT, f"no webhook and no second poller; {'updates are' if waiting else 'no update is'} pending")


def _what_to_do(error: TelegramError, settings: BotSettings) -> str:
    host = host_of(settings.telegram_base_url)
    if error.status in UNKNOWN:
        return f"{host} does not know {TOKEN}: copy it again from @BotFather (/mybots, API Token)."
    reason = " ".join(str(error).replace(settings.token, "<token>").split())[:200]
    if error.status:
        return f"{host} rejects the request ({error.status}, {reason}): try again in a minute."
    return f"{host} cannot be reached ({reason}): is there a network, and is TELEGRAM_BASE_URL right?"
