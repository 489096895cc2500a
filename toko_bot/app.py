"""Assembles the bot: its network connections, handlers and background tasks. Starts and stops all of them."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from urllib.parse import urlsplit

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from toko_bot.handlers.access import Gate
from toko_bot.handlers.barcode_photo import on_photo
from toko_bot.handlers.browse import on_press
from toko_bot.handlers.commands import on_anything_else, on_id, on_reload, on_start, on_unknown, on_version, set_menu
from toko_bot.handlers.errors import on_error
from toko_bot.handlers.inline import on_inline
from toko_bot.handlers.owner import on_report, on_status, on_sync
from toko_bot.handlers.price_history import on_history, on_moves
from toko_bot.handlers.search import on_group_search, on_text
from toko_bot.handlers.services import KEY, App, Services
from toko_bot.replies.buttons import WAYS
from toko_bot.replies.reports import COMMANDS
from toko_bot.service.health import Heartbeat
from toko_bot.service.incoming import Polling, wait_for_end_of_polling
from toko_bot.service.metrics import Metrics
from toko_bot.service.outgoing import Outgoing, Sending
from toko_bot.service.owners import OwnerReports
from toko_bot.service.turns import TakingTurns
from toko_bot.service.webhook import WebhookSecret
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog

log = logging.getLogger(__name__)

UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY, Update.MY_CHAT_MEMBER]
GATE, WORK = -1, 0
"""Handler groups."""
POLL_SECONDS = 10
POLL_GRACE_SECONDS = 5.0
"""How much longer the bot waits for a poll. It receives no updates meanwhile."""
ANSWER_SECONDS = 10.0
"""How long the bot waits for any other response of Telegram."""
STALE_EVERY = 600.0
BEAT_EVERY = 10.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGABRT)


def build_app(settings: BotSettings) -> "TokoBot":
    """Build the bot of one shop. Several bots can run in one process and share nothing.

    This starts no thread, opens no port and does not tune the process. `run` starts the bot.
    """
    return TokoBot(settings)


class TokoBot:
    """The bot of one shop: its python-telegram-bot application, catalogue, metrics and background tasks."""

    def __init__(self, settings: BotSettings) -> None:
        self.settings = settings
        self.metrics = Metrics(settings.zone)
        self.live = LiveCatalog(settings.catalog_folder, settings.zone, self.metrics)
        self.services = Services(settings, self.live, self.metrics)
        self._heartbeat = Heartbeat(settings)
        self._tasks: list[asyncio.Task[None]] = []
        self.failure: str | None = None
        """Why the bot stopped, if nobody told it to."""
        self._polling = Polling(self._beat, self.metrics.unreadable.inc, read_timeout=POLL_GRACE_SECONDS)
        self.application: App = self._build()

    def run(self, stop_signals: Sequence[int] | None = STOP_SIGNALS) -> None:
        """Run until one of the signals arrives, or until `application.stop_running()` is called in its event loop.

        Only the main thread can wait for signals; pass None in any other thread. Raises telegram.error.InvalidToken,
        and OSError if a port is in use.
        """
        try:
            if self.settings.metrics_port is not None:
                self.metrics.serve(self.settings.metrics_port)
            self._poll_or_listen(stop_signals)
        finally:
            self.metrics.stop()
            self.live.close()

    def _poll_or_listen(self, stop_signals: Sequence[int] | None) -> None:
        settings = self.settings
        if settings.webhook_url is None or settings.webhook_secret is None:
            self.application.run_polling(
                timeout=POLL_SECONDS, bootstrap_retries=-1, allowed_updates=UPDATES, stop_signals=stop_signals
            )
            return
        host, port = settings.webhook_place
        self.application.run_webhook(
            host, port, urlsplit(settings.webhook_url).path.strip("/"), webhook_url=settings.webhook_url,
            secret_token=WebhookSecret(settings.webhook_secret.get_secret_value()), bootstrap_retries=-1,
            allowed_updates=UPDATES, stop_signals=stop_signals,
        )  # fmt: skip

    def _build(self) -> App:
        url = self.settings.telegram_base_url
        app: App = (
            Application.builder()
            .token(self.settings.token)
            .base_url(f"{url}/bot")
            .base_file_url(f"{url}/file/bot")
            .request(Sending(self.metrics.sending, read_timeout=ANSWER_SECONDS))
            .get_updates_request(self._polling)
            .rate_limiter(Outgoing(self.settings.telegram_rate_limit))
            .concurrent_updates(TakingTurns(self.metrics, self._is_running))
            .job_queue(None)
            .post_init(self._started)
            .post_stop(self._ended)
            .post_shutdown(self._ended)
            .build()
        )  # fmt: skip
        app.bot_data[KEY] = self.services
        add_handlers(app)
        return app

    async def _started(self, app: App) -> None:
        await self.live.poll()
        if self.live.served is None:
            log.error("There is no catalogue to serve yet: %s. The bot checks every second.", self.live.problem)
        reports = OwnerReports(app.bot, self.settings, self.live)
        for work in (
            self.live.follow(reports.report_rejected_catalog), self._report_stale(reports), reports.keep_sending(),
            self._set_commands(app), self._keep_beating(), self._stop_after_polling(),
        ):  # fmt: skip
            self._tasks.append(asyncio.create_task(work))
        log.info("@%s answers %d people", app.bot.username, len(self.settings.staff))
        if not self.settings.staff and not self.settings.allowed_chats:
            log.warning("ALLOWED_USERS is empty: nobody may use the bot. It sends everybody who writes to it their id.")

    async def _ended(self, _: App) -> None:
        """Stop all background work. If the start fails, this is called twice."""
        await self.services.background.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._heartbeat.stop()

    def _is_running(self) -> bool:
        return self.application.running

    def _beat(self) -> None:
        served = self.live.served
        try:
            self._heartbeat.beat(served.name if served else None)
        except OSError as error:
            log.warning("The file for the health check cannot be written: %s", error)

    async def _keep_beating(self) -> None:
        """Keep the heartbeat going in webhook mode, where no polls show that the bot is alive."""
        while self.settings.webhook_url is not None:
            self._beat()
            await asyncio.sleep(BEAT_EVERY)

    async def _stop_after_polling(self) -> None:
        """Stop if polling has ended, so that a service manager starts the bot again."""
        if self.settings.webhook_url is not None:
            return
        updater = self.application.updater
        self.failure = await wait_for_end_of_polling(self._polling, lambda: updater is not None and updater.running)
        log.error("The bot stops: %s", self.failure)
        self.application.stop_running()

    async def _report_stale(self, reports: OwnerReports) -> None:
        while True:
            try:
                await reports.report_stale_data()
            except Exception:
                log.exception("Checking the age of the data failed")
            await asyncio.sleep(STALE_EVERY)

    async def _set_commands(self, app: App) -> None:
        for chat in sorted(self.settings.staff | self.settings.allowed_chats):
            await set_menu(app.bot, chat, owner=chat in self.settings.owners)


def add_handlers(app: App) -> None:
    """Add the gate, and then one handler for each kind of update."""
    private, new = filters.ChatType.PRIVATE, filters.UpdateType.MESSAGE
    ours = ~filters.VIA_BOT  # messages that people send through inline mode are answers already
    app.add_handler(TypeHandler(Update, Gate()), GATE)
    app.add_handlers(
        [
            CommandHandler(["start", "help", "bantuan"], on_start, new),
            CommandHandler("id", on_id, new),
            CommandHandler("version", on_version, new),
            CommandHandler("reload", on_reload, new),
            CommandHandler(["harga", "cari"], on_group_search),
            CommandHandler("riwayat", on_history, new),
            CommandHandler(list(WAYS), on_moves, new),
            CommandHandler("status", on_status, new),
            CommandHandler("sync", on_sync, new),
            CommandHandler(list(COMMANDS), on_report, new),
            MessageHandler(filters.COMMAND & new & private, on_unknown),
            MessageHandler((filters.PHOTO | filters.Document.IMAGE) & private & new & ours, on_photo),
            MessageHandler(filters.TEXT & ~filters.COMMAND & ours, on_text),
            MessageHandler(new & private & ours & ~filters.StatusUpdate.ALL, on_anything_else),
            CallbackQueryHandler(on_press),
            InlineQueryHandler(on_inline),
        ],
        WORK,
    )
    app.add_error_handler(on_error)
