"""The bot's metrics: for Prometheus, and today's figures for /keadaan."""

import logging
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from toko_bot.service.listeners.metrics_listener import MetricsListener

log = logging.getLogger(__name__)

ANSWERS = ("sendMessage", "sendPhoto", "editMessageText", "answerInlineQuery")
BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(slots=True)
class _CurrentUpdate:
    """An update that is being processed."""

    started: float
    answered: bool = False


_current_update: ContextVar[_CurrentUpdate | None] = ContextVar("current_update", default=None)
"""The update that the current task is processing."""


@dataclass
class Today:
    """The figures of one day in the shop's time zone."""

    day: date
    searches: int = 0
    empty: int = 0
    slowest: tuple[float, str] | None = None


@dataclass
class Metrics:
    """The metrics of one bot. Counting takes microseconds."""

    zone: ZoneInfo
    registry: CollectorRegistry = field(default_factory=lambda: CollectorRegistry(auto_describe=True))

    def __post_init__(self) -> None:
        registry = self.registry
        self.started = time.time()
        self._searches = Counter("toko_bot_searches", "Searches answered", ["kind"], registry=registry)
        self._empty = Counter("toko_bot_empty_searches", "Searches that found nothing", registry=registry)
        self._seconds = Histogram(
            "toko_bot_search_seconds", "Seconds from the update to the answer, without the network", buckets=BUCKETS,
            registry=registry,
        )  # fmt: skip
        self._inside = Histogram(
            "toko_bot_answer_seconds", "Seconds from the start of the handlers until the answer goes to the network",
            buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self.denied = Counter("toko_bot_denied", "Updates from people without access", registry=registry)
        self.unreadable = Counter("toko_bot_unreadable", "Updates that cannot be read", registry=registry)
        self.dropped = Counter("toko_bot_dropped", "Updates dropped because their sender floods", registry=registry)
        self.errors = Counter("toko_bot_errors", "Errors, by kind", ["kind"], registry=registry)
        self.reloads = Counter("toko_bot_catalogs_loaded", "Catalogues loaded and served", registry=registry)
        self._rejected = Counter("toko_bot_catalogs_refused", "Catalogues that could not be read", registry=registry)
        self.healthy = Gauge(
            "toko_bot_healthy", "1 if the bot processes updates and serves a catalogue", registry=registry
        )
        self._age = Gauge("toko_bot_catalog_age_seconds", "Seconds since the backup was made", registry=registry)
        self._products = Gauge("toko_bot_catalog_products", "Products in the catalogue", registry=registry)
        Gauge("toko_bot_start_time_seconds", "Unix time of the start of the bot", registry=registry).set(self.started)
        self._today = Today(self._date())
        self._listener: MetricsListener | None = None

    def serving(self, products: int, data_time: datetime) -> None:
        """Record that a new catalogue is served."""
        self.reloads.inc()
        self._products.set(products)
        self._age.set_function(lambda: (datetime.now(UTC) - data_time).total_seconds())

    def rejected(self) -> None:
        """Count a new catalogue that cannot be read."""
        self._rejected.inc()

    def begin_update(self) -> None:
        """Record that the handlers receive an update in the current task."""
        _current_update.set(_CurrentUpdate(time.perf_counter()))

    def sending(self, url: str) -> None:
        """Record that a request goes to the network. The first answer to an update ends its time in the bot."""
        update = _current_update.get()
        if update is None or update.answered or not url.endswith(ANSWERS):
            return
        update.answered = True
        seconds = time.perf_counter() - update.started
        self._inside.observe(seconds)
        log.debug("Answered in %.3f ms", 1000 * seconds)

    def searched(self, kind: str, query: str, seconds: float, found: int) -> None:
        """Record an answered search."""
        self._searches.labels(kind).inc()
        self._seconds.observe(seconds)
        today = self.today
        today.searches += 1
        if not found:
            self._empty.inc()
            today.empty += 1
        if today.slowest is None or seconds > today.slowest[0]:
            today.slowest = (seconds, query)

    @property
    def today(self) -> Today:
        if self._today.day != self._date():
            self._today = Today(self._date())
        return self._today

    def serve(self, address: str, port: int) -> None:
        """Serve the metrics in a thread until `stop` is called. Raises OSError if the port is in use."""
        self._listener = MetricsListener(self.registry, address, port)

    def stop(self) -> None:
        """Close the port, if it is open."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def _date(self) -> date:
        return datetime.now(self.zone).date()
