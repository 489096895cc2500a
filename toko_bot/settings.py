"""Every setting of the bot, from the environment or a file `.env`; `.env.example` lists them."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from toko_bot.freshness import ClosedDays

TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")
WEBHOOK_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")
LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]\s]+):(?P<port>\d{1,5})")
MOST_A_PAGE = 10
"""Results a page in a chat: more would not fit on a phone, nor, with long names, into a message."""
TELEGRAM = "https://api.telegram.org"
SECRETS = ("telegram_bot_token", "webhook_secret")


class SettingError(Exception):
    """Settings are missing or wrong: one line that names them."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone; Indonesia's are Asia/Jakarta, Asia/Makassar and Asia/Jayapura") from error
    return name


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(part) for part in re.split(r"[,;\s]+", value.strip()) if part)
    except ValueError:
        raise ValueError("must be Telegram ids: numbers with commas between them (the bot's /id tells them)") from None


def _token(secret: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be the token that @BotFather gave, like 123456789:AA…")
    return secret


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not WEBHOOK_TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be 16 to 256 letters, digits, _ or -: openssl rand -hex 32 makes one")
    return secret


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be the address of a server, like https://api.telegram.org")
    return url.rstrip("/")


def _webhook_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an https address, like https://toko.example.com/telegram")
    return url


def _listen(place: str) -> str:
    found = LISTEN.fullmatch(place)
    if not found or not 1 <= int(found["port"]) <= 65535:
        raise ValueError("must be address:port, like 127.0.0.1:8080, or 0.0.0.0:8080 in a container")
    return place


def _log_format(form: str) -> str:
    if form not in {"plain", "json"}:
        try:
            form % _Anything()
        except (ValueError, TypeError):
            raise ValueError("must be plain, json, or a %-format like %(levelname)s %(message)s") from None
        if "%(message)" not in form:
            raise ValueError("must be plain, json, or a %-format with %(message)s in it")
    return form


class _Anything(dict[str, int]):
    """What every field of a log record can be tried with."""

    def __missing__(self, key: str) -> int:
        return 0


Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]


class BotSettings(BaseSettings):
    """Fields carry the names of the variables in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, arbitrary_types_allowed=True
    )

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_token)] = Field(description="From @BotFather")
    allowed_users: Ids = Field(frozenset(), description="Telegram ids of the staff")
    owner_users: Ids = Field(frozenset(), description="Of those who also see cost; unset: ALLOWED_USERS")
    allowed_chats: Ids = Field(frozenset(), description="Ids of groups whose members may search")
    telegram_base_url: Annotated[str, AfterValidator(_base_url)] = Field(TELEGRAM, description="A Bot API server")
    telegram_rate_limit: int = Field(30, ge=0, le=10_000, description="Messages sent a second; 0: no limit")
    webhook_url: Annotated[str, AfterValidator(_webhook_url)] | None = Field(
        None, description="Where Telegram sends updates to; unset: they are polled"
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = Field(
        None, description="What Telegram's requests must carry"
    )
    webhook_listen: Annotated[str, AfterValidator(_listen)] = Field("127.0.0.1:8080", description="address:port")
    metrics_port: int | None = Field(None, ge=1, le=65535, description="Of Prometheus metrics; unset: none")
    dagster_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "http://127.0.0.1:3000", description="Where the bot reaches Dagster"
    )
    web_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "http://127.0.0.1:3000", description="What links in messages point to"
    )
    shop_name: str = Field("Toko", description="The shop's name")
    shop_timezone: Annotated[str, AfterValidator(_zone)] = Field("Asia/Jakarta", description="The shop's time zone")
    stale_hours: float = Field(36, gt=0, description="Hours after which data counts as old")
    closed_days: Annotated[ClosedDays, NoDecode, BeforeValidator(ClosedDays.parse)] = Field(
        ClosedDays(), description="Weekdays and dates that don't count towards STALE_HOURS"
    )
    price_rounding: int | None = Field(
        None, ge=1, le=1_000_000, description="Shown prices are rounded up to a multiple"
    )
    search_results_limit: int = Field(10, ge=1, le=100, description="Results a page; the bot shows at most 10")
    toko_data_dir: Path = Field(Path("data"), description="The catalogue lies below it")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged")
    log_format: Annotated[str, AfterValidator(_log_format)] = Field("plain", description="plain, json or a %-format")

    @model_validator(mode="before")
    @classmethod
    def _off(cls, values: dict[str, object]) -> dict[str, object]:
        """PRICE_ROUNDING=off is how people say it."""
        if str(values.get("price_rounding", "")).strip().lower() in {"off", "0"}:
            return {**values, "price_rounding": None}
        return values

    @model_validator(mode="after")
    def _webhook_is_safe(self) -> "BotSettings":
        if self.webhook_url is not None and self.webhook_secret is None:
            raise ValueError(
                "The setting WEBHOOK_SECRET is missing: WEBHOOK_URL needs it, or anybody could pose as Telegram"
            )
        if (self.webhook_url or "https").startswith("http:") and self.telegram_base_url == TELEGRAM:
            raise ValueError("The setting WEBHOOK_URL is wrong: Telegram takes https only")
        return self

    @property
    def token(self) -> str:
        return self.telegram_bot_token.get_secret_value()

    @property
    def owners(self) -> frozenset[int]:
        return self.owner_users or self.allowed_users

    @property
    def staff(self) -> frozenset[int]:
        """All who may search, owners too."""
        return self.allowed_users | self.owner_users

    @property
    def data_folder(self) -> Path:
        return self.toko_data_dir.expanduser().resolve()

    @property
    def catalog_folder(self) -> Path:
        return self.data_folder / "catalog"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.shop_timezone)

    @property
    def page_size(self) -> int:
        return min(self.search_results_limit, MOST_A_PAGE)

    @property
    def webhook_place(self) -> tuple[str, int]:
        host, _, port = self.webhook_listen.rpartition(":")
        return host.strip("[]"), int(port)


def load_settings() -> BotSettings:
    """Read and check all settings. Raises SettingError, one line that names what is wrong."""
    try:
        return BotSettings()
    except ValidationError as error:
        raise SettingError(" ".join(map(_problem, error.errors()))) from None
    except UnicodeDecodeError:
        raise SettingError("The file .env is not UTF-8 text: save it as UTF-8.") from None


def _problem(error: ErrorDetails) -> str:
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return f"{said}."
    name = str(error["loc"][0])
    if error["type"] == "missing":
        return f"The setting {name.upper()} is missing: put {BotSettings.model_fields[name].description} into .env."
    hidden = name in SECRETS or "@" in str(error["input"])
    value = "" if hidden else f" (it is {error['input']!r})"
    return f"The setting {name.upper()} is wrong: {said}{value}."
