"""All settings of the bot, from the environment or from `.env`. `.env.example` lists them."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from toko_core.settings import TELEGRAM, BaseUrl, Ids, SecretUrl, ShopSettings, TelegramSettings, load
from toko_core.settings.catalog_url import CatalogUrlSettings
from toko_core.settings.dagster import DagsterSettings
from toko_core.settings.running import ListenPlace, RunningSettings, split_place
from toko_core.settings.showing import ShowingSettings

WEBHOOK_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""Telegram accepts at most 256 characters. telegram.constants has that number too, but importing it loads the whole
library, which the health check and the chain do not need."""
MOST_A_PAGE = 10
"""The most results on a page: more would not fit on a phone, nor, with long names, into one message."""


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not WEBHOOK_TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be 16 to 256 letters, digits, _ or -: openssl rand -hex 32 makes one")
    return secret


def _webhook_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an https address, like https://toko.example.com/telegram")
    return url


class BotSettings(
    ShopSettings, TelegramSettings, CatalogUrlSettings, ShowingSettings, RunningSettings, DagsterSettings
):
    """All settings of the bot. A field has the name of its variable in lower case."""

    allowed_chats: Ids = Field(frozenset(), description="Ids of groups whose members may search")
    telegram_rate_limit: int = Field(30, ge=0, le=10_000, description="Messages sent per second; 0: no limit")
    webhook_url: Annotated[str, AfterValidator(_webhook_url)] | None = Field(
        None, description="The address to which Telegram sends updates; unset: the bot polls for them"
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = Field(
        None, description="The secret in Telegram's requests to WEBHOOK_URL"
    )
    webhook_listen: ListenPlace = Field("127.0.0.1:8080", description="The address:port that the webhook listens on")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="The port of the Prometheus metrics; unset: none"
    )
    bot_heartbeat_url: SecretUrl | None = Field(
        None, description="An address that is requested each minute while the bot is healthy; unset: none"
    )
    web_url: BaseUrl = Field("http://127.0.0.1:3000", description="Dagster's address in messages")
    search_results_limit: int = Field(5, ge=1, le=100, description="Results per page; the bot shows at most 10")
    quotation_days: int = Field(7, ge=1, le=365, description="How many days the prices of a quotation hold")

    @model_validator(mode="after")
    def _webhook_is_safe(self) -> "BotSettings":
        if self.webhook_url is not None and self.webhook_secret is None:
            raise ValueError(
                "The setting WEBHOOK_SECRET is missing: without it, anybody could send updates to WEBHOOK_URL"
            )
        if (self.webhook_url or "https").startswith("http:") and self.telegram_base_url == TELEGRAM:
            raise ValueError("The setting WEBHOOK_URL is wrong: Telegram accepts https only")
        return self

    @property
    def catalog_folder(self) -> Path:
        return self.folder.catalog

    @property
    def page_size(self) -> int:
        return min(self.search_results_limit, MOST_A_PAGE)

    @property
    def webhook_place(self) -> tuple[str, int]:
        return split_place(self.webhook_listen)


def load_settings() -> BotSettings:
    """Read and check all settings. Raises SettingError, which names each wrong setting."""
    return load(BotSettings)
