"""The report's section of settings: values of harmless ones, and of the others only whether they are set."""

from collections.abc import Iterator

from toko_assets.cli.report.given import Given
from toko_core.settings import NAMES, misspelt_names

SHOWN = frozenset({
    "BACKUP_FOLDER", "BACKUP_SOURCE", "CADDY_IMAGE", "CATALOG_LISTEN", "CATALOG_PORT",
    "CLOSED_DAYS", "DAGSTER_HOME", "DAILY_SYNC_CRON", "DB_HOST",
    "DB_NAME", "DB_PORT", "DB_RESTORE_USER", "DB_USER", "DOCKER_GID", "DOCKER_SOCKET", "DROPBOX_FOLDER_PATH",
    "HTTPS_PORT", "HTTP_PORT", "IPOS_DATABASE", "KEEP_BACKUPS", "KEEP_CATALOGS", "KEEP_RUNS", "KEEP_RUN_DAYS",
    "LOG_FORMAT", "LOG_LEVEL",
    "MAX_CSV_FILES", "METRICS_LISTEN", "METRICS_PORT", "POSTGRES_IMAGE", "PRICE_ROUNDING", "PYTHON_IMAGE",
    "QUOTATION_DAYS", "SALES_EVERY_HOURS", "SEARCH_RESULTS_LIMIT", "SHOP_TIMEZONE", "STALE_HOURS",
    "TELEGRAM_RATE_LIMIT", "TOKO_DATA_DIR", "WEBHOOK_LISTEN", "WEB_PORT",
})  # fmt: skip
"""Settings whose values are harmless. A new setting is not among them until somebody puts it here."""
NEUTRAL = frozenset({
    "ALLOWED_HOSTS", "CATALOG_URL", "DAGSTER_URL", "SHOP_NAME", "SITE_ADDRESS", "TELEGRAM_BASE_URL",
    "TRUSTED_PROXIES", "WEB_URL", "WEB_USER",
})  # fmt: skip
"""Settings whose values are not shown here, and stay in what others say, such as `owner` and `http://127.0.0.1:3000`."""
PEOPLE = ("ALLOWED_USERS", "OWNER_USERS", "ALLOWED_CHATS")
"""Settings with Telegram ids."""


def describe_settings(given: Given) -> Iterator[str]:
    """Yield a line for each setting that is set, and what is odd about `.env`."""
    for name in sorted(NAMES):
        value = given.get(name)
        if not value:
            continue
        where = "environment" if name in map(str.upper, given.environment) else ".env"
        yield f"{name}={value} ({where})" if name in SHOWN and "@" not in value else f"{name} is set ({where})"
    unset = [name for name in sorted(NAMES) if not given.get(name)]
    yield f"Not set: {', '.join(unset)}"
    yield from given.problems
    yield from misspelt_names()
