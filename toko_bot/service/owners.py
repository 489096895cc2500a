"""Notifies the owners of a rejected catalogue and of old data."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from toko_bot.replies import messages
from toko_bot.replies.layout import is_stale
from toko_bot.service.outgoing import short
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog
from toko_core.text import age, moment

log = logging.getLogger(__name__)


class OwnerReports:
    """Notifies each owner once. Replicas with the same data folder, or a restarted bot, do not notify them again."""

    def __init__(self, bot: ExtBot[Any], settings: BotSettings, live: LiveCatalog) -> None:
        self._bot = bot
        self._settings = settings
        self._live = live
        self._notified: set[str] = set()

    async def report_rejected_catalog(self, problem: str) -> None:
        """Notify the owners once for each rejected file."""
        await self._notify("refused", str(self._live.newest), messages.catalog_rejected(problem))

    async def report_stale_data(self) -> None:
        """Notify the owners once a day if the data is old."""
        served, zone = self._live.served, self._settings.zone
        if served is None or not is_stale(served, self._settings):
            return
        data = moment(served.data_time, zone)
        old = age(datetime.now(UTC) - served.data_time)
        await self._notify("stale", datetime.now(zone).date().isoformat(), messages.stale_report(data, old))

    async def _notify(self, kind: str, occasion: str, text: str) -> None:
        if not self._is_first(kind, occasion):
            return
        for owner in sorted(self._settings.owners):
            try:
                await self._bot.send_message(owner, text, parse_mode=ParseMode.HTML)
            except TelegramError as error:  # an owner who never started the bot, or blocked it
                log.warning("Owner %d could not be notified: %s", owner, short(error))

    def _is_first(self, kind: str, occasion: str) -> bool:
        key = f"{kind} {occasion}"
        if key in self._notified:
            return False
        self._notified.add(key)
        note = Path(self._settings.data_folder, "bot", f"told-{kind}")
        try:
            if note.exists() and note.read_text() == occasion:
                return False
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(occasion)
        except OSError as error:  # the folder may be read-only here: two notifications are better than none
            log.info("The notification of the owners could not be recorded: %s", error)
        return True
