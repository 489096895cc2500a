"""What is counted: for Prometheus, and today's figures for /status."""

import logging
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Thread
from wsgiref.simple_server import WSGIServer
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

log = logging.getLogger(__name__)

ANSWERS = ("sendMessage", "sendPhoto", "editMessageText", "answerInlineQuery")
BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(slots=True)
class _InHand:
    """An update that is worked on."""

    begun: float
    answered: bool = False


_in_hand: ContextVar[_InHand | None] = ContextVar("in_hand", default=None)
"""Of the task that works on it."""


@dataclass
class Today:
    """Of one day in the shop's zone."""

    day: date
    searches: int = 0
    empty: int = 0
    slowest: tuple[float, str] | None = None


@dataclass
class Metrics:
    """One for a bot. Counting costs microseconds."""

    zone: ZoneInfo
    registry: CollectorRegistry = field(default_factory=lambda: CollectorRegistry(auto_describe=True))

    def __post_init__(self) -> None:
        registry = self.registry
        self.started = time.time()
        self._searches = Counter("toko_bot_searches", "Searches answered", ["kind"], registry=registry)
        self._empty = Counter("toko_bot_empty_searches", "Searches that found nothing", registry=registry)
        self._seconds = Histogram(
            "toko_bot_search_seconds", "From the update to the answer, without the network", buckets=BUCKETS,
            registry=registry,
        )  # fmt: skip
        self._inside = Histogram(
            "toko_bot_answer_seconds", "From the update's start in the handlers until its answer goes to the network",
            buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self.denied = Counter("toko_bot_denied", "Updates of people without access", registry=registry)
        self.dropped = Counter("toko_bot_dropped", "Updates of people who flood", registry=registry)
        self.errors = Counter("toko_bot_errors", "What went wrong", ["kind"], registry=registry)
        self.reloads = Counter("toko_bot_catalogs_loaded", "Catalogues taken into service", registry=registry)
        self._rejected = Counter("toko_bot_catalogs_refused", "Catalogues that could not be read", registry=registry)
        self._age = Gauge("toko_bot_catalog_age_seconds", "Since the backup was made", registry=registry)
        self._products = Gauge("toko_bot_catalog_products", "Products of the catalogue", registry=registry)
        Gauge("toko_bot_start_time_seconds", "When the bot was started", registry=registry).set(self.started)
        self._today = Today(self._date())
        self._server: WSGIServer | None = None
        self._thread: Thread | None = None

    def serving(self, products: int, data_time: datetime) -> None:
        """A catalogue is served from now on."""
        self.reloads.inc()
        self._products.set(products)
        self._age.set_function(lambda: (datetime.now(UTC) - data_time).total_seconds())

    def rejected(self) -> None:
        """A new catalogue cannot be read."""
        self._rejected.inc()

    def begin_update(self) -> None:
        """The handlers get an update, in this task."""
        _in_hand.set(_InHand(time.perf_counter()))

    def sending(self, url: str) -> None:
        """A request goes to the network: the first answer to an update says how long that took in here."""
        update = _in_hand.get()
        if update is None or update.answered or not url.endswith(ANSWERS):
            return
        update.answered = True
        seconds = time.perf_counter() - update.begun
        self._inside.observe(seconds)
        log.debug("Answered in %.3f ms", 1000 * seconds)

    def searched(self, kind: str, query: str, seconds: float, found: int) -> None:
        """A search was answered."""
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

    def serve(self, port: int) -> None:
        """Answer Prometheus in a thread, until `stop`. Raises OSError if the port is taken."""
        self._server, self._thread = start_http_server(port, registry=self.registry)

    def stop(self) -> None:
        """Close the port, if it is open."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def _date(self) -> date:
        return datetime.now(self.zone).date()
