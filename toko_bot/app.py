"""Assembles the bot: its network connections, handlers and background tasks. Starts and stops all of them."""

import asyncio
import logging
import signal
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    Updater,
    filters,
)

from toko_bot.handlers.access import guard
from toko_bot.handlers.barcode_photo import on_photo
from toko_bot.handlers.browse import on_press
from toko_bot.handlers.commands import on_anything_else, on_id, on_reload, on_start, on_unknown, on_version, set_menu
from toko_bot.handlers.decisions.launching import keep_up
from toko_bot.handlers.decisions.pages import on_decision_press, on_earlier, on_quiet
from toko_bot.handlers.demand.pages import on_demand, on_demand_press
from toko_bot.handlers.errors import on_error
from toko_bot.handlers.groups.upgrades import take_over
from toko_bot.handlers.inline import on_inline
from toko_bot.handlers.owner import on_report, on_status, on_sync
from toko_bot.handlers.people.pages import on_audit, on_people, on_people_press
from toko_bot.handlers.people.web_links import on_web
from toko_bot.handlers.price_history import on_history, on_moves
from toko_bot.handlers.quotations.conversation import on_quotation_press, on_quotations
from toko_bot.handlers.search import on_group_search, on_text
from toko_bot.handlers.services import KEY, App, Services
from toko_bot.handlers.sharing.links import LINK, on_product_link
from toko_bot.handlers.sharing.press import on_share_press
from toko_bot.handlers.watching.pages import on_marked, on_morning, on_watch_press
from toko_bot.replies.buttons import WAYS
from toko_bot.replies.reports import COMMANDS
from toko_bot.service.dead_mans_switch import keep_requesting
from toko_bot.service.health import Heartbeat
from toko_bot.service.incoming import Polling, wait_for_end_of_polling
from toko_bot.service.listeners.webhook import WebhookUpdater
from toko_bot.service.listeners.webhook_health import WebhookHealth
from toko_bot.service.metrics import Metrics
from toko_bot.service.outgoing import Outgoing, Sending
from toko_bot.service.owners import OwnerReports
from toko_bot.service.probe import ProbedPolling
from toko_bot.service.turns import TakingTurns
from toko_bot.service.watching.price_news import PriceNews
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog
from toko_core.people import Role
from toko_core.state.database import StateError
from toko_core.state.groups.store import Move

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
        self._heartbeat = Heartbeat(settings, self._served_catalog)
        self.metrics.healthy.set_function(lambda: self._heartbeat.find_problem() is None)
        self._tasks: list[asyncio.Task[None]] = []
        self.failure: str | None = None
        """Why the bot stopped, if nobody told it to."""
        queue: asyncio.Queue[object] = asyncio.Queue()
        probed = ProbedPolling(queue, self._heartbeat)
        self._polling = Polling(probed.polled, self.metrics.unreadable.inc, read_timeout=POLL_GRACE_SECONDS)
        self._updater = self._build_updater(queue)
        self.application: App = self._build()

    def run(self, stop_signals: Sequence[int] | None = STOP_SIGNALS) -> None:
        """Run until one of the signals arrives, or until `application.stop_running()` is called in its event loop.

        Only the main thread can wait for signals; pass None in any other thread. Raises telegram.error.InvalidToken,
        and OSError if a port is in use.
        """
        try:
            if self.settings.metrics_port is not None:
                self.metrics.serve(self.settings.metrics_listen, self.settings.metrics_port)
            self._poll_or_listen(stop_signals)
        finally:
            self.metrics.stop()
            self.services.close()

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
            secret_token=settings.webhook_secret.get_secret_value(), bootstrap_retries=-1,
            allowed_updates=UPDATES, stop_signals=stop_signals,
        )  # fmt: skip

    def _build_updater(self, queue: asyncio.Queue[object]) -> Updater:
        settings, url = self.settings, self.settings.telegram_base_url
        bot = ExtBot(
            settings.token, f"{url}/bot", f"{url}/file/bot",
            request=Sending(self.metrics.sending, read_timeout=ANSWER_SECONDS), get_updates_request=self._polling,
            rate_limiter=Outgoing(settings.telegram_rate_limit, self._group_moved),
        )  # fmt: skip
        return WebhookUpdater(bot, queue, self.metrics.unreadable.inc) if settings.webhook_url else Updater(bot, queue)

    def _group_moved(self, old: int, new: int) -> None:
        move = Move(old, new, title="")
        self.services.background.start(take_over(self.application.bot, self.services, move))

    def _build(self) -> App:
        app: App = (
            Application.builder()
            .updater(self._updater)
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
        shop = self.services
        reports = shop.reports = OwnerReports(app.bot, self.settings, self.live, shop.owners, shop.state)
        news = PriceNews(app.bot, self.settings, self.live, shop.people, shop.watches, shop.deliveries)
        for work in (
            self.live.follow(reports.report_rejected_catalog), self._report_stale(reports), reports.keep_sending(),
            news.keep_sending(), keep_up(app.bot, shop), shop.usage.keep_writing(),
            self._set_commands(app), self._report_moved_groups(reports), self._watch_updates(),
            *self._signs_of_life(),
        ):  # fmt: skip
            self._tasks.append(asyncio.create_task(work))
        await self._log_people(app)

    async def _log_people(self, app: App) -> None:
        """Log how many people the bot answers, and warn if there are none, or no owner."""
        try:
            roles = [person.role for person in await asyncio.to_thread(self.services.people.everybody)]
        except StateError as error:
            log.error("Only the people of .env have access: %s", error)
            roles = [Role.OWNER] * len(self.settings.owners)
            roles += [Role.STAFF] * len(self.settings.staff - self.settings.owners)
        log.info("@%s answers %d people", app.bot.username, len(roles))
        if not roles and not self.settings.allowed_chats:
            log.warning(
                "OWNER_USERS and ALLOWED_USERS are empty: nobody may use the bot. It sends everybody who writes to it "
                "their id."
            )
        if Role.OWNER not in roles:
            log.warning(
                "OWNER_USERS is empty: nobody is an owner, so nobody sees cost, is notified of syncs, or can give "
                "others access."
            )

    async def _ended(self, _: App) -> None:
        """Stop all background work. If the start fails, this is called twice."""
        await self.services.background.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.services.usage.write(everything=True)
        self._heartbeat.stop()

    def _is_running(self) -> bool:
        return self.application.running

    def _served_catalog(self) -> str | None:
        served = self.live.served
        return served.name if served else None

    async def _watch_updates(self) -> None:
        """Check the webhook. Or stop if polling has ended, so that a service manager starts the bot again."""
        if isinstance(self._updater, WebhookUpdater):
            await WebhookHealth(self.settings, self._updater, self._heartbeat).watch()
            return
        self.failure = await wait_for_end_of_polling(self._polling, lambda: self._updater.running)
        log.error("The bot stops: %s", self.failure)
        self.application.stop_running()

    def _signs_of_life(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Yield the work for BOT_HEARTBEAT_URL, if it is set."""
        if url := self.settings.bot_heartbeat_url:
            yield keep_requesting(url.get_secret_value(), self._heartbeat.find_problem)

    async def _report_stale(self, reports: OwnerReports) -> None:
        while True:
            try:
                await reports.report_stale_data()
            except Exception:
                log.exception("Checking the age of the data failed")
            await asyncio.sleep(STALE_EVERY)

    async def _report_moved_groups(self, reports: OwnerReports) -> None:
        """Notify the owners of what a killed bot did not report, and log which ids of ALLOWED_CHATS are old."""
        groups, allowed = self.services.groups, self.settings.allowed_chats
        if not allowed:
            return
        try:
            for move in await asyncio.to_thread(groups.moves):
                if move.old in allowed:
                    log.info("Group %d is supergroup %d: put the new id into ALLOWED_CHATS", move.old, move.new)
            await reports.report_moved_groups(groups)
        except StateError as error:
            log.info("It is not known whether groups became supergroups: %s", error)

    async def _set_commands(self, app: App) -> None:
        """Set the menus, because a new version has other commands. Customers get theirs anew with /start."""
        try:
            people = await asyncio.to_thread(self.services.people.everybody)
            groups = await asyncio.to_thread(self.services.groups.all)
        except StateError as error:
            log.info("The menus are not set: %s", error)
            return
        for chat in sorted(groups):
            if (new := await set_menu(app.bot, chat, None)) is not None:  # also if it happened while no bot ran
                await take_over(app.bot, self.services, Move(chat, new, title=""))
        for person in people:
            if person.role is not Role.CUSTOMER:
                await set_menu(app.bot, person.user_id, person.role)


def add_handlers(app: App) -> None:
    """Add the gate, and then one handler for each kind of update."""
    private, new = filters.ChatType.PRIVATE, filters.UpdateType.MESSAGE
    ours = ~filters.VIA_BOT  # messages that people send through inline mode are answers already
    said = filters.UpdateType.MESSAGES & ours
    app.add_handler(TypeHandler(Update, guard), GATE)
    app.add_handlers(
        [
            MessageHandler(filters.Regex(LINK) & new, on_product_link),
            CommandHandler(["start", "bantuan", "help"], on_start, said),
            CommandHandler("id", on_id, said),
            CommandHandler(["data", "version"], on_version, said),
            CommandHandler(["segarkan", "reload"], on_reload, said),
            CommandHandler(["harga", "cari"], on_group_search, said),
            CommandHandler("riwayat", on_history, said),
            CommandHandler(list(WAYS), on_moves, said),
            CommandHandler(["keadaan", "status"], on_status, said),
            CommandHandler(["sinkron", "sync"], on_sync, said),
            CommandHandler(list(COMMANDS), on_report, said),
            CommandHandler("penawaran", on_quotations, said),
            CommandHandler("kembali", on_earlier, said),
            CommandHandler("tenang", on_quiet, said),
            CommandHandler("dicari", on_demand, said),
            CommandHandler("favorit", on_marked, said),
            CommandHandler("pagi", on_morning, said),
            CommandHandler("pengguna", on_people, said),
            CommandHandler("catatan", on_audit, said),
            CommandHandler("web", on_web, said),
            MessageHandler(filters.COMMAND & said & private, on_unknown),
            MessageHandler((filters.PHOTO | filters.Document.IMAGE) & new & ours, on_photo),
            MessageHandler(filters.TEXT & ~filters.COMMAND & ours, on_text),
            MessageHandler(new & private & ours & ~filters.StatusUpdate.ALL, on_anything_else),
            CallbackQueryHandler(on_people_press, "^u"),
            CallbackQueryHandler(on_decision_press, "^d"),
            CallbackQueryHandler(on_quotation_press, "^k"),
            CallbackQueryHandler(on_demand_press, "^z"),
            CallbackQueryHandler(on_watch_press, "^w"),
            CallbackQueryHandler(on_share_press, "^s"),
            CallbackQueryHandler(on_press),
            InlineQueryHandler(on_inline),
        ],
        WORK,
    )
    app.add_error_handler(on_error)
