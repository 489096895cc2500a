"""The server's metrics, for Prometheus."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class Metrics:
    """The metrics of one server. Counting takes microseconds."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry(auto_describe=True)
        self._requests = Counter("toko_web_requests", "Requests answered", ["route", "status"], registry=registry)
        self._seconds = Histogram(
            "toko_web_request_seconds", "Seconds from a request to the end of its answer, without the network",
            ["route"], buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self._errors = Counter("toko_web_errors", "Unexpected errors, each of which is in the log", registry=registry)
        self._loads = Counter("toko_web_catalogs_loaded", "Catalogues loaded and served", registry=registry)
        self._rejected = Counter("toko_web_catalogs_rejected", "Catalogues that could not be read", registry=registry)
        self._age = Gauge("toko_web_catalog_age_seconds", "Seconds since the backup was made", registry=registry)
        self._products = Gauge("toko_web_catalog_products", "Products in the catalogue", registry=registry)
        self.healthy = Gauge("toko_web_healthy", "1 if the newest catalogue is served", registry=registry)

    def serving(self, products: int, data_time: datetime) -> None:
        """Record that a new catalogue is served."""
        self._loads.inc()
        self._products.set(products)
        self._age.set_function(lambda: (datetime.now(UTC) - data_time).total_seconds())

    def rejected(self) -> None:
        """Count a new catalogue that cannot be read."""
        self._rejected.inc()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request. `route` is a pattern, so that there are few."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def failed(self) -> None:
        """Count an unexpected error."""
        self._errors.inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry)
